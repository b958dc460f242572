/* corpus_verbs.h - the verbs of `clusrace corpus` that change something or carry it. Private to
 * cli/.
 */
#ifndef CR_CLI_CORPUS_VERBS_H
#define CR_CLI_CORPUS_VERBS_H

#include <jansson.h>

#include "cli.h"
#include "clusrace/corpus.h"

/* The store that was named, or the default; and the rows that the flags choose. */
const char *cli_corpus_path(const cli_args *args);
cr_corpus_filter cli_corpus_filter(const cli_args *args);
/* A row of a listing. */
json_t *cli_corpus_row(const cr_corpus_item *item);

/* Each prints what it did. bad counts what was refused, what differs, or what is new. */
cr_err cli_corpus_export(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_import(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_merge(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_prune(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_min(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_diff(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_new(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);
cr_err cli_corpus_gc(const cli_args *args, cr_corpus *corpus, uint64_t *bad, cr_errinfo *info);

#endif
