/* What comes in: the raw bytes of a stream, and the filters its dictionary names. What
 * goes out: its data, in memory of the pool, counted against the limits of all
 * decoding. Filters of images end the work: a picture is not looked into. */
#define ZLIB_CONST
#include "inspect/forms/hex.h"
#include "inspect/forms/pdf.h"

#include <zlib.h>

/* Data on its way through the filters. */
typedef struct data {
    comity_stage *stage;
    void *memory;
    size_t room;
    size_t size;
} data;

static comity_status put(data *to, const uint8_t *bytes, size_t size, comity_error *reterr)
{
    if (size == 0) {
        return COMITY_OK;
    }
    COMITY_TRY(comity_stage_grow(to->stage, &to->memory, &to->room, to->size + size, reterr));
    memcpy((uint8_t *)to->memory + to->size, bytes, size);
    to->size += size;
    return COMITY_OK;
}

/* ---- Flate ---- */

static void *take(void *pool, unsigned count, unsigned size)
{
    return comity_pool_take(pool, (size_t)count * size);
}

static void give(void *pool, void *memory)
{
    comity_pool_give(pool, memory);
}

static comity_status unpack(z_stream *stream, data *to, comity_error *reterr)
{
    uint8_t out[8192];
    int status = Z_OK;
    while (status == Z_OK) {
        stream->next_out = out;
        stream->avail_out = sizeof out;
        status = inflate(stream, Z_NO_FLUSH);
        size_t size = sizeof out - stream->avail_out;
        COMITY_TRY(comity_stage_count(to->stage, 0, size, reterr));
        COMITY_TRY(put(to, out, size, reterr));
    }
    /* Many writers leave the checksum away or cut the end: what came out counts. */
    bool is_cut = status == Z_BUF_ERROR || status == Z_STREAM_END;
    return is_cut && (status == Z_STREAM_END || to->size != 0)
               ? COMITY_OK
               : comity_stage_fail(to->stage, reterr, COMITY_ERROR_SYNTAX, "a stream's compressed data is damaged");
}

static comity_status undo_flate(comity_pdf_span from, data *to, comity_error *reterr)
{
    z_stream stream = {.zalloc = take, .zfree = give, .opaque = &to->stage->form->pool};
    if (inflateInit(&stream) != Z_OK) {
        return comity_stage_fail(to->stage, reterr, COMITY_ERROR_LIMIT, "more memory is needed than there is");
    }
    stream.next_in = from.bytes;
    stream.avail_in = (unsigned)from.size;
    comity_status status = unpack(&stream, to, reterr);
    (void)inflateEnd(&stream);
    return status;
}

/* PNG's predictors: each row begins with the number of its own. */
static comity_status undo_predictor(const comity_pdf *pdf, comity_pdf_span parameters, data *decoded,
                                    comity_error *reterr)
{
    double predictor = comity_pdf_number(comity_pdf_get(pdf, parameters, "Predictor"));
    double columns = comity_pdf_number(comity_pdf_get(pdf, parameters, "Columns"));
    size_t width = columns >= 1 && columns < 65536 ? (size_t)columns : 1;
    if (predictor < 2) {
        return COMITY_OK;
    }
    bool is_plain = comity_pdf_get(pdf, parameters, "Colors").size == 0 && predictor >= 10;
    if (!is_plain) {
        return comity_stage_fail(decoded->stage, reterr, COMITY_ERROR_SYNTAX,
                                 "a predictor of a stream is not looked into by this version");
    }
    uint8_t *bytes = decoded->memory;
    size_t n = 0;
    for (size_t at = 0; at < decoded->size; at += width + 1) {
        uint8_t kind = bytes[at];
        for (size_t i = 0; i < width && at + 1 + i < decoded->size; i++) {
            unsigned left = i == 0 ? 0 : bytes[n - 1];
            unsigned up = n < width ? 0 : bytes[n - width];
            unsigned corner = i == 0 || n < width ? 0 : bytes[n - width - 1];
            int estimate = (int)left + (int)up - (int)corner;
            int to_left = estimate > (int)left ? estimate - (int)left : (int)left - estimate;
            int to_up = estimate > (int)up ? estimate - (int)up : (int)up - estimate;
            int to_corner = estimate > (int)corner ? estimate - (int)corner : (int)corner - estimate;
            unsigned nearest = to_left <= to_up && to_left <= to_corner ? left : to_up <= to_corner ? up : corner;
            unsigned added = kind == 1 ? left : kind == 2 ? up : kind == 3 ? (left + up) / 2 : kind == 4 ? nearest : 0;
            bytes[n++] = (uint8_t)(bytes[at + 1 + i] + added);
        }
    }
    decoded->size = n;
    return COMITY_OK;
}

/* ---- the others ---- */

static comity_status undo_hex(comity_pdf_span from, data *to, comity_error *reterr)
{
    unsigned held = 16;
    for (size_t i = 0; i < from.size && from.bytes[i] != '>'; i++) {
        unsigned digit = comity_hex_digit(from.bytes[i]);
        if (digit > 15) {
            continue;
        }
        if (held > 15) {
            held = digit;
            continue;
        }
        uint8_t byte = (uint8_t)(held << 4 | digit);
        held = 16;
        COMITY_TRY(put(to, &byte, 1, reterr));
    }
    uint8_t last = (uint8_t)(held << 4);
    return held > 15 ? COMITY_OK : put(to, &last, 1, reterr);
}

static comity_status undo_ascii85(comity_pdf_span from, data *to, comity_error *reterr)
{
    uint64_t group = 0;
    unsigned count = 0;
    for (size_t i = 0; i < from.size && from.bytes[i] != '~'; i++) {
        uint8_t c = from.bytes[i];
        static const uint8_t zeros[4] = {0};
        if (c == 'z' && count == 0) {
            COMITY_TRY(put(to, zeros, 4, reterr));
        }
        if (c < '!' || c > 'u') {
            continue;
        }
        group = group * 85 + (c - '!');
        if (++count == 5) {
            uint8_t bytes[4] = {(uint8_t)(group >> 24), (uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
            COMITY_TRY(put(to, bytes, 4, reterr));
            group = 0;
            count = 0;
        }
    }
    if (count < 2) {
        return COMITY_OK;
    }
    for (unsigned i = count; i < 5; i++) {
        group = group * 85 + 84;
    }
    uint8_t bytes[4] = {(uint8_t)(group >> 24), (uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
    return put(to, bytes, count - 1, reterr);
}

/* Codes of 9 to 12 bits; each stands for a code before it and one byte more. */
static comity_status undo_lzw(comity_pdf_span from, data *to, comity_error *reterr)
{
    enum { CLEAR = 256, END = 257, FIRST = 258, MAX = 4096 };
    size_t place[MAX]; /* where in the output a code's bytes stand */
    uint16_t size[MAX];
    unsigned count = FIRST;
    unsigned width = 9;
    uint32_t bits = 0;
    unsigned held = 0;
    bool has_last = false;
    size_t last_place = 0;
    size_t last_size = 0;
    for (size_t i = 0; i < from.size;) {
        while (held < width && i < from.size) {
            bits = bits << 8 | from.bytes[i++];
            held += 8;
        }
        if (held < width) {
            break;
        }
        unsigned code = bits >> (held - width) & ((1u << width) - 1);
        held -= width;
        if (code == END) {
            break;
        }
        if (code == CLEAR) {
            count = FIRST;
            width = 9;
            has_last = false;
            continue;
        }
        size_t begin = to->size;
        uint8_t byte = (uint8_t)code;
        if (code < 256) {
            COMITY_TRY(put(to, &byte, 1, reterr));
        } else if (has_last && code <= count) {
            bool is_new = code == count;
            size_t from_place = is_new ? last_place : place[code];
            size_t from_size = is_new ? last_size : size[code];
            COMITY_TRY(comity_stage_grow(to->stage, &to->memory, &to->room, to->size + from_size + 1,
                                         reterr)); /* not empty: there was a code before */
            uint8_t *bytes = to->memory;
            memcpy(bytes + to->size, bytes + from_place, from_size);
            to->size += from_size;
            if (is_new) {
                bytes[to->size++] = bytes[last_place];
            }
        } else {
            return comity_stage_fail(to->stage, reterr, COMITY_ERROR_SYNTAX, "a stream's compressed data is damaged");
        }
        COMITY_TRY(comity_stage_count(to->stage, 0, to->size - begin, reterr));
        if (has_last && count < MAX) {
            place[count] = last_place; /* the code before, and the byte behind it in the output */
            size[count] = (uint16_t)(last_size + 1 < 65535 ? last_size + 1 : 65535);
            count++;
        }
        width = count + 1 >= 2048 ? 12 : count + 1 >= 1024 ? 11 : count + 1 >= 512 ? 10 : 9;
        has_last = true;
        last_place = begin;
        last_size = to->size - begin;
    }
    return COMITY_OK;
}

static comity_status undo_run_length(comity_pdf_span from, data *to, comity_error *reterr)
{
    for (size_t i = 0; i < from.size && from.bytes[i] != 128;) {
        unsigned length = from.bytes[i++];
        if (length < 128) {
            size_t size = length + 1 < from.size - i ? length + 1 : from.size - i;
            COMITY_TRY(put(to, from.bytes + i, size, reterr));
            i += size;
        } else if (i < from.size) {
            uint8_t bytes[128];
            memset(bytes, from.bytes[i++], sizeof bytes);
            COMITY_TRY(comity_stage_count(to->stage, 0, 257 - length, reterr));
            COMITY_TRY(put(to, bytes, 257 - length, reterr));
        }
    }
    return COMITY_OK;
}

/* ---- all together ---- */

static const struct {
    const char *name;
    comity_status (*undo)(comity_pdf_span from, data *to, comity_error *reterr); /* NULL: of an image */
} filters[] = {
    {"FlateDecode", undo_flate},
    {"Fl", undo_flate},
    {"ASCIIHexDecode", undo_hex},
    {"AHx", undo_hex},
    {"ASCII85Decode", undo_ascii85},
    {"A85", undo_ascii85},
    {"LZWDecode", undo_lzw},
    {"LZW", undo_lzw},
    {"RunLengthDecode", undo_run_length},
    {"RL", undo_run_length},
    {"DCTDecode", NULL},
    {"DCT", NULL},
    {"JPXDecode", NULL},
    {"CCITTFaxDecode", NULL},
    {"CCF", NULL},
    {"JBIG2Decode", NULL},
};

static comity_status undo_filter(const comity_pdf *pdf, comity_pdf_span name, comity_pdf_span from, data *to,
                                 bool *ret_is_image, comity_error *reterr)
{
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        if (comity_pdf_is(name, filters[i].name)) {
            *ret_is_image = filters[i].undo == NULL;
            return filters[i].undo == NULL ? COMITY_OK : filters[i].undo(from, to, reterr);
        }
    }
    return comity_stage_fail(pdf->stage, reterr, COMITY_ERROR_SYNTAX,
                             "a filter of a stream is not looked into by this version");
}

comity_status comity_pdf_decode(const comity_pdf *pdf, const comity_pdf_object *object, comity_pdf_span *ret_decoded,
                                void **ret_memory, bool *ret_is_image, comity_error *reterr)
{
    comity_pdf_span names = comity_pdf_get(pdf, object->value, "Filter");
    comity_pdf_span parameters = comity_pdf_get(pdf, object->value, "DecodeParms");
    comity_pdf_span from = object->stream;
    data held = {.stage = pdf->stage};
    size_t at = 0;
    *ret_is_image = false;
    for (unsigned i = 0; i < COMITY_LIMIT_PDF_FILTERS && !*ret_is_image; i++) {
        comity_pdf_token name = comity_pdf_next(names, &at);
        if (name.kind == COMITY_PDF_OPEN_ARRAY) {
            name = comity_pdf_next(names, &at);
        }
        if (name.text.size == 0 || (name.kind != COMITY_PDF_NAME && name.kind != COMITY_PDF_WORD)) {
            break;
        }
        data to = {.stage = pdf->stage};
        COMITY_TRY(undo_filter(pdf, name.text, from, &to, ret_is_image, reterr));
        if (*ret_is_image) {
            break;
        }
        COMITY_TRY(undo_predictor(pdf, parameters, &to, reterr));
        comity_pool_give(&pdf->stage->form->pool, held.memory);
        held = to;
        from = (comity_pdf_span){to.memory == NULL ? object->stream.bytes : to.memory, to.size};
    }
    *ret_decoded = from;
    *ret_memory = held.memory;
    return COMITY_OK;
}
