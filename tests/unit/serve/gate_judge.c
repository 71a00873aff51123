/* Judgements of several gates' requests go to the record together: what becomes of each. With a real
 * law and a real record; the record's refusal of one is put where it would be found. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "test.h"

#include "serve/gate_judge.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

static const char act[] = "{\"id\":\"a\",\"act\":\"transfer\",\"from\":{\"state\":\"DE\",\"name\":\"acme\"},\"to\":\"BR\","
                          "\"data\":{\"categories\":[\"email\"],\"people\":1},\"purposes\":[\"research\"]}";

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about;
    (void)kind;
    (void)at;
    return remove(path);
}

/* A request that names so many acts; the last of them is none if `ends_badly`. */
static comity_gate_job *judge(comity_server *server, comity_gate_memory *memory, unsigned acts, bool ends_badly)
{
    comity_gate_frame frame = {.kind = COMITY_GATE_JUDGE, .judge = {.segment = 1, .deadline_ms = 1000, .act_count = (uint8_t)acts}};
    for (unsigned i = 0; i < acts; i++) {
        frame.judge.acts[i].text = act;
        frame.judge.acts[i].size = sizeof act - (ends_badly && i + 1 == acts ? 2 : 1);
    }
    comity_gate_job *job = comity_gate_job_new(&frame);
    if (job == NULL) {
        abort();
    }
    comity_gate_job_judge(server, "gate", &frame.judge, memory, job);
    return job;
}

/* ---- durable ---- */

static atomic_uint told;

static void tell(comity_ticket *ticket)
{
    (void)ticket;
    (void)atomic_fetch_add(&told, 1);
}

/* Awaits all that were submitted, and frees. */
static void end(comity_server *server, comity_gate_job **jobs, size_t count)
{
    unsigned awaited = 0;
    atomic_store(&told, 0);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i]->submitted) {
            jobs[i]->ticket.done = tell;
            comity_keeper_await(server->keeper, &jobs[i]->ticket, &jobs[i]->ticket);
            awaited++;
        }
    }
    while (atomic_load(&told) != awaited) {
        (void)usleep(1000);
    }
    for (size_t i = 0; i < count; i++) {
        CHECK(!jobs[i]->submitted || jobs[i]->ticket.status == COMITY_OK);
        comity_gate_job_free(jobs[i]);
    }
}

/* ---- cases ---- */

static void one_by_one_and_together(comity_server *server, comity_gate_memory *memory)
{
    test_case("any number together: each has its own entry, and the record as many more");
    for (size_t count = 1; count <= COMITY_ENTRY_COMMIT_MAX + 3; count++) {
        comity_gate_job *jobs[COMITY_ENTRY_COMMIT_MAX + 3];
        uint64_t before, after;
        CHECK(comity_keeper_state(server->keeper, &before));
        for (size_t i = 0; i < count; i++) {
            jobs[i] = judge(server, memory, 1, false);
        }
        comity_gate_submit(server, memory);
        for (size_t i = 0; i < count; i++) {
            const comity_gate_judged *judged = &jobs[i]->answer.judged;
            CHECK(jobs[i]->submitted && judged->outcome == COMITY_GATE_OK && judged->entry_count == 1);
            CHECK_EQ_INT(before + i, judged->entries[0]);
        }
        end(server, jobs, count);
        CHECK(comity_keeper_state(server->keeper, &after));
        CHECK_EQ_INT(before + count, after);
    }
}

static void refused_by_the_record(comity_server *server, comity_gate_memory *memory)
{
    test_case("one that the record refuses is unavailable, and its neighbours are not");
    comity_gate_job *jobs[3];
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = judge(server, memory, 1, false);
    }
    (void)comity_fail(&memory->at_hand.items[1].error, COMITY_ERROR_MEMORY, "nothing free");
    comity_gate_submit(server, memory);
    CHECK(jobs[0]->submitted && jobs[0]->answer.judged.outcome == COMITY_GATE_OK && jobs[0]->answer.judged.entry_count == 1);
    CHECK(!jobs[1]->submitted && jobs[1]->answer.judged.outcome == COMITY_GATE_UNAVAILABLE);
    CHECK(jobs[1]->answer.judged.entry_count == 0 && jobs[1]->message.size == 12 && memcmp(jobs[1]->message.bytes, "nothing free", 12) == 0);
    CHECK(jobs[2]->submitted && jobs[2]->answer.judged.outcome == COMITY_GATE_OK && jobs[2]->answer.judged.entry_count == 1);
    end(server, jobs, 3);
}

static void refused_of_several(comity_server *server, comity_gate_memory *memory)
{
    test_case("of a request's acts one is refused by the record: it names no entries, and waits for those there are");
    for (size_t refused = 0; refused < 3; refused++) {
        comity_gate_job *jobs[2] = {judge(server, memory, 3, false), judge(server, memory, 2, false)};
        (void)comity_fail(&memory->at_hand.items[refused].error, COMITY_ERROR_MEMORY, "nothing free");
        comity_gate_submit(server, memory);
        CHECK(jobs[0]->submitted && jobs[0]->answer.judged.outcome == COMITY_GATE_UNAVAILABLE && jobs[0]->answer.judged.entry_count == 0);
        CHECK(jobs[1]->submitted && jobs[1]->answer.judged.outcome == COMITY_GATE_OK && jobs[1]->answer.judged.entry_count == 2);
        end(server, jobs, 2);
    }
}

static void no_act(comity_server *server, comity_gate_memory *memory)
{
    test_case("one that is no act is told so, and its neighbours are judged; what it had before is recorded");
    comity_gate_job *jobs[] = {judge(server, memory, 1, false), judge(server, memory, 1, true), judge(server, memory, 3, true),
                               judge(server, memory, 2, false)};
    comity_gate_submit(server, memory);
    CHECK(jobs[0]->submitted && jobs[0]->answer.judged.outcome == COMITY_GATE_OK);
    CHECK(!jobs[1]->submitted && jobs[1]->answer.judged.outcome == COMITY_GATE_ACT_ERROR);
    CHECK(jobs[2]->submitted && jobs[2]->answer.judged.outcome == COMITY_GATE_ACT_ERROR && jobs[2]->answer.judged.entry_count == 0);
    CHECK(jobs[3]->submitted && jobs[3]->answer.judged.outcome == COMITY_GATE_OK && jobs[3]->answer.judged.entry_count == 2);
    CHECK_EQ_INT(jobs[0]->answer.judged.entries[0] + 3, jobs[3]->answer.judged.entries[0]);
    end(server, jobs, 4);
}

int main(void)
{
    static comity_server server;
    comity_gate_memory *memory = calloc(1, sizeof *memory);
    const comity_laws_setting laws = {.path = getenv("COMITY_IMAGE")};
    char folder[] = "/tmp/comity-gate-judge-XXXXXX";
    comity_error error = {.code = COMITY_OK};
    test_begin("serve/gate_judge");
    test_case("law and record are opened");
    if (!CHECK(memory != NULL && laws.path != NULL && mkdtemp(folder) != NULL) ||
        !CHECK(comity_record_create(folder, "example.org/gate-judge", NULL, &error) == COMITY_OK) ||
        !CHECK(comity_laws_open(&laws, &server.laws, &error) == COMITY_OK) ||
        !CHECK(comity_keeper_open(folder, NULL, &server.metrics, &server.keeper, &error) == COMITY_OK)) {
        fprintf(stderr, "  %s\n", error.message);
        return test_done();
    }
    comity_gate_memory_init(memory);
    one_by_one_and_together(&server, memory);
    refused_by_the_record(&server, memory);
    refused_of_several(&server, memory);
    no_act(&server, memory);
    comity_gate_memory_free(memory);
    comity_keeper_close(server.keeper);
    comity_laws_close(&server.laws);
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(memory);
    return test_done();
}
