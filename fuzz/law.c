/* Hostile law. What comes in is one law file, beside a small one that declares
 * names and the law of a state. Whatever builds must open as an image, and build the same bytes again;
 * whatever does not must be told why. */
#include "comity.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char names[] = "taxonomy \"Names\"\n"
                            "place XB \"Exampolis\"\n"
                            "category personal \"personal data\"\n"
                            "category sensitive of personal \"sensitive data\"\n"
                            "kind company \"a company\"\n"
                            "purpose support \"support\"\n"
                            "deal vendor \"a vendor agreement\"\n"
                            "circumstance occasional \"Is it occasional?\"\n"
                            "circumstance same-legal-entity \"Is it within one legal entity?\"\n"
                            "safeguard encrypted \"encryption\"\n"
                            "paper standard-contract \"a standard contract\"\n"
                            "paper authority-permission \"a permission\"\n"
                            "paper determination \"an appraisal\"\n"
                            "certificate approved \"approval\"\n";

static const char state[] = "state XC \"Third\"\n"
                            "instrument T \"Text\" from 2020-01-01\n"
                            "rule XC.T.1 \"One\"\n"
                            "  cite T \"1\"\n"
                            "  when transfer from XC to outside XC\n"
                            "  needs standard-contract\n"
                            "  unverified\n";

static comity_builder *build(const uint8_t *bytes, size_t size, const void **ret_image, size_t *ret_size)
{
    comity_builder *builder = NULL;
    comity_error error;
    if (comity_builder_new(&builder, &error) != COMITY_OK) {
        return NULL;
    }
    *ret_image = NULL;
    if (comity_builder_add(builder, "names.law", names, sizeof names - 1, &error) == COMITY_OK &&
        comity_builder_add(builder, "state.law", state, sizeof state - 1, &error) == COMITY_OK &&
        comity_builder_add(builder, "fuzz.law", (const char *)bytes, size, &error) == COMITY_OK) {
        comity_status status = comity_builder_build(builder, ret_image, ret_size, &error);
        if (status == COMITY_ERROR_SYNTAX && comity_builder_messages(builder)[0] == '\0') {
            abort();
        }
    }
    return builder;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const void *image = NULL;
    const void *again = NULL;
    size_t image_size = 0;
    size_t again_size = 0;
    comity_builder *first = build(bytes, size, &image, &image_size);
    if (first != NULL && image != NULL) {
        comity_law *law = NULL;
        comity_error error;
        comity_status status = comity_law_load(image, image_size, &law, &error);
        if (status != COMITY_OK && status != COMITY_ERROR_MEMORY) {
            abort();
        }
        comity_law_close(law);
        comity_builder *second = build(bytes, size, &again, &again_size);
        if (again == NULL || again_size != image_size || memcmp(again, image, image_size) != 0) {
            abort();
        }
        comity_builder_free(second);
    }
    comity_builder_free(first);
    return 0;
}
