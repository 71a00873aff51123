/* See listing.h. */
#include "inspect/forms/listing.h"

#include "inspect/forms/charset_stage.h"

#include <assert.h>
#include <stdio.h>

#define ROOM (COMITY_LISTING_MOST + 1) /* with a line's end */

static comity_status give(comity_stage *stage, comity_listing *listing, const char *kind, comity_error *reterr)
{
    char link[64];
    comity_stage *child = NULL;
    if (listing->size == 0) {
        return COMITY_OK;
    }
    (void)snprintf(link, sizeof link, "%s > names", kind);
    comity_about about = {.link = kind[0] == '\0' ? "names" : link, .field = "", .place = COMITY_FORM_UNMAPPED};
    comity_text_about text = {.syntax = COMITY_FORM_TEXT};
    COMITY_TRY(comity_charset_begin(stage, &about, &text, &comity_charset_ascii, NULL, 0, &child, reterr));
    comity_span span = {.bytes = listing->text, .size = listing->size};
    COMITY_TRY(comity_stage_feed(child, span, reterr));
    listing->size = 0;
    return comity_stage_end(&child, reterr);
}

bool comity_listing_fits(const comity_listing *listing, size_t size)
{
    return size < ROOM - listing->size;
}

comity_status comity_listing_begin(comity_stage *stage, comity_listing *listing, size_t size, comity_error *reterr)
{
    assert(size <= COMITY_LISTING_MOST);
    if (listing->text == NULL) {
        void *memory = NULL;
        COMITY_TRY(comity_stage_take(stage, ROOM, &memory, reterr));
        listing->text = memory;
    }
    return comity_listing_fits(listing, size) ? COMITY_OK : give(stage, listing, stage->kind->name, reterr);
}

void comity_listing_put(comity_listing *listing, const void *bytes, size_t size)
{
    assert(listing->text != NULL && comity_listing_fits(listing, size));
    memcpy(listing->text + listing->size, bytes, size);
    listing->size += size;
}

void comity_listing_line(comity_listing *listing)
{
    if (listing->size != 0 && listing->text[listing->size - 1] != '\n') {
        listing->text[listing->size++] = '\n';
    }
}

comity_status comity_listing_end(comity_stage *stage, comity_listing *listing, const char *kind, comity_error *reterr)
{
    COMITY_TRY(give(stage, listing, kind, reterr));
    comity_pool_give(&stage->form->pool, listing->text);
    listing->text = NULL;
    return COMITY_OK;
}
