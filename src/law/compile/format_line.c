/* How one segment is laid out. It stands on one line if it fits. If not, it is
 * broken before its connectives and the like, those of the fewest parentheses
 * first, then behind the commas of its lists; alternatives then stand one below the other,
 * everything else fills the lines. A line never begins with a word that would
 * begin a clause or declaration. */
#include "law/compile/format_line.h"

#include <stdio.h>
#include <string.h>

/* What is written without a space inside: a token, or words put in. */
typedef struct comity_bit {
    const char *text;
    size_t size;
    uint32_t width; /* in characters */
    bool space;     /* stands before it, on the same line */
    uint32_t level; /* where a line may begin with it: lower is broken first; NO_BREAK */
    bool is_or;
    const comity_piece *comments; /* that stand before it */
    size_t comment_count;
} comity_bit;

#define NO_BREAK UINT32_MAX

typedef struct comity_layout {
    comity_arena *arena;
    comity_error *reterr;
    comity_buffer *buffer;
    comity_bit *bits;
    size_t count;
    uint32_t column; /* of the character written next, from 0 */
    bool broken;     /* the last chunk took more than one line */
} comity_layout;

/* ---- bits ---- */

static uint32_t width_of(const char *text, size_t size)
{
    uint32_t width = 0;
    for (size_t i = 0; i < size; i++) {
        width += ((uint8_t)text[i] & 0xC0) != 0x80;
    }
    return width;
}

/* 10000000 as 10,000,000 */
static size_t print_number(uint64_t number, char ret_text[32])
{
    char digits[24];
    size_t count = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            ret_text[size++] = ',';
        }
        ret_text[size++] = digits[i];
    }
    ret_text[size] = '\0';
    return size;
}

/* Hundredths of a percent: 50%, 12.5%, 33.33% */
static size_t print_percent(uint64_t number, char ret_text[32])
{
    unsigned whole = (unsigned)(number / 100);
    unsigned rest = (unsigned)(number % 100);
    int size = rest == 0        ? snprintf(ret_text, 32, "%u%%", whole)
               : rest % 10 == 0 ? snprintf(ret_text, 32, "%u.%u%%", whole, rest / 10)
                                : snprintf(ret_text, 32, "%u.%02u%%", whole, rest);
    return (size_t)size;
}

static comity_status set_text(comity_layout *layout, const comity_token *token, comity_bit *ret_bit)
{
    char text[32];
    char *copy;
    ret_bit->text = token->text;
    ret_bit->size = token->size;
    if (token->type == COMITY_TOKEN_NUMBER || token->type == COMITY_TOKEN_PERCENT) {
        ret_bit->size =
            token->type == COMITY_TOKEN_NUMBER ? print_number(token->number, text) : print_percent(token->number, text);
        COMITY_TRY(comity_arena_copy(layout->arena, text, ret_bit->size, &copy, layout->reterr));
        ret_bit->text = copy;
    }
    ret_bit->width = width_of(ret_bit->text, ret_bit->size);
    return COMITY_OK;
}

/* Words that begin a clause or declaration somewhere. */
static bool could_begin(const comity_token *token)
{
    const char *const *const lists[] = {comity_rule_clauses,   comity_count_clauses,    comity_group_clauses,
                                        comity_orders_clauses, comity_calendar_clauses, comity_header_words}; /* those of `enter` are there */
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (size_t j = 0; lists[i][j] != NULL; j++) {
            if (comity_token_is(token, lists[i][j])) {
                return true;
            }
        }
    }
    return comity_is_declaring_word(token);
}

static void put_in(comity_layout *layout, const char *text, bool space, uint32_t level)
{
    size_t size = strlen(text);
    layout->bits[layout->count++] =
        (comity_bit){.text = text, .size = size, .width = (uint32_t)size, .space = space, .level = level};
}

static bool ends_with(const comity_layout *layout, char byte)
{
    if (layout->count == 0) {
        return false;
    }
    const comity_bit *last = &layout->bits[layout->count - 1];
    return last->size == 1 && last->text[0] == byte;
}

/* Where a line may begin with the piece: connectives first (and `with`, which
 * divides a way's rules from its papers, and an authority's `may`), then items. */
static uint32_t break_level(const comity_layout *layout, const comity_piece *piece, uint32_t parentheses)
{
    const comity_token *token = &piece->token;
    bool divides = layout->count > 1 && (comity_token_is(token, "with") || comity_token_is(token, "may"));
    if (piece->connective != COMITY_PIECE_NO_CONNECTIVE || (divides && !ends_with(layout, ','))) {
        return parentheses * 2;
    }
    return ends_with(layout, ',') && !could_begin(token) ? parentheses * 2 + 1 : NO_BREAK;
}

/* One token as bits: itself, and what is put in before it. */
static comity_status add_piece(comity_layout *layout, const comity_piece *piece, uint32_t parentheses)
{
    const comity_token *token = &piece->token;
    bool tight = comity_token_is(token, ",") || comity_token_is(token, ")");
    bool space = layout->count > 0 && !tight && !ends_with(layout, '(');
    if (piece->comma_before) {
        put_in(layout, ",", false, NO_BREAK);
    }
    uint32_t level = break_level(layout, piece, parentheses);
    if (piece->one_of_before) {
        put_in(layout, "one of", space, level);
        space = true;
        level = NO_BREAK;
    }
    comity_bit *added = &layout->bits[layout->count++];
    *added = (comity_bit){.space = space, .level = level, .is_or = piece->connective == COMITY_PIECE_OR};
    return set_text(layout, token, added);
}

/* The segment's tokens as bits; a comment goes to the bit that follows it. The
 * comment at the very end is left. */
static comity_status make_bits(comity_layout *layout, const comity_line *line)
{
    uint32_t parentheses = 0;
    const comity_piece *comments = NULL;
    size_t comment_count = 0;
    void *memory;
    COMITY_TRY(comity_arena_take_array(layout->arena, line->count * 3, sizeof(comity_bit), &memory, layout->reterr));
    layout->bits = memory;
    for (size_t i = 0; i < line->count; i++) {
        const comity_piece *piece = &line->pieces[i];
        if (piece->token.type == COMITY_TOKEN_COMMENT) {
            comments = piece->dropped || comments != NULL ? comments : piece;
            comment_count += piece->dropped ? 0 : 1;
            continue;
        }
        if (piece->dropped) {
            continue;
        }
        parentheses -= comity_token_is(&piece->token, ")") ? 1 : 0;
        COMITY_TRY(add_piece(layout, piece, parentheses));
        parentheses += comity_token_is(&piece->token, "(") ? 1 : 0;
        layout->bits[layout->count - 1].comments = comments;
        layout->bits[layout->count - 1].comment_count = comment_count;
        comments = NULL;
        comment_count = 0;
    }
    return COMITY_OK;
}

bool comity_piece_is_top(const comity_piece *pieces, size_t at)
{
    size_t parentheses = 0;
    for (size_t i = 0; i < at; i++) {
        parentheses += comity_token_is(&pieces[i].token, "(") ? 1 : 0;
        parentheses -= comity_token_is(&pieces[i].token, ")") ? 1 : 0;
    }
    return parentheses == 0 && pieces[at].connective != COMITY_PIECE_NO_CONNECTIVE;
}

/* ---- writing ---- */

static void write_spaces(comity_layout *layout, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        comity_buffer_append_byte(layout->buffer, ' ');
    }
    layout->column += count;
}

static void new_line(comity_layout *layout, uint32_t indent)
{
    comity_buffer_append_byte(layout->buffer, '\n');
    layout->column = 0;
    write_spaces(layout, indent);
}

/* As one line, without the space before the first. */
static uint32_t flat_width(const comity_layout *layout, size_t first, size_t end)
{
    uint32_t width = 0;
    for (size_t i = first; i < end; i++) {
        width += layout->bits[i].width + (i > first && layout->bits[i].space ? 1 : 0);
    }
    return width;
}

static void write_flat(comity_layout *layout, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        write_spaces(layout, i > first && layout->bits[i].space ? 1 : 0);
        comity_buffer_append(layout->buffer, layout->bits[i].text, layout->bits[i].size);
        layout->column += layout->bits[i].width;
    }
}

/* Comments before a line that begins with a connective: one may stand behind
 * the line before, the others on lines of their own. */
static void write_comments(comity_layout *layout, const comity_bit *before, uint32_t indent)
{
    for (size_t i = 0; i < before->comment_count; i++) {
        const comity_token *token = &before->comments[i].token;
        if (token->first_on_line) {
            new_line(layout, indent);
        } else {
            write_spaces(layout, 2);
        }
        comity_buffer_append(layout->buffer, token->text, token->size);
    }
}

/* The lowest level at which a line may be broken behind the first bit. */
static uint32_t lowest_level(const comity_layout *layout, size_t first, size_t end)
{
    uint32_t level = NO_BREAK;
    for (size_t i = first + 1; i < end; i++) {
        level = layout->bits[i].level < level ? layout->bits[i].level : level;
    }
    return level;
}

static size_t chunk_end(const comity_layout *layout, size_t first, size_t end, uint32_t level)
{
    size_t i = first + 1;
    while (i < end && layout->bits[i].level != level) {
        i++;
    }
    return i;
}

static bool has_comments(const comity_layout *layout, size_t first, size_t end)
{
    for (size_t i = first + 1; i < end; i++) {
        if (layout->bits[i].comment_count > 0) {
            return true;
        }
    }
    return false;
}

static bool fits(const comity_layout *layout, size_t first, size_t end, uint32_t column)
{
    return column + flat_width(layout, first, end) <= COMITY_LAW_LINE_WIDTH && !has_comments(layout, first, end);
}

/* Writes bits from the present column on; lines after the first begin at
 * `indent`. Each recursion is for parts of a higher level, and levels are
 * bounded by the depth of parentheses. */
static void write_broken(comity_layout *layout, size_t first, size_t end, uint32_t indent)
{
    uint32_t level = lowest_level(layout, first, end);
    layout->broken = false;
    if (level == NO_BREAK || fits(layout, first, end, layout->column)) {
        write_flat(layout, first, end);
        return;
    }
    bool broken = false;
    for (size_t i = first; i < end;) {
        size_t next = chunk_end(layout, i, end, level);
        const comity_bit *begins = &layout->bits[i];
        bool own_line =
            begins->comment_count > 0 || begins->is_or || broken || !fits(layout, i, next, layout->column + 1);
        if (i > first && own_line) {
            write_comments(layout, begins, indent);
            new_line(layout, indent);
        } else if (i > first) {
            write_spaces(layout, 1);
        }
        write_broken(layout, i, next, indent + 2);
        broken = layout->broken;
        i = next;
    }
    layout->broken = true;
}

static const comity_token *tail_comment(const comity_line *line)
{
    const comity_token *last = &line->pieces[line->count - 1].token;
    return last->type == COMITY_TOKEN_COMMENT ? last : NULL;
}

comity_status comity_line_write(const comity_line *line, comity_arena *arena, comity_buffer *buffer,
                                comity_error *reterr)
{
    comity_layout layout = {.arena = arena, .reterr = reterr, .buffer = buffer};
    const comity_token *tail = tail_comment(line);
    COMITY_TRY(make_bits(&layout, line));
    write_spaces(&layout, line->indent);
    write_flat(&layout, 0, 1);
    if (layout.count > 1) {
        write_spaces(&layout, line->pad + 1);
        write_broken(&layout, 1, layout.count, line->continuation);
    }
    if (tail != NULL) {
        write_spaces(&layout, 2);
        comity_buffer_append(buffer, tail->text, tail->size);
    }
    comity_buffer_append_byte(buffer, '\n');
    return COMITY_OK;
}
