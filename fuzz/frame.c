/* Any bytes as a frame of a gate: what is read lies within them, and is written again as it was. */
#include "gate/frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void within(const uint8_t *bytes, size_t size, const void *text, size_t text_size)
{
    const uint8_t *at = text;
    require(at >= bytes && at <= bytes + size && text_size <= (size_t)(bytes + size - at));
}

/* The names and persons as they are to be written. */
static void make_writable(comity_gate_judge *judge, char names[][COMITY_LIMIT_LAW_WORD_BYTES + 1], const char **pointers,
                          comity_gate_person *persons)
{
    const uint8_t *at = judge->category_bytes;
    for (size_t i = 0; i < judge->category_count; i++) {
        size_t size = (size_t)at[0] | (size_t)at[1] << 8;
        memcpy(names[i], at + 4, size);
        names[i][size] = '\0';
        pointers[i] = names[i];
        at += 4 + size;
    }
    for (size_t i = 0; i < judge->person_count; i++) {
        const uint8_t *person = judge->person_bytes + i * (COMITY_GATE_DIGEST_SIZE + 8);
        memcpy(persons[i].digest, person, COMITY_GATE_DIGEST_SIZE);
        persons[i].categories = 0;
        for (unsigned j = 0; j < 8; j++) {
            persons[i].categories |= (uint64_t)person[COMITY_GATE_DIGEST_SIZE + j] << 8 * j;
        }
    }
    judge->categories = pointers;
    judge->persons = persons;
}

static bool has_nul(const comity_gate_judge *judge)
{
    const uint8_t *at = judge->category_bytes;
    for (size_t i = 0; i < judge->category_count; i++) {
        size_t size = (size_t)at[0] | (size_t)at[1] << 8;
        if (memchr(at + 4, 0, size) != NULL) {
            return true;
        }
        at += 4 + size;
    }
    return false;
}

static void write_again(const uint8_t *bytes, size_t size, comity_gate_frame *frame)
{
    static char names[COMITY_GATE_CATEGORIES_MAX][COMITY_LIMIT_LAW_WORD_BYTES + 1];
    static const char *pointers[COMITY_GATE_CATEGORIES_MAX];
    static comity_gate_person persons[COMITY_GATE_PERSONS_MAX];
    static uint8_t again[COMITY_GATE_FRAME_BYTES_MAX];
    size_t again_size = 0;
    if (frame->kind == COMITY_GATE_JUDGE) {
        if (has_nul(&frame->judge)) {
            return;
        }
        make_writable(&frame->judge, names, pointers, persons);
    }
    require(comity_frame_write(frame, again, sizeof again, &again_size, NULL) == COMITY_OK && again_size == size);
    memset(again + 5, 0, 3);
    require(memcmp(again + 8, bytes + 8, 8) == 0);
    require(frame->kind == COMITY_GATE_WELCOME || memcmp(again + 16, bytes + 16, size - 16) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static comity_gate_frame frame;
    comity_error error;
    size_t whole = 0;
    if (comity_frame_size(bytes, size, &whole, &error) != COMITY_OK) {
        return 0;
    }
    if (comity_frame_read(bytes, size, &frame, &error) != COMITY_OK) {
        return 0;
    }
    require(whole == size);
    for (size_t i = 0; frame.kind == COMITY_GATE_JUDGE && i < frame.judge.act_count; i++) {
        within(bytes, size, frame.judge.acts[i].text, frame.judge.acts[i].size);
    }
    if (frame.kind == COMITY_GATE_JUDGED) {
        within(bytes, size, frame.judged.rules, frame.judged.rules_size);
        within(bytes, size, frame.judged.message, frame.judged.message_size);
    }
    write_again(bytes, size, &frame);
    return 0;
}
