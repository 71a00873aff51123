/* Hostile images. What comes in is taken two ways: for an image, as it is; and for
 * a list of changes to a good one, made here from fuzz/law, whose hash is then set
 * right, so that what lies behind the hash is reached in whatever form images have
 * by now. A change is 8 bytes: where (by four bytes, modulo the size), and what
 * stands there instead. What opens must judge acts without harm, and in an end. */
#include "comity.h"

#include "base/sha256.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "fuzz/law"
#define LAW_BYTES_MAX 65536
#define HASH_BYTES 32

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Between them they name what the law can ask about. */
static const char *const acts[] = {
    "{\"act\":\"transfer\",\"on\":\"2026-11-24\",\"from\":{\"owners\":[]},\"data\":{\"people\":10000},\"papers\":[]}",
    "{\"act\":\"transfer\",\"on\":\"2024-03-01\",\"from\":{\"state\":\"XA-P\",\"kinds\":[\"kind-a\"],\"owners\":[{\"state\":"
    "\"XB\",\"percent\":30,\"owners\":[{\"state\":\"XC\",\"percent\":60}]},\"XE\"],\"certified\":[\"cert-a\"],\"subject_to\":"
    "[\"UN\"]},\"to\":{\"state\":\"XB-?\",\"name\":\"Acme\",\"kinds\":[\"kind-b\",\"...\"]},\"via\":[\"XD\"],\"data\":{"
    "\"categories\":[\"cat-c\",\"cat-f\"],\"origin\":[\"XA\"],\"location\":[\"XB\"],\"subjects\":[\"XE\"],\"people\":{"
    "\"min\":99,\"max\":1001},\"received\":[{\"from\":\"XC\",\"paper\":\"pap-b\"}]},\"purposes\":[\"purp-a\"],\"deal\":"
    "\"deal-b\",\"circumstances\":[\"circ-a\"],\"safeguards\":[\"safe-a\"],\"papers\":[{\"kind\":\"pap-a\",\"under\":["
    "\"XA\",\"XB\"],\"from\":\"2024-02-29\",\"by\":\"XA.AUTH\",\"result\":\"passed\",\"scope\":{\"states\":[\"XB\"],"
    "\"parties\":[\"Acme\"],\"categories\":[\"cat-a\"],\"purposes\":[\"purp-a\"]}}],\"counts\":{\"XA.num\":1000}}",
    "{\"act\":\"disclose\",\"on\":\"2022-12-31\",\"from\":\"XB-Q\",\"to\":{\"state\":\"XC\",\"kinds\":[]},\"demand\":{"
    "\"channel\":\"treaty\",\"basis\":\"AG\",\"binding\":true},\"purposes\":\"purp-b\",\"circumstances\":[],\"data\":{"
    "\"origin\":\"XA\",\"categories\":[]}}",
};

static uint8_t *good; /* the image of the law in FOLDER */
static size_t good_size;

static void must(comity_status status, const comity_error *error)
{
    if (status != COMITY_OK) {
        fprintf(stderr, "%s\n", error->message);
        exit(1);
    }
}

static void add_file(comity_builder *builder, const char *name)
{
    static char text[LAW_BYTES_MAX];
    char path[512];
    comity_error error = {COMITY_ERROR_SYSTEM, 0, "a law file cannot be read"};
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        must(COMITY_ERROR_SYSTEM, &error);
        return;
    }
    size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    must(comity_builder_add(builder, name, text, size, &error), &error);
}

static void make_image(void)
{
    comity_builder *builder;
    comity_error error = {COMITY_ERROR_SYSTEM, 0, FOLDER " cannot be opened: run from the root of the source"};
    const void *image;
    DIR *folder = opendir(FOLDER);
    must(folder == NULL ? COMITY_ERROR_SYSTEM : COMITY_OK, &error);
    must(comity_builder_new(&builder, &error), &error);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] != '.') {
            add_file(builder, entry->d_name);
        }
    }
    (void)closedir(folder);
    must(comity_builder_build(builder, &image, &good_size, &error), &error);
    good = malloc(good_size);
    if (good == NULL) {
        abort();
    }
    memcpy(good, image, good_size);
    comity_builder_free(builder);
}

static void judge(const comity_law *law)
{
    comity_context *context = NULL;
    comity_answer answer;
    comity_error error;
    if (comity_context_new(law, &context, &error) != COMITY_OK) {
        return;
    }
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        comity_verdict verdict;
        if (comity_judge_json(context, acts[i], strlen(acts[i]), NULL, &answer, &error) == COMITY_OK &&
            (strlen(answer.json) != answer.json_size ||
             comity_judge_verdict(context, acts[i], strlen(acts[i]), NULL, &verdict, &error) != COMITY_OK)) {
            abort();
        }
    }
    comity_context_free(context);
}

static void load(const uint8_t *bytes, size_t size)
{
    comity_law *law = NULL;
    comity_error error;
    if (comity_law_load(bytes, size, &law, &error) == COMITY_OK) {
        judge(law);
        comity_law_close(law);
    }
}

static void load_changed(const uint8_t *bytes, size_t size)
{
    uint8_t *changed = malloc(good_size);
    if (changed == NULL) {
        return;
    }
    memcpy(changed, good, good_size);
    for (; size >= 8; bytes += 8, size -= 8) {
        uint32_t where;
        memcpy(&where, bytes, sizeof where);
        memcpy(changed + (size_t)where % (good_size / 4) * 4, bytes + 4, 4);
    }
    comity_sha256(changed, good_size - HASH_BYTES, changed + good_size - HASH_BYTES);
    load(changed, good_size);
    free(changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (good == NULL) {
        make_image();
    }
    load(bytes, size);
    load_changed(bytes, size);
    return 0;
}
