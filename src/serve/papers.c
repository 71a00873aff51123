/* A trust file and a folder of signed notes in, settled papers out. */
#include "serve/papers.h"

#include "api/papers_folder.h"
#include "serve/log.h"

/* A log without a folder cannot be read: who relies on it is told. */
static void tell_logs(const comity_papers *papers)
{
    for (uint32_t i = 0; i < papers->trust.principal_count; i++) {
        const comity_trust_principal *principal = &papers->trust.principals[i];
        if (principal->trusted == COMITY_TRUSTED_LOG && principal->at == NULL) {
            comity_event_line line;
            comity_event_begin(&line, "log-is-not-read");
            comity_event_text(&line, "log", principal->name);
            comity_event_end(&line);
        }
    }
}

/* Papers that do not count are judged without. */
static void tell(const comity_papers *papers)
{
    comity_paper_told told;
    comity_event_line line;
    uint64_t counting = 0;
    for (size_t i = 0; comity_papers_tell(papers, i, &told, NULL) == COMITY_OK; i++) {
        counting += told.counts ? 1 : 0;
        if (!told.counts) {
            comity_event_begin(&line, "paper-does-not-count");
            comity_event_text(&line, "file", told.name);
            comity_event_text(&line, "why", told.why);
            comity_event_end(&line);
        }
    }
    comity_event_begin(&line, "papers");
    comity_event_number(&line, "count", comity_papers_count(papers));
    comity_event_number(&line, "counting", counting);
    comity_event_end(&line);
}

comity_status comity_papers_read(const comity_papers_setting *setting, const comity_law *law, comity_papers **ret_papers,
                                 comity_error *reterr)
{
    comity_papers *papers = NULL;
    if (setting->folder == NULL) {
        *ret_papers = NULL;
        return COMITY_OK;
    }
    COMITY_TRY(comity_papers_open(law, setting->trust, &papers, reterr));
    comity_status status = comity_papers_add_folder(papers, setting->folder, reterr);
    if (status == COMITY_OK) {
        status = comity_papers_read_logs(papers, setting->trust, reterr);
    }
    if (status == COMITY_OK) {
        status = comity_papers_settle(papers, reterr);
    }
    if (status != COMITY_OK) {
        comity_papers_free(papers);
        return status;
    }
    tell_logs(papers);
    tell(papers);
    *ret_papers = papers;
    return COMITY_OK;
}
