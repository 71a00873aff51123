/* The tables of fields and forms. */
#include "paper/form.h"

#include "base/limits.h"

#include <assert.h>
#include <string.h>

static const comity_field_rule fields[] = {
    [COMITY_FIELD_PAPER] = {"paper", COMITY_VALUE_WORD, true, "KIND"},
    [COMITY_FIELD_ID] = {"id", COMITY_VALUE_TEXT, false, "TEXT"},
    [COMITY_FIELD_BY] = {"by", COMITY_VALUE_TEXT, true, "NAME"},
    [COMITY_FIELD_HOLDER] = {"holder", COMITY_VALUE_TEXT, true, "NAME"},
    [COMITY_FIELD_ISSUED] = {"issued", COMITY_VALUE_DATE, false, "DATE"},
    [COMITY_FIELD_FROM] = {"from", COMITY_VALUE_DATE, false, "DATE"},
    [COMITY_FIELD_UNTIL] = {"until", COMITY_VALUE_DATE, false, "DATE"},
    [COMITY_FIELD_UNDER] = {"under", COMITY_VALUE_WORD, true, "LAW"},
    [COMITY_FIELD_ABOUT] = {"about", COMITY_VALUE_WORD, false, "RULE"},
    [COMITY_FIELD_RESULT] = {"result", COMITY_VALUE_WORD, false, "WORD"},
    [COMITY_FIELD_MODULE] = {"module", COMITY_VALUE_WORD, false, "WORD"},
    [COMITY_FIELD_PARTY] = {"party", COMITY_VALUE_TEXT, true, "NAME"},
    [COMITY_FIELD_STATE] = {"state", COMITY_VALUE_WORD, true, "STATE"},
    [COMITY_FIELD_CATEGORY] = {"category", COMITY_VALUE_WORD, true, "CATEGORY"},
    [COMITY_FIELD_PURPOSE] = {"purpose", COMITY_VALUE_WORD, true, "PURPOSE"},
    [COMITY_FIELD_PRODUCT] = {"product", COMITY_VALUE_TEXT, false, "NAME"},
    [COMITY_FIELD_ANSWERS] = {"answers", COMITY_VALUE_HASH, false, "HASH"},
    [COMITY_FIELD_DOCUMENT] = {"document", COMITY_VALUE_DOCUMENT, true, "HASH NAME"},
    [COMITY_FIELD_KEY] = {"key", COMITY_VALUE_KEY, false, "PUBLIC-KEY"},
    [COMITY_FIELD_DEPTH] = {"depth", COMITY_VALUE_DEPTH, false, "NUMBER"},
    [COMITY_FIELD_REVOKES] = {"revokes", COMITY_VALUE_HASH, false, "HASH"},
};

static_assert(sizeof fields / sizeof fields[0] == COMITY_FIELD_LAST, "a rule for each field");

#define BIT(field) (UINT32_C(1) << (field))
#define NAMED (BIT(COMITY_FIELD_ID) | BIT(COMITY_FIELD_BY) | BIT(COMITY_FIELD_ISSUED))
#define TERM (BIT(COMITY_FIELD_FROM) | BIT(COMITY_FIELD_UNTIL))
/* What a paper that an act can hold must say, and may. */
#define HELD (NAMED | BIT(COMITY_FIELD_PAPER) | BIT(COMITY_FIELD_UNDER))
#define SCOPE \
    (BIT(COMITY_FIELD_PARTY) | BIT(COMITY_FIELD_STATE) | BIT(COMITY_FIELD_CATEGORY) | BIT(COMITY_FIELD_PURPOSE))
#define DETAILS                                                                                     \
    (TERM | SCOPE | BIT(COMITY_FIELD_HOLDER) | BIT(COMITY_FIELD_ABOUT) | BIT(COMITY_FIELD_RESULT) | \
     BIT(COMITY_FIELD_MODULE) | BIT(COMITY_FIELD_DOCUMENT))

static const comity_paper_form forms[] = {
    {"consent", "consent of persons, as its holder declares it", COMITY_SIGNED_BY_PARTY, true, true, HELD,
     HELD | DETAILS, 1, COMITY_LIMIT_PAPER_VALUES},
    {"standard-contract", "a contract that those named in `by` have made", COMITY_SIGNED_BY_PARTY, true, true, HELD,
     HELD | DETAILS, 1, COMITY_LIMIT_PAPER_VALUES},
    {"statement", "an assessment, notice or other paper of a party's own", COMITY_SIGNED_BY_PARTY, true, true, HELD,
     HELD | DETAILS, 1, COMITY_LIMIT_PAPER_VALUES},
    {"permission", "a permission, approval, licence, registration or order", COMITY_SIGNED_BY_AUTHORITY, true, false,
     HELD, HELD | DETAILS, 1, 1},
    {"security-assessment", "an assessment that an authority has passed", COMITY_SIGNED_BY_AUTHORITY, true, false, HELD,
     HELD | DETAILS, 1, 1},
    {"certification", "a certification", COMITY_SIGNED_BY_AUTHORITY, true, false, HELD, HELD | DETAILS, 1, 1},
    {"judicial-assistance-request", "one authority's request to another", COMITY_SIGNED_BY_AUTHORITY, true, false, HELD,
     HELD | DETAILS, 1, 1},
    {"judicial-assistance-grant", "the grant of a request", COMITY_SIGNED_BY_AUTHORITY, true, false, HELD,
     HELD | DETAILS | BIT(COMITY_FIELD_ANSWERS), 1, 1},
    {"product-attestation", "what is declared of a product", COMITY_SIGNED_BY_PARTY, true, false,
     HELD | BIT(COMITY_FIELD_PRODUCT), HELD | DETAILS | BIT(COMITY_FIELD_PRODUCT), 1, 1},
    {"law-file", "law files or images, by their hash", COMITY_SIGNED_BY_LISTED, false, false,
     NAMED | BIT(COMITY_FIELD_DOCUMENT), NAMED | BIT(COMITY_FIELD_DOCUMENT) | TERM | BIT(COMITY_FIELD_UNDER), 1,
     COMITY_LIMIT_PAPER_VALUES},
    {"agreement", "an agreement of states, by its text's hash", COMITY_SIGNED_BY_LISTED, false, false,
     NAMED | BIT(COMITY_FIELD_DOCUMENT),
     NAMED | BIT(COMITY_FIELD_DOCUMENT) | TERM | BIT(COMITY_FIELD_UNDER) | BIT(COMITY_FIELD_STATE), 2,
     COMITY_LIMIT_PAPER_VALUES},
    {"delegation", "power for another key to sign in one's name", COMITY_SIGNED_BY_PRINCIPAL, false, false,
     NAMED | BIT(COMITY_FIELD_UNTIL) | BIT(COMITY_FIELD_KEY),
     NAMED | TERM | BIT(COMITY_FIELD_KEY) | BIT(COMITY_FIELD_DEPTH) | BIT(COMITY_FIELD_PAPER) | BIT(COMITY_FIELD_UNDER),
     1, 1},
    {"revocation", "the end of a paper or of a key", COMITY_SIGNED_BY_PRINCIPAL, false, false, NAMED,
     NAMED | BIT(COMITY_FIELD_FROM) | BIT(COMITY_FIELD_KEY) | BIT(COMITY_FIELD_REVOKES), 1, 1},
};

const comity_field_rule *comity_field_rule_of(comity_paper_field field)
{
    assert(field < COMITY_FIELD_LAST);
    return &fields[field];
}

static bool is_word(const char *word, const char *text, size_t size)
{
    return strlen(word) == size && memcmp(word, text, size) == 0;
}

comity_paper_field comity_field_find(const char *name, size_t size)
{
    comity_paper_field field = 0;
    while (field < COMITY_FIELD_LAST && !is_word(fields[field].name, name, size)) {
        field++;
    }
    return field;
}

size_t comity_form_count(void)
{
    return sizeof forms / sizeof forms[0];
}

const comity_paper_form *comity_form_at(size_t index)
{
    assert(index < sizeof forms / sizeof forms[0]);
    return &forms[index];
}

const comity_paper_form *comity_form_find(const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (is_word(forms[i].name, name, size)) {
            return &forms[i];
        }
    }
    return NULL;
}
