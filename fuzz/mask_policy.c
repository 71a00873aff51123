/* Any text as a masking policy: it is read, or refused with a place within it. */
#include "../tests/mask_types.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static mask_kit kit;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    comity_mask_policy *policy = NULL;
    comity_error error = {.message = ""};
    if (kit.types == NULL && !mask_kit_make(&kit)) {
        abort();
    }
    comity_status status = comity_mask_policy_read(kit.types, "p", (const char *)bytes, size, &policy, &error);
    if (status == COMITY_OK) {
        comity_finding finding = {.reading_count = 1, .readings = {{.type = 1, .confidence = 100}}};
        if (comity_mask_policy_rule(policy, &finding)->action >= COMITY_MASK_OPERATOR_COUNT ||
            comity_mask_policy_level(policy) == 0 || comity_mask_policy_level(policy) > 100) {
            abort();
        }
    } else if (strncmp(error.message, "p:", 2) != 0) {
        abort();
    }
    comity_mask_policy_free(policy);
    return 0;
}
