/* Which of a row's literals ask for names that the act has or has not, so that a
 * block's columns settle them. */
#include "law/compile/sieves.h"

comity_sieve_asking comity_sieve_names(const comity_compiler *compiler, const comity_literal *literal, uint32_t kind,
                                       comity_set *ret_set)
{
    static const uint8_t slots[] = {COMITY_SLOT_CATEGORY, COMITY_SLOT_PURPOSE, COMITY_SLOT_CIRCUMSTANCE,
                                    COMITY_SLOT_DEAL};
    bool negated = (literal->flags & COMITY_LITERAL_NEGATED) != 0;
    *ret_set = (comity_set){{0}};
    if (kind >= COMITY_SIEVE_KIND_FIRST) {
        uint32_t side = kind == COMITY_SIEVE_KIND_FIRST ? COMITY_NODE_FIRST : COMITY_NODE_SECOND;
        if (literal->op != COMITY_OP_PARTY_HAS || literal->a != COMITY_CLASS_KIND ||
            (literal->flags & COMITY_LITERAL_SIDE) != side) {
            return COMITY_ASKS_NOTHING;
        }
        *ret_set = compiler->sets.items[literal->b];
        return negated ? COMITY_ASKS_BAN : COMITY_ASKS_WANT;
    }
    if (literal->op == COMITY_OP_ONLY && kind == COMITY_SIEVE_PURPOSE && literal->a == COMITY_SLOT_PURPOSE &&
        !negated) {
        for (uint32_t name = 0; name < compiler->entries[COMITY_CLASS_PURPOSE].count; name++) {
            if (!comity_set_has(&compiler->sets.items[literal->b], name)) {
                comity_set_add(ret_set, name);
            }
        }
        return COMITY_ASKS_ONLY;
    }
    if (literal->a != slots[kind] || (literal->op != COMITY_OP_HAS && literal->op != COMITY_OP_HAS_ANY)) {
        return COMITY_ASKS_NOTHING;
    }
    if (literal->op == COMITY_OP_HAS) {
        comity_set_add(ret_set, literal->b);
    } else {
        *ret_set = compiler->sets.items[literal->b];
    }
    return negated ? COMITY_ASKS_BAN : COMITY_ASKS_WANT;
}

bool comity_sieve_settles(const comity_compiler *compiler, const comity_literal *literal, uint32_t *wanted)
{
    for (uint32_t kind = 0; kind < COMITY_SIEVE_LAST; kind++) {
        comity_set set;
        comity_sieve_asking asking = comity_sieve_names(compiler, literal, kind, &set);
        if (asking == COMITY_ASKS_BAN || asking == COMITY_ASKS_ONLY) {
            return true;
        }
        if (asking == COMITY_ASKS_WANT) {
            bool first = (*wanted >> kind & 1u) == 0;
            *wanted |= 1u << kind;
            return first;
        }
    }
    return false;
}
