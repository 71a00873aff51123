/* Content encodings as HTTP names them: the last in the list was applied last and
 * comes off first. */
#include "inspect/forms/stage.h"

#include "inspect/forms/syntax.h"

static const struct {
    const char *name;
    const comity_stage_kind *kind; /* NULL: nothing to undo */
} encodings[] = {
    {"gzip", &comity_forms_gzip}, {"x-gzip", &comity_forms_gzip}, {"deflate", &comity_forms_deflate},
    {"br", &comity_forms_brotli}, {"zstd", &comity_forms_zstd},   {"identity", NULL},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == ',';
}

comity_status comity_stage_begin_encoded(comity_stage *parent, const char *encoding, const comity_about *about,
                                         comity_stage **ret_stage, comity_error *reterr)
{
    comity_about own = *about;
    char left[sizeof parent->encoding];
    size_t size = encoding == NULL ? 0 : strlen(encoding);
    if (size >= sizeof left) {
        return comity_stage_fail(parent, reterr, COMITY_ERROR_LIMIT, "more content encodings than fit %zu bytes",
                                 sizeof left);
    }
    while (size != 0 && is_blank(encoding[size - 1])) {
        size--;
    }
    size_t begin = size;
    while (begin != 0 && !is_blank(encoding[begin - 1])) {
        begin--;
    }
    if (size == 0) {
        own.encoding = NULL;
        return comity_stage_begin(parent, parent->then != NULL ? parent->then : &comity_forms_sniff, &own, ret_stage,
                                  reterr);
    }
    memcpy(left, encoding, begin);
    left[begin] = '\0';
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++) {
        size_t name_size = strlen(encodings[i].name);
        if (name_size != size - begin || !comity_begins_with(encoding + begin, name_size, encodings[i].name)) {
            continue;
        }
        own.encoding = left;
        if (encodings[i].kind == NULL) {
            return comity_stage_begin_encoded(parent, left, &own, ret_stage, reterr);
        }
        own.link = encodings[i].kind->name;
        return comity_stage_begin(parent, encodings[i].kind, &own, ret_stage, reterr);
    }
    return comity_stage_fail(parent, reterr, COMITY_ERROR_SYNTAX,
                             "a content encoding is not known; gzip, deflate, br and zstd are");
}
