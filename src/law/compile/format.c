/* Comes in: law text that parses. Goes out: the same tokens and comments in one
 * layout. The parser has marked where declarations, clauses and conditions'
 * connectives begin; the text is read into pieces once more, with its comments,
 * and written segment by segment.
 *
 * A segment is what stands on one line if it is short enough: a header, a
 * declaration's own line, a clause, a line below a group. Full-line comments
 * lead the segment that follows them. A comment inside a segment stays where it
 * is if the next line begins with a connective of the condition as a whole;
 * else it moves before the segment. */
#include "law/compile/format.h"

#include "law/compile/format_line.h"
#include "law/compile/parsing.h"

#include <string.h>

/* Working memory: some fifty times the largest file. */
#define FORMAT_BYTES_MAX ((size_t)512 << 20)
#define CLAUSE_INDENT 2
/* As long as `unless` and `refuse`; what follows these and shorter clause words begins in one column. */
#define CLAUSE_WORD_WIDTH 6

typedef enum comity_segment_kind {
    SEGMENT_HEADER,
    SEGMENT_DECLARATION,
    SEGMENT_CLAUSE, /* of a rule or count */
    SEGMENT_LINE,   /* below a group, a list of orders, a calendar */
    SEGMENT_END     /* the comments at the end of the file */
} comity_segment_kind;

typedef struct comity_segment {
    comity_segment_kind kind;
    comity_declaration_kind declares;
    size_t lead, begin, end; /* pieces: comments before it, its first word, behind its last piece */
    bool big;                /* has clauses or lines below it */
} comity_segment;

typedef struct comity_formatter {
    comity_arena *arena;
    comity_error *reterr;
    comity_buffer *buffer;
    comity_piece *pieces;
    size_t piece_count;
    comity_segment *segments;
    size_t segment_count;
} comity_formatter;

/* ---- pieces ---- */

/* Room for one more in an array that has a power of two of room. */
static comity_status grow(comity_formatter *formatter, void *items, size_t count, size_t size, void **ret_items)
{
    *ret_items = items;
    if (count != 0 && (count < 64 || (count & (count - 1)) != 0)) {
        return COMITY_OK;
    }
    void *memory;
    COMITY_TRY(
        comity_arena_take_array(formatter->arena, count == 0 ? 64 : count * 2, size, &memory, formatter->reterr));
    if (count != 0) {
        memcpy(memory, items, count * size);
    }
    *ret_items = memory;
    return COMITY_OK;
}

static void apply_mark(comity_piece *piece, const comity_mark *mark)
{
    switch ((comity_mark_kind)mark->kind) {
    case COMITY_MARK_HEADER:
    case COMITY_MARK_DECLARATION:
    case COMITY_MARK_CLAUSE:
    case COMITY_MARK_LINE:
        piece->begins = true;
        piece->begin = *mark;
        return;
    case COMITY_MARK_AND:
    case COMITY_MARK_OR:
        piece->connective = mark->kind == COMITY_MARK_AND ? COMITY_PIECE_AND : COMITY_PIECE_OR;
        return;
    case COMITY_MARK_ONE_OF:
        piece->one_of_before = true;
        return;
    case COMITY_MARK_COMMA:
        piece->comma_before = true;
        return;
    case COMITY_MARK_DROP:
        piece->dropped = true;
        return;
    }
}

/* Reads the text again, with comments, and puts the marks to the tokens. */
static comity_status read_pieces(comity_formatter *formatter, const comity_law_file *file, const comity_marks *marks,
                                 comity_diagnostics *diagnostics)
{
    comity_lexer lexer;
    size_t mark = 0;
    comity_lexer_init(&lexer, file->text, file->size, 0, true, diagnostics);
    for (;;) {
        comity_piece piece = {.connective = COMITY_PIECE_NO_CONNECTIVE};
        void *items;
        comity_lexer_next(&lexer, &piece.token);
        if (piece.token.type == COMITY_TOKEN_END) {
            return COMITY_OK;
        }
        size_t offset = (size_t)(piece.token.text - file->text);
        for (; mark < marks->count && marks->items[mark].offset == offset; mark++) {
            apply_mark(&piece, &marks->items[mark]);
        }
        COMITY_TRY(grow(formatter, formatter->pieces, formatter->piece_count, sizeof piece, &items));
        formatter->pieces = items;
        formatter->pieces[formatter->piece_count++] = piece;
    }
}

/* ---- segments ---- */

static comity_segment_kind kind_of(const comity_mark *mark)
{
    return mark->kind == COMITY_MARK_HEADER        ? SEGMENT_HEADER
           : mark->kind == COMITY_MARK_DECLARATION ? SEGMENT_DECLARATION
           : mark->kind == COMITY_MARK_CLAUSE      ? SEGMENT_CLAUSE
                                                   : SEGMENT_LINE;
}

static bool is_comment(const comity_piece *piece)
{
    return piece->token.type == COMITY_TOKEN_COMMENT;
}

/* Where the full-line comments before `at` begin; not before `least`. */
static size_t find_lead(const comity_formatter *formatter, size_t at, size_t least)
{
    while (at > least && is_comment(&formatter->pieces[at - 1]) && formatter->pieces[at - 1].token.first_on_line) {
        at--;
    }
    return at;
}

static comity_status add_segment(comity_formatter *formatter, comity_segment added)
{
    void *items;
    size_t count = formatter->segment_count;
    COMITY_TRY(grow(formatter, formatter->segments, count, sizeof added, &items));
    formatter->segments = items;
    if (count > 0) {
        formatter->segments[count - 1].end = added.lead;
    }
    formatter->segments[formatter->segment_count++] = added;
    return COMITY_OK;
}

static comity_status find_segments(comity_formatter *formatter)
{
    size_t last = 0; /* the declaration that clauses and lines belong to */
    for (size_t i = 0; i < formatter->piece_count; i++) {
        const comity_piece *piece = &formatter->pieces[i];
        if (!piece->begins) {
            continue;
        }
        size_t least = formatter->segment_count == 0 ? 0 : formatter->segments[formatter->segment_count - 1].begin + 1;
        comity_segment found = {.kind = kind_of(&piece->begin),
                                .declares = (comity_declaration_kind)piece->begin.value,
                                .lead = find_lead(formatter, i, least),
                                .begin = i};
        if (found.kind == SEGMENT_CLAUSE || found.kind == SEGMENT_LINE) {
            formatter->segments[last].big = true;
        } else {
            last = formatter->segment_count;
        }
        COMITY_TRY(add_segment(formatter, found));
    }
    size_t count = formatter->piece_count;
    comity_segment end = {.kind = SEGMENT_END, .lead = find_lead(formatter, count, 0), .begin = count, .end = count};
    return add_segment(formatter, end);
}

/* Declarations of one family may stand close together. */
static int family_of(const comity_segment *of)
{
    if (of->kind == SEGMENT_HEADER) {
        return -1;
    }
    switch (of->declares) {
    case COMITY_DECLARES_ABOUT:
    case COMITY_DECLARES_DIRECT:
    case COMITY_DECLARES_SOFT:
    case COMITY_DECLARES_CHANNEL:
        return COMITY_DECLARES_ABOUT;
    case COMITY_DECLARES_PARTIES:
    case COMITY_DECLARES_SIGNED:
        return COMITY_DECLARES_PARTIES;
    case COMITY_DECLARES_MEMBERS:
    case COMITY_DECLARES_REACHES:
        return COMITY_DECLARES_MEMBERS;
    default:
        return (int)of->declares;
    }
}

static bool wants_blank(const comity_segment *above, const comity_segment *below)
{
    return below->kind != SEGMENT_END && (above->big || below->big || family_of(above) != family_of(below));
}

/* ---- comments ---- */

static void write_spaces(comity_buffer *buffer, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        comity_buffer_append_byte(buffer, ' ');
    }
}

static void write_comment(comity_formatter *formatter, const comity_piece *comment, uint32_t indent)
{
    write_spaces(formatter->buffer, indent);
    comity_buffer_append(formatter->buffer, comment->token.text, comment->token.size);
    comity_buffer_append_byte(formatter->buffer, '\n');
}

/* Does a comment inside a segment stay at its place? If a connective of the
 * whole condition follows, with which a line can begin. */
static bool stays(const comity_formatter *formatter, const comity_segment *in, size_t at)
{
    while (at < in->end && is_comment(&formatter->pieces[at])) {
        at++;
    }
    return at < in->end && comity_piece_is_top(&formatter->pieces[in->begin], at - in->begin);
}

/* The last piece is a comment that stands behind the segment. */
static bool has_tail(const comity_formatter *formatter, const comity_segment *in)
{
    return in->end > in->begin && is_comment(&formatter->pieces[in->end - 1]);
}

/* Writes the comments that cannot stay inside, and takes them out. */
static void write_moved(comity_formatter *formatter, const comity_segment *in, uint32_t indent)
{
    size_t end = has_tail(formatter, in) ? in->end - 1 : in->end;
    for (size_t i = in->begin; i < end; i++) {
        if (is_comment(&formatter->pieces[i]) && !stays(formatter, in, i)) {
            write_comment(formatter, &formatter->pieces[i], indent);
            formatter->pieces[i].dropped = true;
        }
    }
}

/* Comments right below a declaration and indented belong to it. */
static size_t write_belonging(comity_formatter *formatter, const comity_segment *below)
{
    size_t i = below->lead;
    while (i < below->begin && formatter->pieces[i].token.at.column > 1 && !formatter->pieces[i].token.after_blank) {
        write_comment(formatter, &formatter->pieces[i++], CLAUSE_INDENT);
    }
    return i;
}

static bool after_blank(const comity_formatter *formatter, size_t at)
{
    return at < formatter->piece_count && formatter->pieces[at].token.after_blank;
}

static bool any_after_blank(const comity_formatter *formatter, size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        if (after_blank(formatter, i)) {
            return true;
        }
    }
    return false;
}

/* Blank lines and comments between two declarations; `above` is NULL at the
 * beginning of the file. One blank line at most, where the author had one or
 * where there must be one. */
static void write_gap(comity_formatter *formatter, const comity_segment *above, const comity_segment *below)
{
    size_t first = above == NULL ? below->lead : write_belonging(formatter, below);
    bool must = above != NULL && wants_blank(above, below) && !any_after_blank(formatter, first, below->begin);
    for (size_t i = first; i <= below->begin; i++) {
        bool is_first_of_file = above == NULL && i == first;
        if (!is_first_of_file && (after_blank(formatter, i) || (must && i == first))) {
            comity_buffer_append_byte(formatter->buffer, '\n');
        }
        if (i < below->begin) {
            write_comment(formatter, &formatter->pieces[i], 0);
        }
    }
}

/* ---- writing ---- */

static comity_status write_segment(comity_formatter *formatter, const comity_segment *written)
{
    bool below = written->kind == SEGMENT_CLAUSE || written->kind == SEGMENT_LINE;
    comity_line line = {.pieces = &formatter->pieces[written->begin],
                        .count = written->end - written->begin,
                        .indent = below ? CLAUSE_INDENT : 0};
    const comity_token *word = &line.pieces[0].token;
    if (written->kind == SEGMENT_CLAUSE) {
        line.pad = word->size < CLAUSE_WORD_WIDTH ? CLAUSE_WORD_WIDTH - (uint32_t)word->size : 0;
        line.continuation = CLAUSE_INDENT + CLAUSE_WORD_WIDTH + 1;
    } else {
        line.continuation = below ? CLAUSE_INDENT + (uint32_t)word->size + 1 : CLAUSE_INDENT;
    }
    write_moved(formatter, written, line.indent);
    return comity_line_write(&line, formatter->arena, formatter->buffer, formatter->reterr);
}

static comity_status write_segments(comity_formatter *formatter)
{
    const comity_segment *above = NULL;
    for (size_t i = 0; i < formatter->segment_count; i++) {
        const comity_segment *now = &formatter->segments[i];
        if (now->kind == SEGMENT_CLAUSE || now->kind == SEGMENT_LINE) {
            for (size_t j = now->lead; j < now->begin; j++) {
                write_comment(formatter, &formatter->pieces[j], CLAUSE_INDENT);
            }
        } else {
            write_gap(formatter, above, now);
            above = now;
        }
        if (now->kind != SEGMENT_END) {
            COMITY_TRY(write_segment(formatter, now));
        }
    }
    return COMITY_OK;
}

static comity_status format(comity_arena *arena, const char *path, const char *text, size_t size, comity_buffer *buffer,
                            comity_buffer *messages, bool *ret_whole, comity_error *reterr)
{
    comity_marks marks = {NULL, 0};
    comity_law_file file;
    comity_diagnostics diagnostics;
    comity_formatter formatter = {.arena = arena, .reterr = reterr, .buffer = buffer};
    const uint8_t *bytes;
    size_t written;
    comity_diagnostics_init(&diagnostics, arena);
    COMITY_TRY(comity_law_parse_marked(arena, path, 0, text, size, &diagnostics, &marks, &file, reterr));
    *ret_whole = file.parsed_whole;
    if (!file.parsed_whole) {
        return comity_diagnostics_print(&diagnostics, &file, 1, messages, reterr);
    }
    COMITY_TRY(read_pieces(&formatter, &file, &marks, &diagnostics));
    COMITY_TRY(find_segments(&formatter));
    COMITY_TRY(write_segments(&formatter));
    return comity_buffer_bytes(buffer, &bytes, &written, reterr);
}

comity_status comity_law_format(const char *path, const char *text, size_t size, comity_buffer *buffer,
                                comity_buffer *messages, bool *ret_whole, comity_error *reterr)
{
    comity_arena arena;
    comity_arena_init(&arena, FORMAT_BYTES_MAX);
    comity_status status = format(&arena, path, text, size, buffer, messages, ret_whole, reterr);
    comity_arena_free(&arena);
    return status;
}
