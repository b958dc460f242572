/* lessen.c - every finding in its minimal form, and of the rest a cover; see corpus_tend.h. */
#include <stdlib.h>
#include <string.h>

#include "clusrace/corpus_tend.h"
#include "private.h"

/* Digests of behaviours. */
typedef struct names {
  uint64_t *list;
  size_t count, cap;
} names;

static void names_add(names *n, uint64_t behaviour) {
  if (n->count == n->cap) {
    n->cap = n->cap == 0 ? 256 : n->cap * 2;
    n->list = cr_realloc(n->list, n->cap * sizeof *n->list);
  }
  n->list[n->count++] = behaviour;
}

typedef struct lessener {
  cr_corpus *corpus;
  const cr_corpus_least *how;
  cr_corpus_lessened *sum;
  cr_corpus_batch *batch;
  cr_trace trace, form;
  names going;
  uint64_t *seen; /* what was reached: open addressing, 0 = free */
  size_t seen_count, seen_cap;
  bool stale; /* those of other contracts are being gone through */
} lessener;

/* ---- the set of what was reached --------------------------------------------------------------
 */

static bool place(uint64_t *table, size_t cap, uint64_t number) {
  size_t at = (size_t)(number & (cap - 1));
  while (table[at] != 0 && table[at] != number) at = (at + 1) & (cap - 1);
  bool fresh = table[at] == 0;
  table[at] = number;
  return fresh;
}

static bool is_new(lessener *l, uint64_t number) {
  if (number == 0) number = 1;
  if (l->seen_count * 2 >= l->seen_cap) {
    size_t cap = l->seen_cap == 0 ? 1024 : l->seen_cap * 2;
    uint64_t *table = cr_alloc(cap * sizeof *table);
    for (size_t i = 0; i < l->seen_cap; i++)
      if (l->seen[i] != 0) place(table, cap, l->seen[i]);
    free(l->seen);
    l->seen = table;
    l->seen_cap = cap;
  }
  bool fresh = place(l->seen, l->seen_cap, number);
  l->seen_count += fresh;
  return fresh;
}

/* ---- leaving out ------------------------------------------------------------------------------
 */

/* What a replay belongs to stays, whatever else is there. */
static cr_err remove_going(lessener *l, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  cr_err err = cr__begin(l->corpus, info);
  if (err != CR_OK) return err;
  err = cr__prepare(l->corpus,
                    "DELETE FROM interleaving WHERE behaviour = ?1"
                    " AND id NOT IN (SELECT interleaving FROM replay)",
                    &statement, info);
  for (size_t i = 0; err == CR_OK && i < l->going.count; i++) {
    cr__bind(statement, cr__h(l->going.list[i]));
    err = cr__exec(l->corpus, statement, info);
  }
  sqlite3_finalize(statement);
  l->going.count = 0;
  if (err == CR_OK) return cr__commit(l->corpus, info);
  cr__rollback(l->corpus);
  return err;
}

static cr_err read_item(lessener *l, const cr_corpus_item *item, cr_errinfo *info) {
  cr_buf name = {0};
  cr_buf_printf(&name, "%s: interleaving %s", l->corpus->path, item->id);
  cr_err err = cr_trace_read(item->text, item->text_len, name.data, &l->trace, info);
  cr_buf_free(&name);
  return err;
}

/* ---- findings ---------------------------------------------------------------------------------
 */

static cr_err finding(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  lessener *l = arg;
  cr_clauses exercised = {{0}};
  l->sum->findings++;
  l->sum->steps += item->steps;
  cr_err err = read_item(l, item, info);
  cr_trace_free(&l->form);
  if (err == CR_OK) err = l->how->reduce(l->how->arg, &l->trace, &l->form, &exercised, info);
  if (err != CR_OK || l->form.steps_count == 0) return err;
  if (cr_trace_behaviour_digest(&l->form) != item->behaviour) names_add(&l->going, item->behaviour);
  return cr__batch_put(l->batch, &l->form, &exercised, item->engine, item->run, info);
}

static cr_err sum_finding(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  lessener *l = arg;
  (void)info;
  l->sum->findings_left++;
  l->sum->steps_left += item->steps;
  return CR_OK;
}

/* Of each finding the first one stays: a shorter one of another contract may be no finding any
 * more.
 */
static cr_err keep_firsts(lessener *l, cr_errinfo *info) {
  sqlite3_stmt *statement = NULL;
  cr_err err = cr__prepare(l->corpus,
                           "DELETE FROM interleaving WHERE signature <> ''"
                           " AND id NOT IN (SELECT interleaving FROM replay)"
                           " AND id NOT IN (SELECT id FROM (SELECT id, row_number() OVER ("
                           "   PARTITION BY scenario, clause, subject, verdict, signature"
                           "   ORDER BY contract <> ?1, steps, behaviour) AS place"
                           "   FROM interleaving WHERE signature <> '') WHERE place = 1)",
                           &statement, info);
  if (err != CR_OK) return err;
  cr__bind(statement, cr__h(cr_contract_digest()));
  err = cr__exec(l->corpus, statement, info);
  sqlite3_finalize(statement);
  return err;
}

static cr_err lessen_findings(lessener *l, cr_errinfo *info) {
  const cr_corpus_filter findings = {.findings = true};
  /* The rows to visit are chosen before the first visit, and a batch does not read. */
  cr_err err = cr_corpus_each(l->corpus, &findings, finding, l, info);
  if (err == CR_OK) err = cr_corpus_batch_flush(l->batch, info);
  if (err == CR_OK) err = remove_going(l, info);
  if (err == CR_OK) err = keep_firsts(l, info);
  if (err == CR_OK) err = cr_corpus_each(l->corpus, &findings, sum_finding, l, info);
  return err;
}

/* ---- clean ones -------------------------------------------------------------------------------
 */

/* Those of the present contract come first: what they reach, no other one needs to stay for. */
static cr_err clean(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  lessener *l = arg;
  cr_buf numbers = {0};
  bool more = item->replays != 0;
  if (item->signature != 0 || item->verdict == CR_VERDICT_INCONCLUSIVE) return CR_OK;
  if ((item->contract != cr_contract_digest()) != l->stale) return CR_OK;
  l->sum->clean++;
  cr_err err = read_item(l, item, info);
  if (err == CR_OK) err = l->how->reaches(l->how->arg, &l->trace, &numbers, info);
  uint64_t whose = cr_digest_seeded(item->subject, strlen(item->subject), item->scenario_digest);
  for (size_t at = 0; err == CR_OK && at + sizeof(uint64_t) <= numbers.len;
       at += sizeof(uint64_t)) {
    uint64_t number;
    memcpy(&number, numbers.data + at, sizeof number);
    if (is_new(l, cr_digest_seeded(&number, sizeof number, whose))) more = true;
  }
  cr_buf_free(&numbers);
  if (err != CR_OK) return err;
  if (more)
    l->sum->clean_left++;
  else
    names_add(&l->going, item->behaviour);
  return CR_OK;
}

cr_err cr_corpus_lessen(cr_corpus *corpus, const cr_corpus_least *how, cr_corpus_lessened *lessened,
                        cr_errinfo *info) {
  cr_err err = CR_OK;
  CR_ASSERT(corpus->writable);
  *lessened = (cr_corpus_lessened){0};
  lessener l = {
      .corpus = corpus, .how = how, .sum = lessened, .batch = cr_corpus_batch_new(corpus, 0)};
  if (how->reduce != NULL) err = lessen_findings(&l, info);
  if (err == CR_OK && how->reaches != NULL) {
    err = cr_corpus_each(corpus, NULL, clean, &l, info);
    l.stale = true;
    if (err == CR_OK) err = cr_corpus_each(corpus, NULL, clean, &l, info);
    if (err == CR_OK) err = remove_going(&l, info);
  }
  cr_corpus_batch_free(l.batch);
  cr_trace_free(&l.trace);
  cr_trace_free(&l.form);
  free(l.going.list);
  free(l.seen);
  return err;
}
