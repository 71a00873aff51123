/* Distinct persons: exact up to the capacity, a lower bound beyond it. */
#include "../../test.h"

#include "inspect/persons.h"

int main(void)
{
    comity_persons *persons = NULL;
    comity_persons *more = NULL;
    comity_error error;
    bool exact = false;
    test_begin("persons");
    test_case("no room asked for");
    CHECK_EQ_INT(COMITY_ERROR_RANGE, comity_persons_new(0, &persons, &error));
    CHECK_EQ_STR("room for 0 persons: 1 to 1073741824 are possible", error.message);
    test_case("each counts once");
    if (!CHECK(comity_persons_new(1000, &persons, &error) == COMITY_OK) ||
        !CHECK(comity_persons_new(1000, &more, &error) == COMITY_OK)) {
        return test_done();
    }
    for (uint64_t i = 0; i < 3000; i++) {
        comity_persons_add(persons, i % 1000 * UINT64_C(0x9E3779B97F4A7C15));
    }
    CHECK_EQ_INT(1000, comity_persons_count(persons, &exact));
    CHECK(exact);
    test_case("more than there is room for");
    comity_persons_add(persons, 12345);
    CHECK_EQ_INT(1000, comity_persons_count(persons, &exact));
    CHECK(!exact);
    test_case("put together");
    comity_persons_reset(persons);
    for (uint64_t i = 1; i <= 100; i++) {
        comity_persons_add(persons, i);
        comity_persons_add(more, i + 50);
    }
    comity_persons_merge(persons, more);
    CHECK_EQ_INT(150, comity_persons_count(persons, &exact));
    CHECK(exact);
    comity_persons_free(persons);
    comity_persons_free(more);
    comity_persons_free(NULL);
    return test_done();
}
