/* Any bytes as the daemon's settings: they are read or refused with a message that
 * says where; what was read says the same whatever stands behind it as a comment. */
#include "serve/config.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_SIZE_MAX 16384

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static comity_status read_settings(comity_config *config, comity_arena *arena, const char *text, size_t size,
                                   comity_error *reterr)
{
    comity_config_init(config);
    comity_status status = comity_config_read(config, arena, "settings", text, size, reterr);
    return status == COMITY_OK ? comity_config_finish(config, reterr) : status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char comment[] = "\n# listen nowhere";
    comity_arena arena;
    comity_error error = {.code = COMITY_OK};
    comity_config *config = calloc(2, sizeof *config);
    if (size > INPUT_SIZE_MAX || config == NULL) {
        free(config);
        return 0;
    }
    comity_arena_init(&arena, (size_t)16 << 20);
    char *longer = malloc(size + sizeof comment);
    require(longer != NULL);
    memcpy(longer, bytes, size);
    memcpy(longer + size, comment, sizeof comment - 1);
    comity_status status = read_settings(&config[0], &arena, (const char *)bytes, size, &error);
    if (status == COMITY_OK) {
        require(config[0].listen_count >= 1 && config[0].threads >= 1 && config[0].connections >= 1);
        require(read_settings(&config[1], &arena, longer, size + sizeof comment - 1, &error) == COMITY_OK);
        require(config[0].listen_count == config[1].listen_count && config[0].gate_count == config[1].gate_count);
        require(memcmp(&config[0].principals, &config[1].principals, sizeof config[0].principals) == 0);
    } else {
        require(error.code == status && strlen(error.message) > 0);
        require(strncmp(error.message, "settings:", 9) == 0 || strstr(error.message, " is of use with record only") != NULL ||
                strcmp(error.message, "papers and trust belong together") == 0);
    }
    free(longer);
    free(config);
    comity_arena_free(&arena);
    return 0;
}
