/* afl_mutator.c - the mutator as a library of afl-fuzz (AFL_CUSTOM_MUTATOR_LIBRARY).
 *
 * afl-fuzz hands no command line on, so what is fuzzed is told by the environment:
 *   CLUSRACE_FUZZ_OPTIONS   options of the fuzzing program, separated by line breaks */
#include <stdlib.h>
#include <string.h>

#include "engine_options.h"

enum {
  BYTES_MAX = 512, /* as libFuzzer is told: longer interleavings show nothing more */
  WARM_UP = 256    /* random walks to begin with, as under libFuzzer */
};

typedef struct afl_mutator {
  cr__engine_options options;
  cr_model *model;
  cr_memo *memo;
  cr_frontier *frontier;
  cr_mutator mutator;
  cr_rng rng;
  unsigned walks; /* of the warm-up */
  uint8_t *bytes;
  char *words; /* the options point into it */
} afl_mutator;

void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t n, uint8_t **out, uint8_t *other,
                       size_t other_n, size_t max);
void afl_custom_deinit(void *data);

void *afl_custom_init(void *afl, unsigned int seed) {
  (void)afl;
  afl_mutator *m = cr_alloc(sizeof *m);
  const char *words = getenv("CLUSRACE_FUZZ_OPTIONS");
  cr__engine_options_init(&m->options);
  if (words == NULL) cr__engine_give_up(CR_EXIT_USAGE, "CLUSRACE_FUZZ_OPTIONS is not set");
  m->words = cr_strdup(words);
  for (char *word = strtok(m->words, "\n"); word != NULL; word = strtok(NULL, "\n"))
    cr__engine_option(&m->options, word);
  cr__engine_options_done(&m->options);
  if (m->options.dll == NULL) {
    m->model = cr_model_new(&m->options.scenario, &m->options.subject, &m->options.judge);
    m->memo = cr_memo_new(m->model, true);
    m->frontier = cr_frontier_new();
    cr_mutator_of_model(&m->mutator, m->memo, m->frontier);
  } else {
    cr_mutator_of_schedules(&m->mutator, &m->options.scenario);
  }
  cr_rng_seed(&m->rng, seed);
  m->bytes = cr_alloc(BYTES_MAX);
  return m;
}

/* A quarter are spliced first, when there is somebody to be spliced with. The target is another
 * process, so what an input passes is found out here, of the inputs made here. */
size_t afl_custom_fuzz(void *data, uint8_t *buf, size_t n, uint8_t **out, uint8_t *other,
                       size_t other_n, size_t max) {
  afl_mutator *m = data;
  if (max > BYTES_MAX) max = BYTES_MAX;
  if (n > max) n = max;
  if (other != NULL && cr_rng_below(&m->rng, 4) == 0)
    n = cr_splice(&m->mutator, buf, n, other, other_n, m->bytes, max, cr_rng_next(&m->rng));
  else
    memcpy(m->bytes, buf, n);
  *out = m->bytes;
  uint64_t seed = cr_rng_next(&m->rng);
  n = m->walks < WARM_UP && ++m->walks != 0
          ? cr_mutate_by(&m->mutator, CR_MUTATION_FRESH, m->bytes, n, max, seed)
          : cr_mutate(&m->mutator, m->bytes, n, max, seed);
  cr_mutator_note(&m->mutator, m->bytes, n);
  return n;
}

void afl_custom_deinit(void *data) {
  afl_mutator *m = data;
  cr_memo_free(m->memo);
  cr_frontier_free(m->frontier);
  cr_model_free(m->model);
  free(m->bytes);
  free(m->words);
  free(m);
}
