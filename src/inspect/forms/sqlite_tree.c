/* Trees of pages, walked with a stack of bounded depth. Each page is met once: what a
 * damaged or hostile file makes a circle of, or lets two trees share, is refused. */
#include "inspect/forms/sqlite.h"

enum { INDEX_INNER = 2, TABLE_INNER = 5, INDEX_LEAF = 10, TABLE_LEAF = 13 };

typedef struct page {
    const uint8_t *bytes;
    size_t head; /* where its header begins: 100 on the first page */
    uint8_t kind;
    size_t cell_count;
    size_t cell_at; /* where the list of cells begins */
} page;

static uint32_t number(const uint8_t *bytes, size_t size)
{
    uint32_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

/* One to nine bytes, seven bits each, the ninth eight; 0 if it is cut off. */
static size_t varint(const uint8_t *bytes, size_t size, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 9 && i < size; i++) {
        if (i == 8) {
            *ret_value = value << 8 | bytes[i];
            return 9;
        }
        value = value << 7 | (bytes[i] & 0x7F);
        if (bytes[i] < 0x80) {
            *ret_value = value;
            return i + 1;
        }
    }
    return 0;
}

static comity_status fail(const comity_sqlite *base, comity_error *reterr, uint32_t number_of_page)
{
    return comity_stage_fail(base->stage, reterr, COMITY_ERROR_SYNTAX, "page %lu is damaged, or in two places",
                             (unsigned long)number_of_page);
}

/* Marks a page as seen; it must not have been. */
static comity_status see(comity_sqlite *base, uint32_t which, comity_error *reterr)
{
    if (which == 0 || which > base->page_count || base->seen[which - 1] != 0) {
        return fail(base, reterr, which);
    }
    base->seen[which - 1] = 1;
    return COMITY_OK;
}

static comity_status open_page(comity_sqlite *base, uint32_t which, page *ret_page, comity_error *reterr)
{
    COMITY_TRY(see(base, which, reterr));
    page own = {.bytes = base->file + (which - 1) * base->page_size, .head = which == 1 ? 100 : 0};
    own.kind = own.bytes[own.head];
    bool is_inner = own.kind == INDEX_INNER || own.kind == TABLE_INNER;
    own.cell_count = number(own.bytes + own.head + 3, 2);
    own.cell_at = own.head + (is_inner ? 12 : 8);
    bool is_known = is_inner || own.kind == INDEX_LEAF || own.kind == TABLE_LEAF;
    if (!is_known || own.cell_at + 2 * own.cell_count > base->usable) {
        return fail(base, reterr, which);
    }
    *ret_page = own;
    return COMITY_OK;
}

/* How much of a payload stands in its cell. */
static size_t local_size(const comity_sqlite *base, bool is_table, uint64_t payload)
{
    size_t usable = base->usable;
    size_t most = is_table ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    size_t least = (usable - 12) * 32 / 255 - 23;
    if (payload <= most) {
        return (size_t)payload;
    }
    size_t kept = least + (size_t)((payload - least) % (usable - 4));
    return kept <= most ? kept : least;
}

/* Puts a payload together: what stands in the cell, and on pages that follow one another. */
static comity_status gather(comity_sqlite *base, uint32_t which, const uint8_t *local, size_t local_bytes, size_t size,
                            uint32_t next, comity_error *reterr)
{
    COMITY_TRY(comity_stage_grow(base->stage, &base->payload, &base->payload_room, size + 1, reterr));
    uint8_t *payload = base->payload;
    memcpy(payload, local, local_bytes);
    for (size_t at = local_bytes; at < size;) {
        COMITY_TRY(next == 0 ? fail(base, reterr, which) : see(base, next, reterr));
        const uint8_t *bytes = base->file + (next - 1) * base->page_size;
        size_t n = size - at < base->usable - 4 ? size - at : base->usable - 4;
        memcpy(payload + at, bytes + 4, n);
        at += n;
        next = number(bytes, 4);
    }
    return COMITY_OK;
}

/* A cell with a record: its size, its row's number in a table, and the record. */
static comity_status read_cell(comity_sqlite *base, uint32_t which, const page *from, size_t at, comity_sqlite_row row,
                               void *context, comity_error *reterr)
{
    bool is_table = from->kind == TABLE_LEAF;
    uint64_t size = 0;
    uint64_t row_number = 0;
    size_t read = at >= base->usable ? 0 : varint(from->bytes + at, base->usable - at, &size);
    size_t more =
        read == 0 || !is_table ? read : varint(from->bytes + at + read, base->usable - at - read, &row_number);
    at += is_table ? read + more : read;
    if (read == 0 || more == 0 || size > base->size || at > base->usable) {
        return fail(base, reterr, which);
    }
    size_t local = local_size(base, is_table, size);
    bool has_more = local < size;
    if (local + (has_more ? 4 : 0) > base->usable - at) {
        return fail(base, reterr, which);
    }
    COMITY_TRY(comity_stage_count(base->stage, 0, (size_t)size, reterr)); /* cells may overlap, over and over */
    uint32_t next = has_more ? number(from->bytes + at + local, 4) : 0;
    COMITY_TRY(gather(base, which, from->bytes + at, local, (size_t)size, next, reterr));
    return row == NULL ? COMITY_OK : row(context, (int64_t)row_number, base->payload, (size_t)size, reterr);
}

comity_status comity_sqlite_walk(comity_sqlite *base, uint32_t root, comity_sqlite_row row, void *context,
                                 bool *ret_is_table, comity_error *reterr)
{
    page pages[COMITY_LIMIT_SQLITE_DEPTH];
    uint32_t numbers[COMITY_LIMIT_SQLITE_DEPTH];
    size_t cells[COMITY_LIMIT_SQLITE_DEPTH];
    size_t depth = 1;
    COMITY_TRY(open_page(base, root, &pages[0], reterr));
    numbers[0] = root;
    cells[0] = 0;
    *ret_is_table = pages[0].kind == TABLE_INNER || pages[0].kind == TABLE_LEAF;
    while (depth > 0) {
        const page *now = &pages[depth - 1];
        bool is_inner = now->kind == INDEX_INNER || now->kind == TABLE_INNER;
        size_t cell = cells[depth - 1]++;
        uint32_t child = 0;
        if (cell > now->cell_count || (cell == now->cell_count && !is_inner)) {
            depth--;
            continue;
        }
        if (cell == now->cell_count) {
            child = number(now->bytes + now->head + 8, 4); /* the rightmost */
        } else {
            size_t at = number(now->bytes + now->cell_at + 2 * cell, 2);
            if (at + 4 > base->usable) {
                return fail(base, reterr, numbers[depth - 1]);
            }
            child = is_inner ? number(now->bytes + at, 4) : 0;
            if (now->kind != TABLE_INNER) {
                COMITY_TRY(read_cell(base, numbers[depth - 1], now, at + (is_inner ? 4 : 0), row, context, reterr));
            }
        }
        if (child != 0 || is_inner) {
            if (depth == COMITY_LIMIT_SQLITE_DEPTH) {
                return fail(base, reterr, child);
            }
            COMITY_TRY(open_page(base, child, &pages[depth], reterr));
            numbers[depth] = child;
            cells[depth] = 0;
            depth++;
        }
    }
    return COMITY_OK;
}

/* ---- records ---- */

static int64_t signed_number(const uint8_t *bytes, size_t size)
{
    uint64_t value = bytes[0] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++) {
        value = value << 8 | bytes[i];
    }
    int64_t result = 0;
    memcpy(&result, &value, sizeof result);
    return result;
}

bool comity_sqlite_next(const uint8_t *payload, size_t size, size_t *head, size_t *body, comity_sqlite_value *ret_value,
                        bool *ret_good)
{
    static const uint8_t sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
    uint64_t head_size = 0;
    uint64_t kind = 0;
    size_t read = varint(payload, size, &head_size);
    *ret_good = read != 0 && head_size <= size;
    if (!*ret_good) {
        return false;
    }
    *body = *head == 0 ? (size_t)head_size : *body;
    *head = *head == 0 ? read : *head;
    if (*head >= head_size) {
        return false;
    }
    read = varint(payload + *head, (size_t)head_size - *head, &kind);
    uint64_t length = kind >= 12 ? (kind - 12) / 2 : kind < 10 ? sizes[kind] : 0;
    *ret_good = read != 0 && length <= size - *body && kind != 10 && kind != 11;
    if (!*ret_good) {
        return false;
    }
    const uint8_t *bytes = payload + *body;
    comity_sqlite_value value = {.kind = 'n', .bytes = bytes, .size = (size_t)length};
    if (kind >= 12) {
        value.kind = kind % 2 == 0 ? 'b' : 't';
    } else if (kind == 7) {
        uint64_t bits = (uint64_t)signed_number(bytes, 8);
        memcpy(&value.real, &bits, sizeof value.real);
        value.kind = 'r';
    } else if (kind != 0) {
        value.kind = 'i';
        value.number = kind == 8 ? 0 : kind == 9 ? 1 : signed_number(bytes, value.size);
    }
    *head += read;
    *body += value.size;
    *ret_value = value;
    return true;
}
