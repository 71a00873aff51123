/* What tests/oracle/matcher.py drives: scans texts and tells what was found.
 *
 *     findings LEVEL     a line in is SYNTAX<tab>JSON string; a line out is a JSON list of
 *                        [begin, end, [[type, confidence, evidence], …]], with offsets in bytes
 */
#include "base/json.h"
#include "inspect/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE ((size_t)1 << 20)

typedef struct findings {
    const comity_types *types;
    size_t count;
} findings;

static void found(void *context, const comity_finding *finding)
{
    findings *to = context;
    printf("%s[%llu,%llu,[", to->count++ == 0 ? "" : ",", (unsigned long long)finding->begin,
           (unsigned long long)finding->end);
    for (size_t i = 0; i < finding->reading_count; i++) {
        const comity_reading *reading = &finding->readings[i];
        printf("%s[\"%s\",%u,%u]", i == 0 ? "" : ",", comity_types_type(to->types, reading->type)->name,
               (unsigned)reading->confidence, (unsigned)reading->evidence);
    }
    printf("]]");
}

static comity_form_syntax syntax_of(const char *name, size_t size)
{
    for (comity_form_syntax i = COMITY_FORM_TEXT; i < COMITY_FORM_SYNTAX_COUNT; i++) {
        if (strlen(comity_form_syntax_name(i)) == size && memcmp(comity_form_syntax_name(i), name, size) == 0) {
            return i;
        }
    }
    exit(2);
}

static bool scan_line(comity_scan *scan, findings *to, const char *line, char *text)
{
    const char *tab = strchr(line, '\t');
    size_t size = 0;
    if (tab == NULL || comity_json_decode((const uint8_t *)tab + 1, strlen(tab + 1), text, &size, NULL) != COMITY_OK) {
        return false;
    }
    const comity_scan_part part = {.syntax = syntax_of(line, (size_t)(tab - line)), .has_header = true};
    to->count = 0;
    printf("[");
    comity_scan_start(scan, &part);
    comity_scan_feed(scan, text, size);
    comity_scan_finish(scan);
    printf("]\n");
    return true;
}

int main(int argc, char **argv)
{
    comity_types *types = NULL;
    comity_scan_rules *rules = NULL;
    comity_scan *scan = NULL;
    comity_error error;
    char *line = malloc(LINE_SIZE);
    char *text = malloc(LINE_SIZE);
    bool good = argc == 2 && line != NULL && text != NULL && comity_types_open(&types, &error) == COMITY_OK &&
                comity_scan_rules_new(types, &rules, &error) == COMITY_OK;
    findings to = {.types = types};
    const comity_scan_settings settings = {.level = good ? (uint8_t)atoi(argv[1]) : 0, .found = found, .context = &to};
    good = good && comity_scan_new(rules, &settings, &scan, &error) == COMITY_OK;
    while (good && fgets(line, (int)LINE_SIZE, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        good = scan_line(scan, &to, line, text);
    }
    comity_scan_free(scan);
    comity_scan_rules_free(rules);
    comity_types_close(types);
    free(line);
    free(text);
    return good ? 0 : 2;
}
