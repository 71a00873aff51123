/* New entries in, events out: see feed.h for its threads. */
#include "serve/feed.h"

#include "serve/scan.h"
#include "serve/thread.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    LOOK_EVERY_MS = 250,
    ALIVE_EVERY_MS = 15000,
    END_MS = 1000,
    STRETCH = 1024 /* entries judged before queues are looked at again */
};

#define NS_PER_MS UINT64_C(1000000)

struct comity_follower {
    comity_follower *next;
    comity_feed *feed;
    struct MHD_Connection *connection;
    comity_filter filter;
    const comity_year *year; /* whose log it is in */
    bool placed;           /* `at` is set */
    uint64_t at;           /* the next entry to look at */
    comity_buffer queue;
    size_t sent;           /* of the queue */
    bool passed_over;      /* in this stretch: the queue is, or was, full */
    bool suspended;
    bool over;             /* nothing more is appended; at the end of the queue the stream ends */
    uint64_t spoken_ns;    /* when something was last appended */
    uint64_t read_ns;      /* when something was last taken, or there was nothing to take */
};

struct comity_feed {
    comity_thread thread; /* its mutex guards what follows, and all of each follower */
    comity_follower *followers;
    size_t count;
    comity_keeper *keeper;
    comity_metrics *metrics;
    comity_replay replay;    /* the thread's own, and so is the next */
    const comity_year *year; /* whose log is given now */
};

/* ---- a follower; the mutex is held ---- */

static bool is_full(const comity_follower *follower)
{
    return follower->queue.size - follower->sent > COMITY_LIMIT_SERVE_FOLLOWER_BYTES / 2;
}

/* What is appended to an empty queue has waited from now on only. */
static void begin_saying(comity_follower *follower)
{
    if (follower->sent == follower->queue.size) {
        follower->read_ns = comity_now_ns();
    }
}

static void say(comity_follower *follower, const char *text)
{
    begin_saying(follower);
    comity_buffer_append_text(&follower->queue, text);
    follower->spoken_ns = comity_now_ns();
}

static void say_judgement(comity_follower *follower, const comity_told *told)
{
    comity_buffer *queue = &follower->queue;
    begin_saying(follower);
    comity_buffer_append_text(queue, "id: ");
    if (follower->year->name[0] != '\0') {
        comity_buffer_append_text(queue, follower->year->name);
        comity_buffer_append_byte(queue, '/');
    }
    comity_buffer_append_u64(queue, told->entry);
    comity_buffer_append_text(queue, "\nevent: judgement\ndata: ");
    comity_told_put(told, follower->year->name, queue);
    say(follower, "\n\n");
}

/* Too much has been recorded since: what is passed over is said. */
static void say_skipped(comity_follower *follower, uint64_t to)
{
    comity_buffer *queue = &follower->queue;
    begin_saying(follower);
    comity_buffer_append_text(queue, "event: skipped\ndata: {");
    if (follower->year->name[0] != '\0') {
        comity_buffer_append_text(queue, "\"log\":\"");
        comity_buffer_append_text(queue, follower->year->name);
        comity_buffer_append_text(queue, "\",");
    }
    comity_buffer_append_text(queue, "\"from\":");
    comity_buffer_append_u64(queue, follower->at);
    comity_buffer_append_text(queue, ",\"to\":");
    comity_buffer_append_u64(queue, to - 1);
    say(follower, "}\n\n");
    follower->at = to;
}

static void wake_up(comity_follower *follower)
{
    if (follower->suspended && (follower->over || follower->sent < follower->queue.size || follower->queue.failed != COMITY_OK)) {
        follower->suspended = false;
        MHD_resume_connection(follower->connection);
    }
}

/* The connection's thread finds the socket closed, and ends the connection. */
static void cut_off(comity_follower *follower)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(follower->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL) {
        (void)shutdown(info->connect_fd, SHUT_RDWR);
    }
}

static void look_after(comity_feed *feed, comity_follower *follower, uint64_t now)
{
    bool idle = follower->sent == follower->queue.size;
    if (idle && now - follower->spoken_ns > ALIVE_EVERY_MS * NS_PER_MS) {
        say(follower, ":\n\n");
    }
    if (!idle && !follower->over && now - follower->read_ns > COMITY_LIMIT_SERVE_FOLLOWER_MS * NS_PER_MS) {
        follower->over = true;
        (void)atomic_fetch_add(&feed->metrics->followers_dropped, 1);
        cut_off(follower);
    }
    wake_up(follower);
}

/* ---- new entries ---- */

static comity_status give_row(void *context, const comity_told *told, comity_error *reterr)
{
    comity_feed *feed = context;
    (void)reterr;
    (void)pthread_mutex_lock(&feed->thread.mutex);
    for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        bool open = follower->year == feed->year && follower->placed && follower->at <= told->entry && !follower->over &&
                    !follower->passed_over;
        follower->passed_over |= open && is_full(follower);
        if (!open || follower->passed_over) {
            continue;
        }
        if (told->kind == COMITY_TOLD_JUDGEMENT && comity_filter_may(&follower->filter, told->entry, told->time_ms) &&
            comity_filter_wants(&follower->filter, told)) {
            say_judgement(follower, told);
        }
        follower->at = told->entry + 1;
    }
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    return COMITY_OK;
}

/* Where the next stretch begins: at the follower furthest back who has room; `size`: nowhere. */
static uint64_t place(comity_feed *feed, uint64_t size)
{
    uint64_t first = size > COMITY_LIMIT_SERVE_SCAN ? size - COMITY_LIMIT_SERVE_SCAN : 0;
    uint64_t least = size;
    for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        if (follower->year != feed->year) {
            continue;
        }
        if (!follower->placed) {
            follower->at = !follower->filter.has_after ? size : follower->filter.after < size ? follower->filter.after + 1 : size;
            follower->placed = true;
        }
        if (follower->at < first && !is_full(follower)) {
            say_skipped(follower, first);
        }
        follower->passed_over = is_full(follower);
        if (!follower->over && !follower->passed_over && follower->at < least) {
            least = follower->at;
        }
    }
    return least;
}

/* Gives one stretch to all. False: there is nothing new, or it cannot be read now. */
static bool give_stretch(comity_feed *feed, comity_record_reader *reader)
{
    comity_filter all;
    comity_error error;
    uint64_t size = reader->checkpoint.size;
    comity_filter_init(&all);
    (void)pthread_mutex_lock(&feed->thread.mutex);
    uint64_t begin = place(feed, size);
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    uint64_t end = begin + STRETCH < size ? begin + STRETCH : size;
    if (begin >= size || comity_scan_stretch(reader, &feed->replay, &all, begin, end, give_row, feed, &error) != COMITY_OK) {
        return false;
    }
    (void)pthread_mutex_lock(&feed->thread.mutex);
    for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        bool along = follower->year == feed->year && follower->placed && !follower->passed_over && follower->at >= begin &&
                     follower->at < end;
        follower->at = along ? end : follower->at;
    }
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    return end < size;
}

/* ---- year by year ---- */

/* A year's log has ended, at `size`: who has looked at all of it begins the next. */
static void move_on(comity_feed *feed, uint64_t size)
{
    const comity_year *next = NULL;
    comity_error error;
    if (comity_years_behind(comity_keeper_years(feed->keeper), feed->year, &next, &error) != COMITY_OK || next == NULL) {
        return; /* it cannot be known now, and is looked for again */
    }
    (void)pthread_mutex_lock(&feed->thread.mutex);
    for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        if (follower->year == feed->year && follower->placed && follower->at >= size) {
            follower->year = next;
            follower->at = 0;
            follower->filter.has_after = false; /* it was of the log he comes from */
        }
    }
    (void)pthread_mutex_unlock(&feed->thread.mutex);
}

/* The first year behind `year`, or of all where that is NULL, in whose log somebody is; NULL: there is none. */
static const comity_year *next_year(comity_feed *feed, const comity_year *year)
{
    const comity_year *least = NULL;
    (void)pthread_mutex_lock(&feed->thread.mutex);
    for (const comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        bool behind = year == NULL || strcmp(follower->year->name, year->name) > 0;
        if (behind && (least == NULL || strcmp(follower->year->name, least->name) < 0)) {
            least = follower->year;
        }
    }
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    return least;
}

static void give_year(comity_feed *feed, comity_record_reader *reader, const comity_year *newest)
{
    comity_error error;
    if (comity_record_reader_open(feed->year->disk, NULL, reader, &error) != COMITY_OK) {
        return;
    }
    uint64_t size = reader->checkpoint.size;
    comity_replay_turn(&feed->replay, feed->year->disk);
    for (unsigned i = 0; i < COMITY_LIMIT_SERVE_SCAN / STRETCH && give_stretch(feed, reader); i++) {
        /* on to the next */
    }
    comity_record_reader_close(reader);
    if (feed->year != newest) {
        move_on(feed, size);
    }
}

/* From the earliest log that somebody is in to the newest: who comes to the end of one goes on in the next. */
static void give_new(comity_feed *feed, comity_record_reader *reader)
{
    const comity_year *newest = comity_years_newest(comity_keeper_years(feed->keeper)); /* before we read: earlier ones are whole */
    feed->year = NULL;
    while ((feed->year = next_year(feed, feed->year)) != NULL) {
        give_year(feed, reader, newest);
    }
}

/* ---- the thread ---- */

/* Waits for the next look; with nobody there, until somebody comes. False: it ends. The mutex is held. */
static bool pause_for(comity_feed *feed)
{
    struct timespec until = comity_thread_moment(LOOK_EVERY_MS);
    while (!feed->thread.ending && feed->followers != NULL && comity_thread_wait(&feed->thread, &until)) {
        /* somebody came or went */
    }
    while (!feed->thread.ending && feed->followers == NULL) {
        (void)pthread_cond_wait(&feed->thread.wake, &feed->thread.mutex);
    }
    return !feed->thread.ending;
}

static void end_all(comity_feed *feed)
{
    struct timespec until = comity_thread_moment(END_MS);
    for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        follower->over = true;
        wake_up(follower);
    }
    while (feed->followers != NULL && comity_thread_wait(&feed->thread, &until)) {
        /* one has left */
    }
    for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
        cut_off(follower);
    }
}

static void *follow(void *context)
{
    comity_feed *feed = context;
    comity_record_reader *reader = calloc(1, sizeof *reader);
    (void)pthread_mutex_lock(&feed->thread.mutex);
    while (pause_for(feed)) {
        (void)pthread_mutex_unlock(&feed->thread.mutex);
        if (reader != NULL) {
            give_new(feed, reader);
        }
        (void)pthread_mutex_lock(&feed->thread.mutex);
        uint64_t now = comity_now_ns();
        for (comity_follower *follower = feed->followers; follower != NULL; follower = follower->next) {
            look_after(feed, follower, now);
        }
    }
    end_all(feed);
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    free(reader);
    return NULL;
}

/* ---- for the threads of connections ---- */

comity_follower *comity_feed_join(comity_feed *feed, struct MHD_Connection *connection, const comity_filter *filter,
                                  const comity_year *year)
{
    comity_follower *follower = calloc(1, sizeof *follower);
    if (follower == NULL) {
        return NULL;
    }
    *follower = (comity_follower){.feed = feed, .connection = connection, .filter = *filter, .year = year};
    if (!filter->has_after) { /* from here on, and not from where the thread looks next: an answer's head says that it follows */
        follower->placed = comity_keeper_end(feed->keeper, &follower->year, &follower->at);
    }
    comity_buffer_init(&follower->queue, COMITY_LIMIT_SERVE_FOLLOWER_BYTES);
    say(follower, ":\n\n"); /* something to send at once, so that the client sees it is there */
    (void)pthread_mutex_lock(&feed->thread.mutex);
    bool room = !feed->thread.ending && feed->count < COMITY_LIMIT_SERVE_FOLLOWERS;
    if (room) {
        follower->next = feed->followers;
        feed->followers = follower;
        (void)atomic_store(&feed->metrics->followers, ++feed->count);
        (void)pthread_cond_signal(&feed->thread.wake);
    }
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    if (!room) {
        comity_buffer_free(&follower->queue);
        free(follower);
        return NULL;
    }
    return follower;
}

void comity_feed_leave(comity_feed *feed, comity_follower *follower)
{
    if (follower == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&feed->thread.mutex);
    comity_follower **at = &feed->followers;
    while (*at != follower) {
        at = &(*at)->next;
    }
    *at = follower->next;
    (void)atomic_store(&feed->metrics->followers, --feed->count);
    (void)pthread_cond_signal(&feed->thread.wake);
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    comity_buffer_free(&follower->queue);
    free(follower);
}

/* The mutex is held. */
static ssize_t take(comity_follower *follower, char *bytes, size_t size_max)
{
    const uint8_t *queue;
    size_t size;
    if (comity_buffer_bytes(&follower->queue, &queue, &size, NULL) != COMITY_OK) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    follower->read_ns = comity_now_ns();
    if (follower->sent < size) {
        size_t next = size - follower->sent < size_max ? size - follower->sent : size_max;
        memcpy(bytes, queue + follower->sent, next);
        follower->sent += next;
        if (follower->sent == size) {
            comity_buffer_reset(&follower->queue);
            follower->sent = 0;
        }
        return (ssize_t)next;
    }
    if (follower->over) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    MHD_suspend_connection(follower->connection);
    follower->suspended = true;
    return 0;
}

ssize_t comity_feed_read(void *context, uint64_t position, char *bytes, size_t size_max)
{
    comity_follower *follower = context;
    comity_feed *feed = follower->feed;
    (void)position;
    (void)pthread_mutex_lock(&feed->thread.mutex);
    ssize_t taken = take(follower, bytes, size_max);
    (void)pthread_mutex_unlock(&feed->thread.mutex);
    return taken;
}

/* ---- opening and ending ---- */

comity_status comity_feed_open(comity_keeper *keeper, comity_metrics *metrics, comity_feed **ret_feed, comity_error *reterr)
{
    comity_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL) {
        return comity_fail(reterr, COMITY_ERROR_MEMORY, "out of memory");
    }
    feed->keeper = keeper;
    feed->metrics = metrics;
    comity_replay_begin(comity_years_newest(comity_keeper_years(keeper))->disk, &feed->replay);
    comity_status status = comity_thread_start(&feed->thread, follow, feed, reterr);
    if (status != COMITY_OK) {
        free(feed);
        return status;
    }
    *ret_feed = feed;
    return COMITY_OK;
}

void comity_feed_end(comity_feed *feed)
{
    if (feed != NULL) {
        comity_thread_end(&feed->thread);
    }
}

void comity_feed_close(comity_feed *feed)
{
    if (feed == NULL) {
        return;
    }
    comity_thread_stop(&feed->thread);
    comity_replay_end(&feed->replay);
    free(feed);
}
