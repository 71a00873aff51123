/* comity key: makes and shows keys. One table of verbs. */
#include "cli/command.h"
#include "cli/passphrase.h"

#include "note/key_file.h"
#include "note/purpose.h"

#include <getopt.h>
#include <string.h>

typedef struct key_options {
    const char *name;
    comity_purpose purpose;
    bool ask;
    int fd; /* or -1 */
    bool json;
} key_options;

static int options_read(int argc, char **argv, const char *verb, key_options *options)
{
    static const struct option of_new[] = {
        {"name", required_argument, NULL, 'n'}, {"purpose", required_argument, NULL, 'p'},
        {"passphrase", no_argument, NULL, 'a'}, {"passphrase-fd", required_argument, NULL, 'f'},
        {NULL, 0, NULL, 0},
    };
    static const struct option of_show[] = {{"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
    bool is_new = strcmp(verb, "new") == 0;
    const struct option *longs = is_new ? of_new : of_show;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
        if (option == 'n') {
            options->name = optarg;
        } else if (option == 'p') {
            if (!comity_purpose_read(optarg, strlen(optarg), &options->purpose)) {
                return complain_usage("key", "--purpose: '%s' is none; there are paper, log and witness", optarg);
            }
        } else if (option == 'a') {
            options->ask = true;
        } else if (option == 'f') {
            options->fd = passphrase_fd(optarg);
            if (options->fd < 0) {
                return complain_usage("key", "--passphrase-fd: '%s' is no file descriptor", optarg);
            }
        } else if (option == 'j') {
            options->json = true;
        } else {
            return complain_option("key", verb, "", longs, argv);
        }
    }
    if (argc - optind != 1) {
        return complain_usage("key", "%s: one key file expected", verb);
    }
    return 0;
}

static bool save_protected(const comity_key *key, const char *path, const key_options *options)
{
    comity_error error;
    passphrase phrase;
    passphrase_init(&phrase);
    bool done = options->fd >= 0 ? passphrase_read(options->fd, &phrase) : passphrase_ask(path, true, &phrase);
    if (done && comity_key_save(key, path, phrase.text, phrase.size, &error) != COMITY_OK) {
        done = complain("%s", error.message) == 0;
    }
    passphrase_wipe(&phrase);
    return done;
}

static bool save(const comity_key *key, const char *path, const key_options *options)
{
    comity_error error;
    if (options->ask || options->fd >= 0) {
        return save_protected(key, path, options);
    }
    return comity_key_save(key, path, NULL, 0, &error) == COMITY_OK || complain("%s", error.message) == 0;
}

static int key_new_main(int argc, char **argv)
{
    key_options options = {.purpose = COMITY_PURPOSE_PAPER, .fd = -1};
    comity_key *key = NULL;
    comity_error error;
    int status = options_read(argc, argv, "new", &options);
    if (status != 0) {
        return status;
    }
    if (options.name == NULL) {
        return complain_usage("key", "new: the key's --name is missing");
    }
    if (comity_key_new(options.name, options.purpose, &key, &error) != COMITY_OK) {
        return complain("--name: %s", error.message);
    }
    bool saved = save(key, argv[optind], &options);
    if (saved) {
        (void)printf("%s\n", comity_key_public(key));
    }
    comity_key_free(key);
    return saved ? EXIT_CLEAN : EXIT_ERROR;
}

static int key_show_main(int argc, char **argv)
{
    key_options options = {.fd = -1};
    comity_verifier verifier;
    bool is_protected;
    comity_error error;
    char text[COMITY_VERIFIER_TEXT_SIZE];
    int status = options_read(argc, argv, "show", &options);
    if (status != 0) {
        return status;
    }
    if (comity_key_file_public(argv[optind], &verifier, &is_protected, &error) != COMITY_OK) {
        return complain("%s", error.message);
    }
    comity_verifier_print(&verifier, text);
    if (!options.json) {
        (void)printf("public     %s\npurpose    %s\npassphrase %s\n", text, comity_purpose_word(verifier.purpose),
                     is_protected ? "yes" : "no");
        return EXIT_CLEAN;
    }
    uint8_t room[COMITY_VERIFIER_TEXT_SIZE * 2];
    comity_buffer name;
    comity_buffer_init_fixed(&name, room, sizeof room);
    comity_buffer_append_json_string(&name, text, strlen(text));
    comity_buffer_append_byte(&name, 0);
    (void)printf("{\"public\":%s,\"purpose\":\"%s\",\"passphrase\":%s}\n", (const char *)name.bytes,
                 comity_purpose_word(verifier.purpose), is_protected ? "true" : "false");
    return EXIT_CLEAN;
}

int key_main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs(key_help, stderr);
        return EXIT_ERROR;
    }
    if (strcmp(argv[1], "new") == 0) {
        return key_new_main(argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "show") == 0) {
        return key_show_main(argc - 1, argv + 1);
    }
    return complain_usage("key", "'%s' is no verb; there are new and show", argv[1]);
}
