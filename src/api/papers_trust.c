/* A trust file against the law: the names it uses must be law's. What comes in:
 * a trust file, read, and an image. What goes out: nothing, or the first name
 * that no law file declares. A name written wrongly would trust nobody, and
 * nobody would know. */
#include "api/papers_trust.h"

#include "base/unknown.h"

#include <string.h>

static comity_status unknown(const comity_image *image, comity_class class_of, const char *file, unsigned line,
                             const char *name, const char *noun, comity_error *reterr)
{
    const char *near = comity_image_near(image, class_of, name, strlen(name));
    comity_quote told = class_of == COMITY_CLASS_LAW ? comity_unknown_code(name, strlen(name), &near)
                                                     : comity_unknown_word(name, strlen(name), near);
    return comity_fail(reterr, COMITY_ERROR_NAME, "%s:%u: %s is no %s%s%s%s", file, line, told.text, noun, near == NULL ? "" : "; did you mean \"",
                       near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

static bool knows(const comity_image *image, comity_class class_of, const char *name)
{
    return comity_image_find(image, class_of, name, strlen(name)) != COMITY_IMAGE_NONE;
}

/* A form that the trust file must list to be signed is a kind of its own here. */
static bool is_listed_form(const char *kind)
{
    const comity_paper_form *form = comity_form_find(kind, strlen(kind));
    return form != NULL && form->signed_by == COMITY_SIGNED_BY_LISTED;
}

/* Papers may be under a state that has no law on file. */
static comity_status check_grant(const comity_image *image, const comity_trust_grant *grant, const char *file,
                                 comity_error *reterr)
{
    if (!knows(image, COMITY_CLASS_PAPER, grant->kind) && !is_listed_form(grant->kind)) {
        return unknown(image, COMITY_CLASS_PAPER, file, grant->line, grant->kind, "kind of paper", reterr);
    }
    for (uint32_t i = 0; i < grant->under_count; i++) {
        if (!knows(image, COMITY_CLASS_LAW, grant->under[i]) && !knows(image, COMITY_CLASS_PLACE, grant->under[i])) {
            return unknown(image, COMITY_CLASS_LAW, file, grant->line, grant->under[i], "law on file", reterr);
        }
    }
    return COMITY_OK;
}

comity_status comity_papers_trust_check(const comity_image *image, const comity_trust *trust, const char *file,
                                        comity_error *reterr)
{
    for (uint32_t i = 0; i < trust->principal_count; i++) {
        const comity_trust_principal *principal = &trust->principals[i];
        if (principal->trusted == COMITY_TRUSTED_AUTHORITY && !knows(image, COMITY_CLASS_AUTHORITY, principal->name)) {
            return unknown(image, COMITY_CLASS_AUTHORITY, file, principal->line, principal->name,
                           "authority that law declares", reterr);
        }
    }
    for (uint32_t i = 0; i < trust->grant_count; i++) {
        COMITY_TRY(check_grant(image, &trust->grants[i], file, reterr));
    }
    return COMITY_OK;
}
