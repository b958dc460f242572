/* store.h - keeping traces while an engine runs, and its statistics as a file. Private to fuzz/ and
 * its programs. */
#ifndef CR_FUZZ_STORE_H
#define CR_FUZZ_STORE_H

#include "clusrace/corpus_tend.h"
#include "clusrace/fuzz.h"

typedef struct cr__store cr__store;

CR_WARN_UNUSED cr_err cr__store_open(const char *path, const char *engine, cr__store **store,
                                     cr_errinfo *info);
/* Flushes and closes. */
CR_WARN_UNUSED cr_err cr__store_close(cr__store *store, cr_errinfo *info);
/* A cr_fuzz_keep whose argument is the store. */
cr_err cr__store_keep(void *store, const cr_trace *trace, const cr_clauses *exercised,
                      cr_errinfo *info);
/* To be asked after each input: have rows waited for CR_FUZZ_FLUSH_MS? The clock decides when they
 * are written, never which. */
bool cr__store_due(const cr__store *store);
CR_WARN_UNUSED cr_err cr__store_flush(cr__store *store, cr_errinfo *info);

/* True when the statistics are older than a quarter of a second; *last is then the present time. */
bool cr__summary_due(uint64_t *last_ms);
/* Writes the statistics as `key : value` lines; failures are ignored, the next one comes soon.
 * store may be NULL. */
void cr__summary_write(const char *path, const cr_fuzzer *fuzzer, const cr__store *store);

#endif
