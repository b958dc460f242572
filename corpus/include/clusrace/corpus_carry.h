/* corpus_carry.h - stores on the way: bundles for CI artifacts, and the folders of fuzzing engines.
 * Errors as in corpus.h.
 *
 * A bundle is one file, compressed by zstd: traces in their text form one after the other, before
 * each a comment with the engine that found it ("# engine afl"), and behind them the replays, each
 * after a comment with the interleaving that was replayed ("# replay of 0f1e2d3c4b5a6978").
 * `zstdcat FILE` shows it; what was made with `cat *.trace | zstd` is one as well.
 */
#ifndef CLUSRACE_CORPUS_CARRY_H
#define CLUSRACE_CORPUS_CARRY_H

#include "clusrace/corpus.h"
#include "clusrace/world.h"

/* What went into a bundle. */
typedef struct cr_corpus_packed {
  uint64_t traces, replays;
  uint64_t bytes, packed_bytes; /* of the text, of the file */
} cr_corpus_packed;

/* Writes the chosen interleavings and their replays into a bundle. The text depends on the content
 * alone. A file of that name is replaced once the bundle is whole. */
CR_WARN_UNUSED cr_err cr_corpus_bundle(cr_corpus *corpus, const cr_corpus_filter *filter,
                                       const char *path, cr_corpus_packed *packed,
                                       cr_errinfo *info);
/* Is the file compressed by zstd? False when it cannot be read. */
bool cr_corpus_is_bundle(const char *path);
/* Takes a bundle in, like the traces of a folder; replays go with their interleavings. Engines are
 * those of the bundle. A broken trace is refused and the rest goes on; a bundle that is cut off or
 * damaged gives what is before the damage, and one refusal. */
CR_WARN_UNUSED cr_err cr_corpus_unbundle(cr_corpus *corpus, const char *path,
                                         const cr_corpus_intake *intake, cr_corpus_taken *taken,
                                         cr_errinfo *info);

/* Takes in what an engine keeps: files of bytes, each a string of choices of model (world.h). path
 * is a corpus folder of libFuzzer, an output folder of AFL++ with its instances (their queue,
 * crashes and hangs), or one file. Every input gives an interleaving, of at most steps_max steps.
 */
CR_WARN_UNUSED cr_err cr_corpus_import_inputs(cr_corpus *corpus, const char *path,
                                              const cr_model *model, uint32_t steps_max,
                                              cr_corpus_taken *taken, cr_errinfo *info);

/* Writes the chosen interleavings as such inputs, a file each, named by its id: a corpus for
 * libFuzzer and an input folder for AFL++. All must be of the model, of one scenario and one
 * subject. */
CR_WARN_UNUSED cr_err cr_corpus_export_inputs(cr_corpus *corpus, const cr_corpus_filter *filter,
                                              const char *folder, uint64_t *files,
                                              cr_errinfo *info);

#endif
