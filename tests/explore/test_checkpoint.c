/* test_checkpoint.c - a walk that is interrupted, killed or spilled to a file ends as one that is
 * not; a checkpoint that is damaged or of another run is refused. Seeds are fixed.
 */
#define _POSIX_C_SOURCE 200809L /* mkdtemp */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "graph.h"
#include "models/models.h"
#include "suites.h"

/* ---- a product whose keys become too narrow again and again ---------------------------------- */

enum { WHEELS_MAX = 16 };

/* Wheels that turn one notch at a time, none more than a notch ahead of the first. */
typedef struct wheels {
  unsigned count;
  unsigned char end; /* the notch at which they stop */
  bool swinging;     /* wheels that are ahead may turn back */
  bool owing;        /* a state in which they have stopped owes to go on: a lasso */
  cr_xspan span[WHEELS_MAX];
  cr_xgroup group[WHEELS_MAX];
  cr_xproduct face;
} wheels;

static bool wheels_initial(void *ctx, uint32_t index, void *state) {
  memset(state, 0, ((const wheels *)ctx)->count);
  return index == 0;
}

static bool may_turn(const wheels *w, unsigned wheel, const unsigned char *at) {
  if (at[wheel] == w->end || (wheel > 0 && at[wheel] != at[0])) return false;
  for (unsigned i = 1; i < w->count && wheel == 0; i++)
    if (at[i] != at[0] + 1) return false;
  return true;
}

static void turn(const wheels *w, unsigned wheel, const void *state, cr_xsink *sink) {
  unsigned char next[WHEELS_MAX];
  if (!may_turn(w, wheel, state)) return;
  memcpy(next, state, w->count);
  next[wheel]++;
  cr_xemit(sink, wheel, next, 0);
}

/* At one notch a wheel also does what it must not. */
static void slip(const wheels *w, unsigned wheel, const void *state, cr_xsink *sink) {
  const unsigned char *at = state;
  if (at[wheel] == 6 && may_turn(w, wheel, at))
    cr_xemit(sink, wheel + WHEELS_MAX, NULL, 1 + wheel % 3);
}

static void swing(const wheels *w, unsigned wheel, const void *state, cr_xsink *sink) {
  unsigned char next[WHEELS_MAX];
  memcpy(next, state, w->count);
  if (!w->swinging || next[wheel] != next[0] + 1) return;
  next[wheel]--;
  cr_xemit(sink, wheel + 2 * WHEELS_MAX, next, 0);
}

static void wheels_group(void *ctx, unsigned wheel, const void *state, cr_xsink *sink) {
  turn(ctx, wheel, state, sink);
  slip(ctx, wheel, state, sink);
  swing(ctx, wheel, state, sink);
}

static void wheels_successors(void *ctx, const void *state, cr_xsink *sink) {
  const wheels *w = ctx;
  for (unsigned i = 0; i < w->count; i++) turn(w, i, state, sink);
  for (unsigned i = 0; i < w->count; i++) slip(w, i, state, sink);
  for (unsigned i = 0; i < w->count; i++) swing(w, i, state, sink);
}

static cr_xviolation wheels_invariant(void *ctx, const void *state) {
  const wheels *w = ctx;
  return cr_digest(state, w->count) % 4001 == 5 ? 9 : 0;
}

static unsigned wheels_fairness(void *ctx, const void *state, uint32_t label) {
  (void)ctx, (void)state;
  return 1 + label % WHEELS_MAX;
}

static uint64_t wheels_owed(void *ctx, const void *state) {
  const wheels *w = ctx;
  return ((const unsigned char *)state)[w->count - 1] == w->end ? 2 : 0;
}

static cr_xmodel wheels_model(wheels *w) {
  for (unsigned i = 0; i < w->count; i++) {
    w->span[i] = (cr_xspan){i, i, 1};
    w->group[i].touches = i == 0 ? ((uint64_t)1 << w->count) - 1 : (uint64_t)1 << i | 1;
  }
  w->face = (cr_xproduct){.whole_bytes = w->count,
                          .spans = w->span,
                          .spans_count = w->count,
                          .components = w->count,
                          .groups = w->group,
                          .groups_count = w->count,
                          .initial = wheels_initial,
                          .successors = wheels_group,
                          .invariant = wheels_invariant,
                          .fairness = w->owing ? wheels_fairness : NULL,
                          .owed = w->owing ? wheels_owed : NULL};
  return (cr_xmodel){.name = "wheels",
                     .state_bytes = w->count,
                     .ctx = w,
                     .initial = wheels_initial,
                     .successors = wheels_successors,
                     .invariant = wheels_invariant,
                     .fairness = w->face.fairness,
                     .owed = w->face.owed,
                     .product = &w->face};
}

/* ---- runs ------------------------------------------------------------------------------------ */

/* The folder is the test's own: Check runs each test in a process of its own. */
static char folder[32], file[64];

static void setup(void) {
  strcpy(folder, "/tmp/clusrace-check-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(file, sizeof file, "%s/walk", folder);
}

static void teardown(void) {
  char other[80];
  static const char *const suffixes[] = {"", ".new", ".copy"};
  for (size_t i = 0; i < CR_ARRAY_LEN(suffixes); i++) {
    snprintf(other, sizeof other, "%s%s", file, suffixes[i]);
    remove(other);
  }
  ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left there */
}

static void read_file(const char *path, cr_buf *to) {
  cr_errinfo info;
  cr_buf_clear(to);
  ck_assert_int_eq(cr_file_read(path, 1 << 28, to, &info), CR_OK);
}

static void write_file(const char *path, const cr_buf *from) {
  cr_errinfo info;
  ck_assert_int_eq(cr_file_write(path, from->data, from->len, &info), CR_OK);
}

/* Ends a run after so many batches. */
typedef struct fuse {
  uint32_t batches, after;
} fuse;

static bool burn(void *arg, const cr_xprogress *now) {
  fuse *f = arg;
  (void)now;
  return ++f->batches < f->after;
}

/* Interrupts a run after so many batches, resumes it with another number of threads, interrupts it
 * again, and so on to its end. The number of interruptions. */
static uint32_t run_in_pieces(const cr_xmodel *model, cr_xoptions options, uint32_t batches,
                              cr_xresult *result) {
  uint32_t interruptions = 0;
  options.checkpoint = file;
  options.progress = burn;
  options.progress_every = 1;
  for (;;) {
    fuse f = {.after = batches};
    options.progress_arg = &f;
    options.threads = 1 + interruptions % 3;
    *result = explore_checked(model, &options);
    ck_assert_str_eq(result->checkpoint_trouble.text, "");
    if (result->stop != CR_XSTOP_INTERRUPTED) return interruptions;
    ck_assert_uint_ge(result->checkpoints, 1);
    cr_xresult_free(result);
    options.resume = file;
    interruptions++;
  }
}

static uint32_t assert_pieces(const cr_xmodel *model, const cr_xoptions *options,
                              uint32_t batches) {
  cr_xresult whole = explore_checked(model, options), pieces;
  uint32_t interruptions = run_in_pieces(model, *options, batches, &pieces);
  assert_same(&whole, &pieces);
  cr_xresult_free(&whole);
  cr_xresult_free(&pieces);
  return interruptions;
}

/* ---- interruptions --------------------------------------------------------------------------- */

START_TEST(product__interrupted_after_every_kth_batch__same_result) {
  static const struct {
    unsigned count;
    unsigned char end;
    bool owing, keep_going, plain;
    uint32_t batches;
  } runs[] = {{4, 5, false, true, false, 1},    {4, 9, false, true, false, 1},
              {6, 20, false, true, false, 2},   {9, 12, false, true, false, 7},
              {11, 40, false, true, false, 60}, {12, 3, true, true, false, 5},
              {5, 9, true, false, false, 3},    {7, 20, false, true, true, 5},
              {7, 20, false, false, false, 5}};
  wheels w = {.count = runs[_i].count, .end = runs[_i].end, .owing = runs[_i].owing};
  cr_xmodel model = wheels_model(&w);
  cr_xoptions options = {
      .keep_going = runs[_i].keep_going, .allow_deadlock = _i % 2 == 0, .plain = runs[_i].plain};
  ck_assert_uint_ge(assert_pieces(&model, &options, runs[_i].batches), 4);
}
END_TEST

START_TEST(random_graph__interrupted_after_every_kth_batch__same_result) {
  static const size_t sizes[] = {3, 8, 17, 300};
  cr_rng rng;
  cr_rng_seed(&rng, 40 + (uint64_t)_i);
  graph_shape shape = {.state_bytes = sizes[_i % 4],
                       .nodes_count = _i < 8 ? 300 : 60000,
                       .edges_min = 0,
                       .edges_max = 3,
                       .initials_max = 6,
                       .edge_violation = 1,
                       .invariant = 1,
                       .final = 50,
                       .violations = _i < 8 ? 60 : 4000}; /* some are met in every level */
  graph g = graph_random(&rng, &shape);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = _i % 4 != 3};
  (void)assert_pieces(&model, &options, 1 + (uint32_t)_i % 3);
  graph_free(&g);
}
END_TEST

/* Two that count, and stumble together; which of them is which does not matter. */
enum { COUNT_END = 200, COUNT_STUMBLE = 150 };

static bool both_zero(void *ctx, uint32_t index, void *state) {
  (void)ctx;
  memset(state, 0, 2);
  return index == 0;
}

static void count_on(void *ctx, const void *state, cr_xsink *sink) {
  (void)ctx;
  const unsigned char *at = state;
  for (uint32_t i = 0; i < 2; i++) {
    unsigned char next[2] = {at[0], at[1]};
    if (at[i] == COUNT_END) continue;
    next[i]++;
    bool stumbles = at[0] == COUNT_STUMBLE && at[1] == COUNT_STUMBLE;
    cr_xemit(sink, i, next, stumbles ? 3 : 0);
  }
}

static void smaller_first(void *ctx, void *state) {
  (void)ctx;
  unsigned char *at = state, first = at[0];
  if (first <= at[1]) return;
  at[0] = at[1];
  at[1] = first;
}

START_TEST(symmetry__interrupted__same_result) {
  cr_xmodel model = {.name = "two that count",
                     .state_bytes = 2,
                     .initial = both_zero,
                     .successors = count_on,
                     .canonical = smaller_first};
  cr_xoptions options = {.keep_going = true, .symmetry = true};
  ck_assert_uint_ge(assert_pieces(&model, &options, 5), 20);
}
END_TEST

/* What keeps a wheel: that it is at its end, the first one, or the wheel that the first waits for.
 */
static uint64_t wheels_closed(void *ctx, unsigned wheel, const void *state) {
  const wheels *w = ctx;
  const unsigned char *at = state;
  unsigned waits = wheel;
  for (unsigned i = 1; i < w->count && wheel == 0 && waits == 0; i++)
    if (at[i] != at[0] + 1) waits = i;
  return (uint64_t)1 << waits | 1;
}

/* Wheels that only look at the first one need not turn in every order; but as they may turn back,
 * not all others may be put off for ever. */
static cr_xmodel wheels_reduced(wheels *w) {
  cr_xmodel model = wheels_model(w);
  for (unsigned i = 1; i < w->count; i++) w->group[i].reads = 1;
  w->swinging = true;
  w->face.invariant = model.invariant = NULL;
  w->face.closed = wheels_closed;
  return model;
}

START_TEST(partial_order__interrupted__same_result) {
  static const uint32_t batches[] = {1, 2, 7};
  wheels w = {.count = 6, .end = 9};
  cr_xmodel model = wheels_reduced(&w);
  cr_xoptions options = {.keep_going = true, .partial_order = true};
  cr_xresult whole = explore_checked(&model, &options);
  ck_assert_uint_gt(whole.reduced, 0);
  cr_xresult_free(&whole);
  ck_assert_uint_ge(assert_pieces(&model, &options, batches[_i]), 4);
}
END_TEST

/* Levels of more than one batch: interrupted in the middle of one, with findings that wait. */
START_TEST(large_levels__interrupted_after_every_batch__same_result) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xoptions options = {.keep_going = true};
  ck_assert_uint_ge(assert_pieces(&model, &options, 1), 32);
}
END_TEST

/* What the first batch of a level finds waits for the level's end. */
START_TEST(finding_in_a_level_begun__interrupted__reported) {
  enum { WIDE = 200, DEEP = 100, NODES = 1 + WIDE + WIDE * DEEP, EARLY = 1 + WIDE + 10 };
  graph_edge *edges = cr_alloc((NODES * 2 + 1) * sizeof *edges);
  uint32_t count = 0;
  for (uint32_t node = 0; node < NODES; node++) {
    uint32_t children = node == 0 ? WIDE : node <= WIDE ? DEEP : node == EARLY + 1 ? 0 : 1;
    for (uint32_t i = 0; i < children; i++) {
      uint32_t to = node == 0 ? 1 + i : node <= WIDE ? 1 + WIDE + (node - 1) * DEEP + i : node;
      edges[count++] = (graph_edge){node, to, i, 0};
    }
    if (node == EARLY) edges[count++] = (graph_edge){node, node, 1, 5};
  }
  graph g = graph_new(8, NODES, edges, count);
  cr_xmodel model = graph_model(&g);
  cr_xoptions options = {.keep_going = _i == 0, .allow_deadlock = _i == 0};
  cr_xresult whole = explore_checked(&model, &options);
  ck_assert_uint_eq(whole.paths_count, 1);
  ck_assert_uint_eq(whole.depth_counts[2], WIDE * DEEP); /* more than a batch */
  fuse f = {.after = 3};
  options.checkpoint = file;
  options.checkpoint_every = 1;
  options.progress = burn;
  options.progress_every = 1;
  options.progress_arg = &f;
  cr_xresult resumed = explore_checked(&model, &options);
  ck_assert_uint_ge(resumed.checkpoints, 1); /* the last one is in the middle of the level */
  cr_xresult_free(&resumed);
  options = (cr_xoptions){.keep_going = _i == 0, .allow_deadlock = _i == 0, .resume = file};
  resumed = explore_checked(&model, &options);
  assert_same(&whole, &resumed);
  cr_xresult_free(&whole);
  cr_xresult_free(&resumed);
  free(edges);
  graph_free(&g);
}
END_TEST

START_TEST(bounds__resumed_with_larger_ones__as_if_they_had_been_there) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xoptions options = {.max_depth = 12, .checkpoint = file};
  cr_xresult first = explore_checked(&model, &options);
  ck_assert_int_eq(first.stop, CR_XSTOP_MAX_DEPTH);
  ck_assert_uint_eq(first.checkpoints, 1);
  cr_xresult_free(&first);
  options.resume = file;
  options.max_depth = 20;
  cr_xresult second = explore_checked(&model, &options);
  options = (cr_xoptions){.max_depth = 20};
  cr_xresult whole = explore_checked(&model, &options);
  assert_same(&whole, &second);
  cr_xresult_free(&second);
  cr_xresult_free(&whole);
  options = (cr_xoptions){.resume = file, .max_depth = 19};
  cr_errinfo info = {{0}};
  cr_xresult refused;
  ck_assert_int_eq(cr_explore(&model, &options, &refused, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "bound on depth"));
  options = (cr_xoptions){.resume = file, .max_states = 1000};
  ck_assert_int_eq(cr_explore(&model, &options, &refused, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "bound on states"));
  options = (cr_xoptions){.resume = file, .max_memory_bytes = 100000};
  ck_assert_int_eq(cr_explore(&model, &options, &refused, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "bound on memory"));
}
END_TEST

/* ---- kills ----------------------------------------------------------------------------------- */

/* Keeps what the file is at one moment, as a kill would. */
typedef struct photographer {
  uint32_t batches, moment;
  cr_buf before, after; /* the file at the moment, and a batch later */
} photographer;

static bool photograph(void *arg, const cr_xprogress *now) {
  photographer *p = arg;
  (void)now;
  p->batches++;
  if (p->batches == p->moment) read_file(file, &p->before);
  if (p->batches == p->moment + 1) read_file(file, &p->after);
  return true;
}

static void assert_resumes(const cr_xmodel *model, const cr_buf *bytes, const cr_xresult *whole) {
  write_file(file, bytes);
  cr_xoptions options = {
      .keep_going = true, .resume = file, .checkpoint = file, .checkpoint_every = 3};
  cr_xresult result = explore_checked(model, &options);
  assert_same(whole, &result);
  cr_xresult_free(&result);
}

/* At any moment of writing: the new records are there, whole, in part or not at all, and the
 * header does not know of them yet. */
START_TEST(killed__at_any_moment__resumed_from_the_last_checkpoint) {
  enum { HEAD = 4096 };
  wheels w = {.count = 8, .end = 14};
  cr_xmodel model = wheels_model(&w);
  photographer p = {.moment = 3 + (uint32_t)_i * 9};
  cr_xoptions options = {.keep_going = true,
                         .checkpoint = file,
                         .checkpoint_every = 1,
                         .progress = photograph,
                         .progress_every = 1,
                         .progress_arg = &p};
  cr_xresult whole = explore_checked(&model, &options);
  ck_assert_uint_gt(whole.checkpoints, p.moment + 1);
  ck_assert_uint_gt(p.after.len, p.before.len);
  ck_assert_mem_eq(p.before.data + HEAD, p.after.data + HEAD, p.before.len - HEAD);
  assert_resumes(&model, &p.before, &whole);
  assert_resumes(&model, &p.after, &whole);
  memcpy(p.after.data, p.before.data, HEAD);
  size_t behind = p.after.len - p.before.len;
  for (unsigned i = 0; i <= 8; i++) {
    cr_buf torn = {p.after.data, p.before.len + behind * i / 8, p.after.cap};
    assert_resumes(&model, &torn, &whole);
  }
  memset(p.after.data + p.before.len, 0, behind); /* as long, but not written */
  assert_resumes(&model, &p.after, &whole);
  cr_xresult_free(&whole);
  cr_buf_free(&p.before);
  cr_buf_free(&p.after);
}
END_TEST

/* ---- damage ---------------------------------------------------------------------------------- */

static void small_checkpoint(const cr_xmodel *model, cr_buf *bytes) {
  fuse f = {.after = 9};
  cr_xoptions options = {.keep_going = true,
                         .checkpoint = file,
                         .checkpoint_every = 4,
                         .progress = burn,
                         .progress_every = 1,
                         .progress_arg = &f,
                         .identity = "contract 1\nsubject reference\n"};
  cr_xresult result = explore_checked(model, &options);
  ck_assert_int_eq(result.stop, CR_XSTOP_INTERRUPTED);
  ck_assert_uint_eq(result.checkpoints, 3);
  cr_xresult_free(&result);
  read_file(file, bytes);
}

/* Resumes; true when the file was refused, with one line that names it. */
static bool refused(const cr_xmodel *model, cr_xoptions options, const char *words,
                    const cr_xresult *whole) {
  cr_errinfo info = {{0}};
  cr_xresult result;
  if (options.identity == NULL) options.identity = "contract 1\nsubject reference\n";
  options.resume = file;
  cr_err err = cr_explore(model, &options, &result, &info);
  if (err == CR_OK) {
    assert_same(whole, &result);
    cr_xresult_free(&result);
    return false;
  }
  ck_assert_int_eq(err, CR_ERR_INPUT);
  ck_assert_ptr_eq(strstr(info.text, file), info.text);
  ck_assert_ptr_null(strchr(info.text, '\n'));
  ck_assert_msg(strstr(info.text, words) != NULL, "%s", info.text);
  return true;
}

/* What is damaged is refused, but for one of the two slots: then the checkpoint before it serves,
 * or what is damaged is not in use. */
START_TEST(damaged_byte__resumed__refused_or_harmless) {
  enum { HEADING = 30, SLOTS = 512, RECORDS = 4096 };
  wheels w = {.count = 4, .end = 9};
  cr_xmodel model = wheels_model(&w);
  cr_buf bytes = {0};
  small_checkpoint(&model, &bytes);
  cr_xoptions options = {.keep_going = true};
  cr_xresult whole = explore_checked(&model, &options);
  ck_assert_uint_gt(bytes.len, RECORDS + 1000);
  ck_assert(!refused(&model, options, "", &whole));
  for (size_t at = 0; at < bytes.len; at += at >= SLOTS + 1024 && at < RECORDS ? 97 : 1) {
    bytes.data[at] ^= (char)(1 << at % 8);
    write_file(file, &bytes);
    bool no = refused(&model, options, "", &whole);
    ck_assert_msg(no == (at < HEADING || at >= RECORDS), "byte %zu", at);
    bytes.data[at] ^= (char)(1 << at % 8);
  }
  for (size_t length = 0; length < bytes.len; length += length < RECORDS ? 61 : 7) {
    cr_buf cut = {bytes.data, length, bytes.cap};
    write_file(file, &cut);
    ck_assert_msg(refused(&model, options, "", &whole), "length %zu", length);
  }
  memset(bytes.data + SLOTS, 1, 1024);
  write_file(file, &bytes);
  ck_assert(refused(&model, options, "header is damaged", &whole));
  cr_xresult_free(&whole);
  cr_buf_free(&bytes);
}
END_TEST

START_TEST(another_run__resumed__refused_with_the_difference) {
  wheels w = {.count = 4, .end = 9};
  cr_xmodel model = wheels_model(&w), renamed = model, larger = model;
  cr_buf bytes = {0}, again = {0};
  small_checkpoint(&model, &bytes);
  renamed.name = "spokes";
  larger.state_bytes++;
  cr_xoptions options = {.keep_going = true};
  ck_assert(refused(&renamed, options, "\"model wheels\" there, \"model spokes\" here", NULL));
  ck_assert(refused(&larger, options, "\"state of 4 bytes\" there", NULL));
  options.allow_deadlock = true;
  ck_assert(refused(&model, options, "\"deadlocks allowed\" here", NULL));
  options = (cr_xoptions){.keep_going = true, .plain = true};
  ck_assert(refused(&model, options, "\"state by state\" here", NULL));
  options = (cr_xoptions){.keep_going = true, .symmetry = true};
  ck_assert(refused(&model, options, "\"states up to symmetry\" here", NULL));
  options = (cr_xoptions){0};
  ck_assert(refused(&model, options, "\"all violations\" there, \"first violation\" here", NULL));
  options = (cr_xoptions){.keep_going = true, .identity = "contract 1\nsubject mutant x\n"};
  ck_assert(
      refused(&model, options, "\"subject reference\" there, \"subject mutant x\" here", NULL));
  w.count = 5;
  cr_xmodel more = wheels_model(&w);
  more.state_bytes = 4;
  options.identity = NULL;
  ck_assert(refused(&more, options, "\"product of 4 components", NULL));
  read_file(file, &again); /* nothing is lost */
  ck_assert_uint_eq(bytes.len, again.len);
  ck_assert_mem_eq(bytes.data, again.data, bytes.len);
  cr_buf_free(&bytes);
  cr_buf_free(&again);
}
END_TEST

START_TEST(file_that_is_there__named_for_a_new_checkpoint__refused_and_kept) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  cr_buf mine = {0}, after = {0};
  cr_buf_puts(&mine, "mine");
  write_file(file, &mine);
  cr_xoptions options = {.checkpoint = file};
  cr_xresult result;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_explore(&model, &options, &result, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "there is a file already"));
  read_file(file, &after);
  ck_assert_str_eq(after.data, "mine");
  options.checkpoint = "/nowhere/at/all";
  ck_assert_int_eq(cr_explore(&model, &options, &result, &info), CR_ERR_ENVIRONMENT);
  options = (cr_xoptions){.resume = "/nowhere/at/all"};
  ck_assert_int_eq(cr_explore(&model, &options, &result, &info), CR_ERR_INPUT);
  cr_buf_free(&mine);
  cr_buf_free(&after);
}
END_TEST

/* A run that ends before its first checkpoint leaves no file. */
START_TEST(short_run__nothing_due__no_file) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  cr_xoptions options = {.checkpoint = file, .checkpoint_every = 1000000};
  cr_xresult result = explore_checked(&model, &options);
  ck_assert_uint_eq(result.checkpoints, 0);
  ck_assert_int_ne(access(file, F_OK), 0);
  cr_xresult_free(&result);
}
END_TEST

/* What cannot be written does not end the run, and is told. */
START_TEST(full_disk__checkpoint_due__run_goes_on) {
  model_size size = {3, 0};
  cr_xmodel model = model_n_peterson(&size);
  char name[80];
  snprintf(name, sizeof name, "%s.new", file);
  ck_assert_int_eq(symlink("/dev/full", name), 0);
  cr_xoptions options = {.checkpoint = file, .checkpoint_every = 5};
  cr_xresult whole = explore_checked(&model, NULL), result;
  cr_errinfo info = {{0}};
  cr_err err = cr_explore(&model, &options, &result, &info);
  if (err == CR_OK) { /* the head was not flushed yet: only a checkpoint met the end of the disk */
    ck_assert_str_ne(result.checkpoint_trouble.text, "");
    ck_assert_uint_eq(result.checkpoints, 0);
    assert_same(&whole, &result);
  } else {
    ck_assert_int_eq(err, CR_ERR_ENVIRONMENT);
  }
  cr_xresult_free(&result);
  cr_xresult_free(&whole);
}
END_TEST

/* ---- spilling -------------------------------------------------------------------------------- */

START_TEST(spilled__narrow_and_wide__same_result_in_less_memory) {
  wheels w = {.count = 12, .end = _i == 0 ? 8 : 40};
  cr_xmodel turning = wheels_model(&w);
  model_size size = {3, 0};
  cr_xmodel model = _i < 2 ? turning : model_puzzle(&size);
  cr_xoptions options = {.keep_going = true};
  cr_xresult memory = explore_checked(&model, &options);
  options.spill = folder;
  for (unsigned threads = 1; threads <= 3; threads += 2) {
    options.threads = threads;
    cr_xresult spilled = explore_checked(&model, &options);
    assert_same(&memory, &spilled);
    ck_assert_uint_eq(memory.key_bytes, spilled.key_bytes);
    ck_assert_uint_lt(spilled.memory_bytes,
                      memory.memory_bytes - memory.states * (memory.key_bytes + 3) / 2);
    cr_xresult_free(&spilled);
  }
  options.threads = 1;
  ck_assert_uint_ge(assert_pieces(&model, &options, _i == 1 ? 100 : 10), 2);
  cr_xresult_free(&memory);
}
END_TEST

START_TEST(spilled__bound_on_memory__goes_farther) {
  model_size size = {3, 0};
  cr_xmodel model = model_puzzle(&size);
  cr_xoptions options = {.max_memory_bytes = 2 << 20};
  cr_xresult memory = explore_checked(&model, &options);
  options.spill = folder;
  cr_xresult spilled = explore_checked(&model, &options);
  ck_assert_int_eq(memory.stop, CR_XSTOP_MAX_MEMORY);
  ck_assert_uint_ge(spilled.states, memory.states * 3 / 2);
  ck_assert_uint_le(spilled.memory_bytes, options.max_memory_bytes);
  cr_xresult_free(&memory);
  cr_xresult_free(&spilled);
}
END_TEST

/* The bound is far below what the table takes: that is spilled, too. */
START_TEST(spilled__table_above_the_bound__same_result) {
  wheels w = {.count = 12, .end = 80};
  model_size size = {3, 0};
  bool narrow = _i == 0;
  cr_xmodel model = narrow ? wheels_model(&w) : model_puzzle(&size);
  cr_xoptions options = {.keep_going = true};
  cr_xresult memory = explore_checked(&model, &options);
  options.spill = folder;
  options.max_memory_bytes = narrow ? 1 << 20 : 2 << 20;
  for (unsigned threads = 1; threads <= 3; threads += 2) {
    options.threads = threads;
    cr_xresult spilled = explore_checked(&model, &options);
    ck_assert_uint_le(spilled.memory_bytes, options.max_memory_bytes);
    assert_same(&memory, &spilled);
    cr_xresult_free(&spilled);
  }
  options.threads = 1;
  ck_assert_uint_ge(assert_pieces(&model, &options, narrow ? 300 : 10), 2);
  cr_xresult_free(&memory);
}
END_TEST

/* Files of this process may only be so large; what would be larger is refused. */
static void assert_full(const cr_xmodel *model, rlim_t bytes) {
  cr_xoptions options = {.keep_going = true, .spill = folder, .max_memory_bytes = 2 << 20};
  cr_xresult result;
  cr_errinfo info = {{0}};
  struct rlimit limit = {bytes, RLIM_INFINITY};
  ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
  ck_assert_int_eq(cr_explore(model, &options, &result, &info), CR_ERR_ENVIRONMENT);
  ck_assert_ptr_nonnull(strstr(info.text, "disk is full"));
  ck_assert_uint_eq(result.states, 0);
  ck_assert_ptr_null(result.paths);
}

START_TEST(spilled__disk_full__refused) {
  wheels w = {.count = 12, .end = 80};
  model_size size = {3, 0};
  cr_xmodel narrow = wheels_model(&w), wide = model_puzzle(&size);
  ck_assert(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
  for (rlim_t bytes = 1 << 10; bytes <= 1 << 20; bytes *= 32) {
    assert_full(&narrow, bytes);
    assert_full(&wide, bytes);
  }
}
END_TEST

START_TEST(spilled__duties_or_no_folder__refused) {
  wheels w = {.count = 4, .end = 9, .owing = true};
  cr_xmodel model = wheels_model(&w);
  cr_xoptions options = {.spill = folder};
  cr_xresult result;
  cr_errinfo info = {{0}};
  ck_assert_int_eq(cr_explore(&model, &options, &result, &info), CR_ERR_INPUT);
  ck_assert_ptr_nonnull(strstr(info.text, "liveness"));
  w.owing = false;
  model = wheels_model(&w);
  options.spill = "/nowhere/at/all";
  ck_assert_int_eq(cr_explore(&model, &options, &result, &info), CR_ERR_ENVIRONMENT);
  ck_assert_ptr_nonnull(strstr(info.text, "/nowhere/at/all"));
}
END_TEST

TCase *case_checkpoint(void) {
  TCase *tcase = tcase_create("checkpoint");
  tcase_set_timeout(tcase, 120);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_loop_test(tcase, product__interrupted_after_every_kth_batch__same_result, 0, 9);
  tcase_add_loop_test(tcase, random_graph__interrupted_after_every_kth_batch__same_result, 0, 12);
  tcase_add_test(tcase, symmetry__interrupted__same_result);
  tcase_add_loop_test(tcase, partial_order__interrupted__same_result, 0, 3);
  tcase_add_test(tcase, large_levels__interrupted_after_every_batch__same_result);
  tcase_add_loop_test(tcase, finding_in_a_level_begun__interrupted__reported, 0, 2);
  tcase_add_test(tcase, bounds__resumed_with_larger_ones__as_if_they_had_been_there);
  tcase_add_loop_test(tcase, killed__at_any_moment__resumed_from_the_last_checkpoint, 0, 8);
  tcase_add_test(tcase, damaged_byte__resumed__refused_or_harmless);
  tcase_add_test(tcase, another_run__resumed__refused_with_the_difference);
  tcase_add_test(tcase, file_that_is_there__named_for_a_new_checkpoint__refused_and_kept);
  tcase_add_test(tcase, short_run__nothing_due__no_file);
  tcase_add_test(tcase, full_disk__checkpoint_due__run_goes_on);
  tcase_add_loop_test(tcase, spilled__narrow_and_wide__same_result_in_less_memory, 0, 3);
  tcase_add_test(tcase, spilled__bound_on_memory__goes_farther);
  tcase_add_loop_test(tcase, spilled__table_above_the_bound__same_result, 0, 2);
  tcase_add_test(tcase, spilled__disk_full__refused);
  tcase_add_test(tcase, spilled__duties_or_no_folder__refused);
  return tcase;
}
