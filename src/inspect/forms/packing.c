/* What comes out of a compression: counted, then given on. */
#include "inspect/forms/packing.h"

comity_status comity_packing_begin(comity_stage *stage, comity_error *reterr)
{
    comity_packing *packing = stage->state;
    void *out = NULL;
    COMITY_TRY(comity_stage_take(stage, COMITY_PACKING_OUT_SIZE, &out, reterr));
    packing->out = out;
    comity_about about = {.place = COMITY_FORM_UNMAPPED,
                          .content_type = stage->content_type,
                          .name = stage->name,
                          .raw_begin = stage->raw_begin};
    return comity_stage_begin_encoded(stage, stage->encoding, &about, &packing->child, reterr);
}

comity_status comity_packing_give(comity_stage *stage, size_t size, comity_error *reterr)
{
    comity_packing *packing = stage->state;
    COMITY_TRY(comity_stage_count(stage, packing->consumed, size, reterr));
    comity_span span = {.bytes = packing->out, .size = size};
    return comity_stage_feed(packing->child, span, reterr);
}

comity_status comity_packing_end(comity_stage *stage, comity_error *reterr)
{
    comity_packing *packing = stage->state;
    COMITY_TRY(comity_stage_end(&packing->child, reterr));
    comity_pool_give(&stage->form->pool, packing->out);
    packing->out = NULL;
    return COMITY_OK;
}

bool comity_compress_begins(const uint8_t *bytes, size_t size)
{
    if (size < 5 || (bytes[2] & 0x60) != 0 || (bytes[2] & 0x1F) < 9 || (bytes[2] & 0x1F) > 16) {
        return false;
    }
    unsigned most = 255; /* the first code stands for a byte; each adds one more */
    for (size_t bit = 24; bit + 9 <= size * 8; bit += 9) {
        unsigned code = ((unsigned)bytes[bit / 8] | (unsigned)bytes[bit / 8 + 1] << 8) >> bit % 8 & 0x1FF;
        if (code > most || code == 256) {
            return false;
        }
        most = most == 255 ? 257 : most + 1;
    }
    return true;
}
