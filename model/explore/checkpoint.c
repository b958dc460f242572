/* checkpoint.c - see checkpoint.h. */
#include "checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "log.h"

enum { REC_RUN = 1, REC_VALUES, REC_FORM, REC_STATES, REC_POSITION, REC_FULL };
enum { PIECE_BYTES = 1 << 18, HASH_AHEAD = 64, FINDING_WORDS = 6 };

/* How far the file has got. */
typedef struct extent {
  uint32_t states, expanded; /* expanded: states of which it is known how (full.h) */
  uint32_t values[CR_XCOMPONENTS_MAX];
  unsigned words;
  cr__xfield fields[CR_XCOMPONENTS_MAX];
  bool run;
} extent;

struct cr__xcheckpoint {
  cr__xspace *space;
  cr__xstore *store;
  cr__xlog *log;
  cr_buf run, piece;
  extent written; /* and committed */
};

/* ---- the run --------------------------------------------------------------------------------- */

/* Line by line, so that a difference can be shown. */
static void run_write(const cr_xmodel *model, const cr_xoptions *options, cr__xspace *space,
                      cr_buf *out) {
  cr_buf_printf(out, "model %s\nstate of %zu bytes\n", model->name, model->state_bytes);
  cr_buf_puts(out, options->keep_going ? "all violations\n" : "first violation\n");
  cr_buf_puts(out, options->allow_deadlock ? "deadlocks allowed\n" : "deadlocks reported\n");
  if (options->symmetry) cr_buf_puts(out, "states up to symmetry\n");
  if (options->partial_order) cr_buf_puts(out, "partial order\n");
  unsigned components = cr__xspace_components(space);
  if (components == 0)
    cr_buf_puts(out, "state by state\n");
  else
    cr_buf_printf(out, "product of %u components in %zu bytes, %u groups:", components,
                  model->product->whole_bytes, model->product->groups_count);
  for (unsigned c = 0; c < components; c++)
    cr_buf_printf(out, " %zu", cr__xspace_values(space, c)->bytes);
  if (components > 0) cr_buf_putc(out, '\n');
  if (options->identity != NULL) cr_buf_puts(out, options->identity);
}

static cr_err run_check(const cr__xcheckpoint *c, const char *path, const cr_buf *found,
                        cr_errinfo *info) {
  const char *there = found->data, *here = c->run.data;
  if (strcmp(there, here) == 0) return CR_OK;
  size_t line = 0;
  for (size_t i = 0; there[i] != '\0' && there[i] == here[i]; i++)
    if (there[i] == '\n') line = i + 1;
  return cr_fail(info, CR_ERR_INPUT, "%s: it is of another run: \"%.*s\" there, \"%.*s\" here",
                 path, (int)strcspn(there + line, "\n"), there + line,
                 (int)strcspn(here + line, "\n"), here + line);
}

/* ---- writing --------------------------------------------------------------------------------- */

static void add32(cr_buf *to, uint32_t number) { cr_buf_add(to, &number, sizeof number); }
static void add64(cr_buf *to, uint64_t number) { cr_buf_add(to, &number, sizeof number); }

static void add64s(cr_buf *to, const uint64_t *numbers, size_t count) {
  add64(to, count);
  if (count > 0) cr_buf_add(to, numbers, count * sizeof *numbers);
}

static cr_err put(cr__xcheckpoint *c, uint32_t kind, cr_errinfo *info) {
  cr_err err = cr__xlog_put(c->log, kind, &c->piece, info);
  cr_buf_clear(&c->piece);
  return err;
}

static cr_err values_put(cr__xcheckpoint *c, extent *at, unsigned component, cr_errinfo *info) {
  const cr__xvalues *values = cr__xspace_values(c->space, component);
  uint32_t *next = &at->values[component], end = cr__xvalues_count(values);
  cr_err err = CR_OK;
  while (*next < end && err == CR_OK) {
    add32(&c->piece, component);
    add32(&c->piece, *next);
    for (; *next < end && c->piece.len < PIECE_BYTES; (*next)++)
      cr_buf_add(&c->piece, cr__xvalues_at(values, *next), values->bytes);
    err = put(c, REC_VALUES, info);
  }
  return err;
}

static cr_err form_put(cr__xcheckpoint *c, extent *at, cr_errinfo *info) {
  cr__xfield fields[CR_XCOMPONENTS_MAX];
  unsigned components = cr__xspace_components(c->space), words = cr__xspace_form(c->space, fields);
  if (words == at->words && memcmp(fields, at->fields, components * sizeof *fields) == 0)
    return CR_OK;
  at->words = words;
  memcpy(at->fields, fields, components * sizeof *fields);
  add32(&c->piece, words);
  for (unsigned i = 0; i < components; i++) {
    add32(&c->piece, fields[i].word);
    add32(&c->piece, fields[i].shift);
    add32(&c->piece, fields[i].width);
  }
  return put(c, REC_FORM, info);
}

static cr_err states_put(cr__xcheckpoint *c, extent *at, cr_errinfo *info) {
  uint32_t most = (uint32_t)(PIECE_BYTES / (c->store->key_bytes + sizeof(uint32_t)));
  cr_err err = CR_OK;
  while (at->states < c->store->count && err == CR_OK) {
    uint32_t left = c->store->count - at->states, count = left < most ? left : most;
    add32(&c->piece, at->states);
    add32(&c->piece, count);
    for (uint32_t i = 0; i < count; i++)
      add32(&c->piece, cr__xstore_parent(c->store, at->states + i));
    for (uint32_t i = 0; i < count; i++)
      cr_buf_add(&c->piece, cr__xstore_key(c->store, at->states + i), c->store->key_bytes);
    at->states += count;
    err = put(c, REC_STATES, info);
  }
  return err;
}

/* A bit a state. */
static cr_err full_put(cr__xcheckpoint *c, extent *at, const cr__xposition *p, cr_errinfo *info) {
  cr_err err = CR_OK;
  while (p->full->cap > 0 && at->expanded < p->next && err == CR_OK) {
    uint32_t left = p->next - at->expanded, count = left < PIECE_BYTES ? left : PIECE_BYTES;
    add32(&c->piece, at->expanded);
    add32(&c->piece, count);
    for (uint32_t i = 0; i < count; i += 8) {
      unsigned char bits = 0;
      for (uint32_t k = i; k < count && k < i + 8; k++)
        bits |= (unsigned char)(cr__xfull_has(p->full, at->expanded + k) << (k - i));
      cr_buf_add(&c->piece, &bits, 1);
    }
    at->expanded += count;
    err = put(c, REC_FULL, info);
  }
  return err;
}

static void findings_add(cr_buf *to, const cr__xfindings *findings) {
  add64(to, findings->count);
  for (size_t i = 0; i < findings->count; i++) {
    const cr__xfinding *f = &findings->list[i];
    uint32_t words[FINDING_WORDS] = {(uint32_t)f->kind, f->violation, f->state,
                                     f->label,          f->source,    f->position};
    cr_buf_add(to, words, sizeof words);
  }
}

static cr_err position_put(cr__xcheckpoint *c, const cr__xposition *p, cr_errinfo *info) {
  const cr_xresult *r = p->result;
  cr_buf *to = &c->piece;
  uint32_t words[] = {c->store->count, p->next, p->level_end, p->depth, p->batch_states, r->depth};
  cr_buf_add(to, words, sizeof words);
  add64(to, r->transitions);
  add64(to, r->deadlocks);
  add64(to, r->reduced);
  add64s(to, r->label_counts, r->label_counts_len);
  add64s(to, r->depth_counts, (size_t)r->depth + 1);
  findings_add(to, p->deadlocked);
  findings_add(to, p->others);
  findings_add(to, p->findings);
  return put(c, REC_POSITION, info);
}

cr_err cr__xcheckpoint_write(cr__xcheckpoint *c, const cr__xposition *position, cr_errinfo *info) {
  extent now = c->written;
  cr_err err = CR_OK;
  if (!now.run) {
    cr_buf_add(&c->piece, c->run.data, c->run.len);
    now.run = true;
    err = put(c, REC_RUN, info);
  }
  for (unsigned i = 0; i < cr__xspace_components(c->space) && err == CR_OK; i++)
    err = values_put(c, &now, i, info);
  if (err == CR_OK) err = form_put(c, &now, info);
  if (err == CR_OK) err = states_put(c, &now, info);
  if (err == CR_OK) err = full_put(c, &now, position, info);
  if (err == CR_OK) err = position_put(c, position, info);
  if (err == CR_OK) err = cr__xlog_commit(c->log, info);
  if (err == CR_OK)
    c->written = now;
  else
    cr__xlog_back(c->log);
  return err;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* What is left of a record; beyond its end there is nothing but zeros, and good becomes false. */
typedef struct reader {
  const char *at;
  size_t left;
  bool good;
} reader;

static const void *take(reader *r, size_t bytes) {
  if (bytes > r->left) r->good = false;
  if (!r->good) return NULL;
  const void *at = r->at;
  r->at += bytes;
  r->left -= bytes;
  return at;
}

static uint32_t take32(reader *r) {
  uint32_t number = 0;
  const void *from = take(r, sizeof number);
  if (from != NULL) memcpy(&number, from, sizeof number);
  return number;
}

static uint64_t take64(reader *r) {
  uint64_t number = 0;
  const void *from = take(r, sizeof number);
  if (from != NULL) memcpy(&number, from, sizeof number);
  return number;
}

static bool values_take(cr__xcheckpoint *c, reader *r) {
  uint32_t component = take32(r), first = take32(r);
  if (!r->good || component >= cr__xspace_components(c->space) ||
      first != c->written.values[component])
    return false;
  cr__xvalues *values = cr__xspace_values(c->space, component);
  if (r->left % values->bytes != 0) return false;
  while (r->left > 0)
    if (cr__xvalues_number(values, take(r, values->bytes)) != c->written.values[component]++)
      return false;
  return true;
}

static bool form_take(cr__xcheckpoint *c, reader *r) {
  extent *at = &c->written;
  unsigned components = cr__xspace_components(c->space);
  at->words = take32(r);
  for (unsigned i = 0; i < components; i++) {
    cr__xfield *f = &at->fields[i];
    *f = (cr__xfield){.word = take32(r)};
    f->shift = take32(r);
    f->width = take32(r);
    if (f->word >= at->words || f->width > 32 || f->shift > 64 || f->shift + f->width > 64)
      return false;
  }
  return r->good && at->words >= 1 && at->words <= CR__XWORDS_MAX && components > 0;
}

static cr__xadd states_take(cr__xcheckpoint *c, reader *r) {
  uint32_t first = take32(r), count = take32(r);
  size_t bytes = c->store->key_bytes;
  if (!r->good || first != c->store->count || r->left != count * (sizeof(uint32_t) + bytes))
    return CR__XADD_KNOWN;
  const char *parents = take(r, count * sizeof(uint32_t));
  const char *keys = take(r, count * bytes);
  uint64_t hashes[HASH_AHEAD];
  for (uint32_t i = 0; i < count; i++) {
    if (i % HASH_AHEAD == 0)
      for (uint32_t k = 0; k < HASH_AHEAD && i + k < count; k++) {
        hashes[k] = cr__xstore_hash(c->store, keys + (i + k) * bytes);
        cr__xstore_prefetch(c->store, hashes[k]);
      }
    uint32_t parent;
    memcpy(&parent, parents + i * sizeof parent, sizeof parent);
    if (parent != CR__XNO_PARENT && parent >= first + i) return CR__XADD_KNOWN;
    cr__xadd how = cr__xstore_add(c->store, hashes[i % HASH_AHEAD], keys + i * bytes, parent);
    if (how != CR__XADD_NEW) return how;
  }
  c->written.states = c->store->count;
  return CR__XADD_NEW;
}

static bool full_take(cr__xcheckpoint *c, reader *r, cr__xfull *full) {
  uint32_t first = take32(r), count = take32(r);
  if (!r->good || first != c->written.expanded || count > c->store->count - first ||
      r->left != (count + UINT64_C(7)) / 8)
    return false;
  const unsigned char *bits = take(r, r->left);
  cr__xfull_grow(full, c->store, first + count);
  for (uint32_t i = 0; i < count; i++)
    cr__xfull_set(full, first + i, (bits[i / 8] >> i % 8 & 1) != 0);
  c->written.expanded += count;
  return true;
}

static void counts_take(reader *r, uint64_t **counts, size_t *count, size_t max) {
  uint64_t n = take64(r);
  if (n > max || n > r->left / sizeof **counts) r->good = false;
  if (!r->good) return;
  *count = (size_t)n;
  *counts = cr_realloc(*counts, (*count + 1) * 2 * sizeof **counts);
  if (n > 0) memcpy(*counts, take(r, *count * sizeof **counts), *count * sizeof **counts);
}

static void findings_take(reader *r, uint32_t states, cr__xfindings *findings) {
  uint64_t n = take64(r);
  findings->count = 0;
  for (uint64_t i = 0; i < n && r->good; i++) {
    cr__xfinding f = {.kind = (cr_xkind)take32(r)};
    f.violation = take32(r);
    f.state = take32(r);
    f.label = take32(r);
    f.source = take32(r);
    f.position = take32(r);
    if (f.kind < CR_XKIND_TRANSITION || f.kind > CR_XKIND_DEADLOCK || f.state >= states)
      r->good = false;
    if (r->good) cr__xfindings_add(findings, &f);
  }
}

static bool position_take(const cr__xcheckpoint *c, reader *r, cr__xposition *p) {
  cr_xresult *to = p->result;
  size_t depths = 0;
  uint64_t sum = 0;
  uint32_t states = take32(r);
  p->next = take32(r);
  p->level_end = take32(r);
  p->depth = take32(r);
  p->batch_states = take32(r);
  to->depth = take32(r);
  to->transitions = take64(r);
  to->deadlocks = take64(r);
  to->reduced = take64(r);
  counts_take(r, &to->label_counts, &to->label_counts_len, CR_XLABELS_COUNTED_MAX);
  counts_take(r, &to->depth_counts, &depths, SIZE_MAX);
  findings_take(r, states, p->deadlocked);
  findings_take(r, states, p->others);
  findings_take(r, states, p->findings);
  if (!r->good || r->left > 0 || states != c->store->count || depths != (size_t)to->depth + 1)
    return false;
  for (size_t i = 0; i < depths; i++) sum += to->depth_counts[i];
  to->states = sum;
  return sum == states && p->next <= p->level_end && p->level_end <= states &&
         p->batch_states >= 1 && p->batch_states <= CR__XBATCH_STATES;
}

static cr_err beyond(const char *path, const char *what, cr_errinfo *info) {
  return cr_fail(info, CR_ERR_INPUT, "%s: it is beyond %s already; allow more", path, what);
}

static cr_err record_take(cr__xcheckpoint *c, const char *path, uint32_t kind, cr__xposition *p,
                          cr_errinfo *info) {
  reader r = {c->piece.data, c->piece.len, true};
  bool good = kind == REC_RUN || c->written.run;
  if (kind == REC_RUN) {
    c->written.run = true;
    return run_check(c, path, &c->piece, info);
  }
  if (kind == REC_STATES && good) {
    switch (states_take(c, &r)) {
      case CR__XADD_NEW: return CR_OK;
      case CR__XADD_MAX_STATES: return beyond(path, "the bound on states", info);
      case CR__XADD_MAX_MEMORY: return beyond(path, "the bound on memory", info);
      case CR__XADD_KNOWN: good = false;
    }
  }
  if (kind == REC_FORM && good && form_take(c, &r)) {
    bool room = cr__xspace_set_form(c->space, c->store, c->written.words, c->written.fields);
    return room ? CR_OK : beyond(path, "the bound on memory", info);
  }
  good = good && ((kind == REC_VALUES && values_take(c, &r)) ||
                  (kind == REC_FULL && full_take(c, &r, p->full)) ||
                  (kind == REC_POSITION && position_take(c, &r, p)));
  return good ? CR_OK
              : cr_fail(info, CR_ERR_INPUT, "%s: what it says does not fit together; begin anew",
                        path);
}

static cr_err resume(cr__xcheckpoint *c, const cr_xoptions *options, cr__xposition *p,
                     cr_errinfo *info) {
  uint32_t kind = 0, last = 0;
  cr_err err = cr__xlog_open(options->resume, &c->log, info);
  while (err == CR_OK) {
    err = cr__xlog_next(c->log, &kind, &c->piece, info);
    if (err != CR_OK || kind == 0) break;
    last = kind;
    err = record_take(c, options->resume, kind, p, info);
  }
  cr_buf_clear(&c->piece);
  if (err != CR_OK) return err;
  if (last != REC_POSITION)
    return cr_fail(info, CR_ERR_INPUT, "%s: it ends before its end; begin anew", options->resume);
  bool open = p->next < p->level_end;
  if (options->max_depth != 0 &&
      (p->depth > options->max_depth || (open && p->depth == options->max_depth)))
    return beyond(options->resume, "the bound on depth", info);
  return CR_OK;
}

/* ---- beginning ------------------------------------------------------------------------------- */

void cr__xcheckpoint_free(cr__xcheckpoint *c) {
  if (c == NULL) return;
  cr__xlog_free(c->log);
  cr_buf_free(&c->run);
  cr_buf_free(&c->piece);
  free(c);
}

cr_err cr__xcheckpoint_new(const cr_xmodel *model, const cr_xoptions *options, cr__xspace *space,
                           cr__xstore *store, cr__xposition *position, cr__xcheckpoint **checkpoint,
                           cr_errinfo *info) {
  *checkpoint = NULL;
  if (options->checkpoint == NULL && options->resume == NULL) return CR_OK;
  cr__xcheckpoint *c = cr_alloc(sizeof *c);
  c->space = space;
  c->store = store;
  run_write(model, options, space, &c->run);
  cr_err err = options->resume != NULL ? resume(c, options, position, info) : CR_OK;
  bool same = options->resume != NULL && options->checkpoint != NULL &&
              strcmp(options->resume, options->checkpoint) == 0;
  if (err == CR_OK && same) err = cr__xlog_continue(c->log, info);
  if (err == CR_OK && !same) {
    cr__xlog_free(c->log);
    c->log = NULL;
    c->written = (extent){0};
    if (options->checkpoint != NULL) err = cr__xlog_create(options->checkpoint, &c->log, info);
  }
  if (err == CR_OK && c->log != NULL) {
    *checkpoint = c;
    return CR_OK;
  }
  cr__xcheckpoint_free(c);
  return err;
}
