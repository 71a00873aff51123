/* Frames to bytes and back. Each kind has a writer and a reader that read like the
 * table in docs/formats/gate-protocol.md. What is read is checked as it is read: a
 * reader that succeeds has used every byte. */
#include "gate/frame.h"

#include <string.h>

enum { HEAD_SIZE = 16, MAGIC_SIZE = 12 };

static const char magic[MAGIC_SIZE] = "comity-gate"; /* with its NUL */

/* ---- parts ---- */

static comity_status write_text(comity_writer *writer, const char *text, size_t size, size_t size_max,
                                comity_error *reterr)
{
    if (size > size_max) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a text of %zu bytes in a frame; at most %zu are possible", size,
                           size_max);
    }
    COMITY_TRY(comity_writer_u32(writer, (uint32_t)size, reterr));
    return comity_writer_span(writer, text, size, reterr);
}

static comity_status read_text(comity_reader *reader, size_t size_max, const char **ret_text, size_t *ret_size,
                               comity_error *reterr)
{
    uint32_t size;
    const uint8_t *span;
    COMITY_TRY(comity_reader_u32(reader, &size, reterr));
    if (size > size_max) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a text of %u bytes in a frame; at most %zu are possible", size,
                           size_max);
    }
    COMITY_TRY(comity_reader_span(reader, size, &span, reterr));
    *ret_text = (const char *)span;
    *ret_size = size;
    return COMITY_OK;
}

static comity_status read_bytes(comity_reader *reader, uint8_t *ret_bytes, size_t size, comity_error *reterr)
{
    const uint8_t *span;
    COMITY_TRY(comity_reader_span(reader, size, &span, reterr));
    memcpy(ret_bytes, span, size);
    return COMITY_OK;
}

static comity_status read_magic(comity_reader *reader, comity_error *reterr)
{
    const uint8_t *span;
    COMITY_TRY(comity_reader_span(reader, MAGIC_SIZE, &span, reterr));
    if (memcmp(span, magic, MAGIC_SIZE) != 0) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "the other side does not speak the protocol of gates");
    }
    return COMITY_OK;
}

static comity_status check_count(uint64_t count, uint64_t least, uint64_t most, const char *what, comity_error *reterr)
{
    if (count < least || count > most) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "%llu %s in a frame; %llu to %llu are possible",
                           (unsigned long long)count, what, (unsigned long long)least, (unsigned long long)most);
    }
    return COMITY_OK;
}

/* ---- hello, welcome, refused ---- */

static comity_status write_hello(comity_writer *writer, const comity_gate_frame *frame, comity_error *reterr)
{
    COMITY_TRY(comity_writer_span(writer, magic, MAGIC_SIZE, reterr));
    COMITY_TRY(comity_writer_u16(writer, frame->hello.version_least, reterr));
    COMITY_TRY(comity_writer_u16(writer, frame->hello.version_most, reterr));
    return write_text(writer, frame->hello.gate, frame->hello.gate_size, COMITY_LIMIT_SERVE_NAME_BYTES, reterr);
}

static comity_status read_hello(comity_reader *reader, comity_gate_frame *frame, comity_error *reterr)
{
    COMITY_TRY(read_magic(reader, reterr));
    COMITY_TRY(comity_reader_u16(reader, &frame->hello.version_least, reterr));
    COMITY_TRY(comity_reader_u16(reader, &frame->hello.version_most, reterr));
    return read_text(reader, COMITY_LIMIT_SERVE_NAME_BYTES, &frame->hello.gate, &frame->hello.gate_size, reterr);
}

static comity_status write_welcome(comity_writer *writer, const comity_gate_frame *frame, comity_error *reterr)
{
    COMITY_TRY(comity_writer_span(writer, magic, MAGIC_SIZE, reterr));
    COMITY_TRY(comity_writer_u16(writer, frame->welcome.version, reterr));
    COMITY_TRY(comity_writer_u16(writer, 0, reterr));
    COMITY_TRY(comity_writer_u32(writer, frame->welcome.queue_max, reterr));
    COMITY_TRY(comity_writer_u32(writer, frame->welcome.deadline_max_ms, reterr));
    return comity_writer_span(writer, frame->welcome.key, sizeof frame->welcome.key, reterr);
}

static comity_status read_welcome(comity_reader *reader, comity_gate_frame *frame, comity_error *reterr)
{
    uint16_t zero;
    COMITY_TRY(read_magic(reader, reterr));
    COMITY_TRY(comity_reader_u16(reader, &frame->welcome.version, reterr));
    COMITY_TRY(comity_reader_u16(reader, &zero, reterr));
    COMITY_TRY(comity_reader_u32(reader, &frame->welcome.queue_max, reterr));
    COMITY_TRY(comity_reader_u32(reader, &frame->welcome.deadline_max_ms, reterr));
    return read_bytes(reader, frame->welcome.key, sizeof frame->welcome.key, reterr);
}

static comity_status write_refused(comity_writer *writer, const comity_gate_frame *frame, comity_error *reterr)
{
    return write_text(writer, frame->refused.message, frame->refused.message_size, COMITY_LIMIT_GATE_TEXT_BYTES, reterr);
}

static comity_status read_refused(comity_reader *reader, comity_gate_frame *frame, comity_error *reterr)
{
    return read_text(reader, COMITY_LIMIT_GATE_TEXT_BYTES, &frame->refused.message, &frame->refused.message_size, reterr);
}

/* ---- judge ---- */

static comity_status check_judge(const comity_gate_judge *judge, comity_error *reterr)
{
    COMITY_TRY(check_count(judge->act_count, 1, COMITY_GATE_ACTS_MAX, "acts", reterr));
    COMITY_TRY(check_count(judge->category_count, 0, COMITY_GATE_CATEGORIES_MAX, "categories", reterr));
    return check_count(judge->person_count, 0, COMITY_GATE_PERSONS_MAX, "persons", reterr);
}

static comity_status write_persons(comity_writer *writer, const comity_gate_judge *judge, comity_error *reterr)
{
    for (size_t i = 0; i < judge->category_count; i++) {
        const char *name = judge->categories[i];
        COMITY_TRY(write_text(writer, name, strlen(name), COMITY_LIMIT_LAW_WORD_BYTES, reterr));
    }
    for (size_t i = 0; i < judge->person_count; i++) {
        COMITY_TRY(comity_writer_span(writer, judge->persons[i].digest, sizeof judge->persons[i].digest, reterr));
        COMITY_TRY(comity_writer_u64(writer, judge->persons[i].categories, reterr));
    }
    return COMITY_OK;
}

static comity_status write_judge(comity_writer *writer, const comity_gate_frame *frame, comity_error *reterr)
{
    const comity_gate_judge *judge = &frame->judge;
    COMITY_TRY(check_judge(judge, reterr));
    COMITY_TRY(comity_writer_span(writer, judge->id, sizeof judge->id, reterr));
    COMITY_TRY(comity_writer_u32(writer, judge->segment, reterr));
    COMITY_TRY(comity_writer_u32(writer, judge->deadline_ms, reterr));
    COMITY_TRY(comity_writer_u8(writer, judge->flags, reterr));
    COMITY_TRY(comity_writer_u8(writer, (uint8_t)judge->act_count, reterr));
    COMITY_TRY(comity_writer_u16(writer, (uint16_t)judge->category_count, reterr));
    COMITY_TRY(comity_writer_u32(writer, (uint32_t)judge->person_count, reterr));
    COMITY_TRY(write_persons(writer, judge, reterr));
    for (size_t i = 0; i < judge->act_count; i++) {
        COMITY_TRY(write_text(writer, judge->acts[i].text, judge->acts[i].size, COMITY_GATE_ACT_BYTES_MAX, reterr));
    }
    return COMITY_OK;
}

static comity_status read_persons(comity_reader *reader, comity_gate_judge *judge, comity_error *reterr)
{
    uint64_t known = judge->category_count == 64 ? UINT64_MAX : (UINT64_C(1) << judge->category_count) - 1;
    const char *text;
    size_t size;
    const uint8_t *span;
    COMITY_TRY(comity_reader_span(reader, 0, &span, reterr));
    judge->category_bytes = span;
    for (size_t i = 0; i < judge->category_count; i++) {
        COMITY_TRY(read_text(reader, COMITY_LIMIT_LAW_WORD_BYTES, &text, &size, reterr));
    }
    COMITY_TRY(comity_reader_span(reader, 0, &span, reterr));
    judge->person_bytes = span;
    for (size_t i = 0; i < judge->person_count; i++) {
        uint64_t categories;
        COMITY_TRY(comity_reader_span(reader, COMITY_GATE_DIGEST_SIZE, &span, reterr));
        COMITY_TRY(comity_reader_u64(reader, &categories, reterr));
        if ((categories & ~known) != 0) {
            return comity_fail(reterr, COMITY_ERROR_SYNTAX, "a person has a category that the frame does not name");
        }
    }
    return COMITY_OK;
}

static comity_status read_judge(comity_reader *reader, comity_gate_frame *frame, comity_error *reterr)
{
    comity_gate_judge *judge = &frame->judge;
    uint8_t act_count;
    uint16_t category_count;
    uint32_t person_count;
    COMITY_TRY(read_bytes(reader, judge->id, sizeof judge->id, reterr));
    COMITY_TRY(comity_reader_u32(reader, &judge->segment, reterr));
    COMITY_TRY(comity_reader_u32(reader, &judge->deadline_ms, reterr));
    COMITY_TRY(comity_reader_u8(reader, &judge->flags, reterr));
    COMITY_TRY(comity_reader_u8(reader, &act_count, reterr));
    COMITY_TRY(comity_reader_u16(reader, &category_count, reterr));
    COMITY_TRY(comity_reader_u32(reader, &person_count, reterr));
    judge->act_count = act_count;
    judge->category_count = category_count;
    judge->person_count = person_count;
    COMITY_TRY(check_judge(judge, reterr));
    COMITY_TRY(read_persons(reader, judge, reterr));
    for (size_t i = 0; i < judge->act_count; i++) {
        COMITY_TRY(read_text(reader, COMITY_GATE_ACT_BYTES_MAX, &judge->acts[i].text, &judge->acts[i].size, reterr));
    }
    return COMITY_OK;
}

/* ---- judged ---- */

static comity_status write_judged(comity_writer *writer, const comity_gate_frame *frame, comity_error *reterr)
{
    const comity_gate_judged *judged = &frame->judged;
    COMITY_TRY(check_count(judged->entry_count, 0, COMITY_GATE_ACTS_MAX, "entries", reterr));
    COMITY_TRY(comity_writer_span(writer, judged->id, sizeof judged->id, reterr));
    COMITY_TRY(comity_writer_u32(writer, judged->segment, reterr));
    COMITY_TRY(comity_writer_u8(writer, (uint8_t)judged->outcome, reterr));
    COMITY_TRY(comity_writer_u8(writer, (uint8_t)judged->verdict, reterr));
    COMITY_TRY(comity_writer_u16(writer, (uint16_t)judged->entry_count, reterr));
    COMITY_TRY(comity_writer_span(writer, judged->law, sizeof judged->law, reterr));
    for (size_t i = 0; i < judged->entry_count; i++) {
        COMITY_TRY(comity_writer_u64(writer, judged->entries[i], reterr));
    }
    COMITY_TRY(write_text(writer, judged->rules, judged->rules_size, COMITY_LIMIT_GATE_TEXT_BYTES, reterr));
    COMITY_TRY(write_text(writer, judged->ways, judged->ways_size, COMITY_LIMIT_GATE_TEXT_BYTES, reterr));
    return write_text(writer, judged->message, judged->message_size, COMITY_LIMIT_GATE_TEXT_BYTES, reterr);
}

static comity_status read_judged(comity_reader *reader, comity_gate_frame *frame, comity_error *reterr)
{
    comity_gate_judged *judged = &frame->judged;
    uint8_t outcome;
    uint8_t verdict;
    uint16_t entry_count;
    COMITY_TRY(read_bytes(reader, judged->id, sizeof judged->id, reterr));
    COMITY_TRY(comity_reader_u32(reader, &judged->segment, reterr));
    COMITY_TRY(comity_reader_u8(reader, &outcome, reterr));
    COMITY_TRY(comity_reader_u8(reader, &verdict, reterr));
    COMITY_TRY(comity_reader_u16(reader, &entry_count, reterr));
    COMITY_TRY(read_bytes(reader, judged->law, sizeof judged->law, reterr));
    COMITY_TRY(check_count(outcome, 0, COMITY_GATE_LATE, "as an outcome", reterr));
    COMITY_TRY(check_count(verdict, 0, COMITY_REFUSE, "as a verdict", reterr));
    COMITY_TRY(check_count(entry_count, 0, COMITY_GATE_ACTS_MAX, "entries", reterr));
    judged->outcome = (comity_gate_outcome)outcome;
    judged->verdict = (comity_verdict)verdict;
    judged->entry_count = entry_count;
    for (size_t i = 0; i < entry_count; i++) {
        COMITY_TRY(comity_reader_u64(reader, &judged->entries[i], reterr));
    }
    COMITY_TRY(read_text(reader, COMITY_LIMIT_GATE_TEXT_BYTES, &judged->rules, &judged->rules_size, reterr));
    COMITY_TRY(read_text(reader, COMITY_LIMIT_GATE_TEXT_BYTES, &judged->ways, &judged->ways_size, reterr));
    return read_text(reader, COMITY_LIMIT_GATE_TEXT_BYTES, &judged->message, &judged->message_size, reterr);
}

/* ---- frames ---- */

typedef comity_status frame_writer(comity_writer *writer, const comity_gate_frame *frame, comity_error *reterr);
typedef comity_status frame_reader(comity_reader *reader, comity_gate_frame *frame, comity_error *reterr);

static const struct kind {
    frame_writer *write;
    frame_reader *read;
} kinds[] = {
    [COMITY_GATE_HELLO] = {write_hello, read_hello},       [COMITY_GATE_WELCOME] = {write_welcome, read_welcome},
    [COMITY_GATE_JUDGE] = {write_judge, read_judge},       [COMITY_GATE_JUDGED] = {write_judged, read_judged},
    [COMITY_GATE_REFUSED] = {write_refused, read_refused},
};

static const struct kind *kind_of(unsigned number)
{
    return number < sizeof kinds / sizeof kinds[0] && kinds[number].read != NULL ? &kinds[number] : NULL;
}

comity_status comity_frame_size(const void *bytes, size_t size, size_t *ret_size, comity_error *reterr)
{
    comity_reader reader;
    uint32_t whole;
    uint8_t kind;
    comity_reader_init(&reader, bytes, size);
    if (size < HEAD_SIZE) {
        *ret_size = 0;
        return COMITY_OK;
    }
    COMITY_TRY(comity_reader_u32(&reader, &whole, reterr));
    COMITY_TRY(comity_reader_u8(&reader, &kind, reterr));
    if (whole < HEAD_SIZE || kind_of(kind) == NULL) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "a frame of %u bytes and the kind %u: there is none", whole, kind);
    }
    if (whole > COMITY_GATE_FRAME_BYTES_MAX) {
        return comity_fail(reterr, COMITY_ERROR_LIMIT, "a frame of %u bytes; at most %zu are possible", whole,
                           COMITY_GATE_FRAME_BYTES_MAX);
    }
    *ret_size = whole;
    return COMITY_OK;
}

comity_status comity_frame_read(const void *bytes, size_t size, comity_gate_frame *ret_frame, comity_error *reterr)
{
    comity_reader reader;
    size_t whole = 0;
    uint32_t unused;
    uint8_t kind;
    uint8_t zero[3];
    COMITY_TRY(comity_frame_size(bytes, size, &whole, reterr));
    if (whole == 0 || whole != size) {
        return comity_fail(reterr, COMITY_ERROR_SYNTAX, "expected one whole frame, found %zu bytes", size);
    }
    comity_reader_init(&reader, bytes, size);
    COMITY_TRY(comity_reader_u32(&reader, &unused, reterr));
    COMITY_TRY(comity_reader_u8(&reader, &kind, reterr));
    COMITY_TRY(read_bytes(&reader, zero, sizeof zero, reterr));
    ret_frame->kind = (comity_gate_kind)kind;
    COMITY_TRY(comity_reader_u64(&reader, &ret_frame->number, reterr));
    COMITY_TRY(kind_of(kind)->read(&reader, ret_frame, reterr));
    return comity_reader_finish(&reader, reterr);
}

comity_status comity_frame_write(const comity_gate_frame *frame, void *memory, size_t capacity, size_t *ret_size,
                                 comity_error *reterr)
{
    comity_writer writer;
    const struct kind *kind = kind_of((unsigned)frame->kind);
    if (kind == NULL) {
        return comity_fail(reterr, COMITY_ERROR_ARGUMENT, "%u is no kind of frame", (unsigned)frame->kind);
    }
    comity_writer_init(&writer, memory, capacity < COMITY_GATE_FRAME_BYTES_MAX ? capacity : COMITY_GATE_FRAME_BYTES_MAX);
    COMITY_TRY(comity_writer_u32(&writer, 0, reterr));
    COMITY_TRY(comity_writer_u32(&writer, (uint32_t)frame->kind, reterr));
    COMITY_TRY(comity_writer_u64(&writer, frame->number, reterr));
    COMITY_TRY(kind->write(&writer, frame, reterr));
    size_t size = writer.at;
    COMITY_TRY(comity_writer_seek(&writer, 0, reterr));
    COMITY_TRY(comity_writer_u32(&writer, (uint32_t)size, reterr));
    *ret_size = size;
    return COMITY_OK;
}
