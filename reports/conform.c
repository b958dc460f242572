/* conform.c - what all writers of a conformance say: names, counts, the status. */
#include <string.h>

#include "summary.h"

typedef struct kind_row {
  uint8_t kind;
  const char *text;
} kind_row;

static const kind_row kinds[] = {
    {CR_VERDICT_CRASHES,
     "The DLL ends no process and no thread that is not its own, and touches no "
     "memory that it does not have."},
    {CR_VERDICT_HANGS, "No thread of the DLL goes on for ever without doing anything."},
    {CR_VERDICT_DEADLOCK, "The threads of the DLL never wait for each other in a circle."},
    {CR_VERDICT_MISUSES, "The DLL uses handles, locks and memory as the system allows."}};

static const kind_row *kind_of(unsigned row) {
  for (size_t i = 0; i < CR_ARRAY_LEN(kinds); i++)
    if (row == CR_CLAUSE_COUNT + (unsigned)kinds[i].kind) return &kinds[i];
  return NULL;
}

const char *cr_conform_id(unsigned row) {
  if (row < CR_CLAUSE_COUNT) return cr_clause_row_of((cr_clause)row)->id;
  return cr_verdict_kind_name((cr_verdict_kind)(row - CR_CLAUSE_COUNT));
}

const char *cr_conform_text(unsigned row) {
  if (row < CR_CLAUSE_COUNT) return cr_clause_row_of((cr_clause)row)->text;
  const kind_row *kind = kind_of(row);
  return kind == NULL ? "" : kind->text;
}

const char *cr_conform_level(unsigned row) {
  if (row >= CR_CLAUSE_COUNT) return cr_level_name(CR_LEVEL_ERROR);
  return cr_level_name(cr_clause_row_of((cr_clause)row)->level);
}

unsigned cr_conform_by_id(const char *id) {
  for (unsigned row = 0; row < CR_CONFORM_ROWS; row++)
    if ((row < CR_CLAUSE_COUNT || kind_of(row) != NULL) && strcmp(cr_conform_id(row), id) == 0)
      return row;
  return CR_CONFORM_ROWS;
}

unsigned cr_conform_row_of(const cr_verdict *verdict) {
  if (verdict->kind == CR_VERDICT_VIOLATES) return verdict->clause;
  unsigned row = CR_CLAUSE_COUNT + (unsigned)verdict->kind;
  return kind_of(row) == NULL ? CR_CONFORM_ROWS : row;
}

const char *cr_conform_verdict_name(cr_conform_verdict verdict) {
  switch (verdict) {
    case CR_CONFORM_VIOLATED: return "violated";
    case CR_CONFORM_INCONCLUSIVE: return "inconclusive";
    case CR_CONFORM_HELD: return "held";
    case CR_CONFORM_NOT_EXERCISED: return "not-exercised";
    default: return "";
  }
}

const char *cr_conform_change_name(cr_conform_change change) {
  switch (change) {
    case CR_CONFORM_NEW: return "new";
    case CR_CONFORM_UNCHANGED: return "unchanged";
    case CR_CONFORM_FIXED: return "fixed";
    case CR_CONFORM_GONE: return "gone";
    default: return "same";
  }
}

unsigned cr_conform_count(const cr_conformance *c, cr_conform_verdict verdict) {
  unsigned count = 0;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) count += c->row[i].verdict == verdict;
  return count;
}

unsigned cr_conform_changes(const cr_conformance *c, cr_conform_change change) {
  unsigned count = 0;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++)
    count += c->row[i].verdict != CR_CONFORM_NONE && c->row[i].change == change;
  return count;
}

/* Worst first. */
static cr_exit worse(cr_exit a, cr_exit b) {
  static const cr_exit order[] = {CR_EXIT_SAFETY, CR_EXIT_LIVENESS, CR_EXIT_CRASH};
  for (size_t i = 0; i < CR_ARRAY_LEN(order); i++)
    if (a == order[i] || b == order[i]) return order[i];
  return b;
}

static cr_exit row_exit(unsigned row) {
  cr_verdict v = {.kind = CR_VERDICT_VIOLATES, .clause = CR_CLAUSE_COUNT};
  if (row < CR_CLAUSE_COUNT)
    v.clause = (cr_clause)row;
  else
    v.kind = (uint8_t)(row - CR_CLAUSE_COUNT);
  return cr_verdict_exit(&v);
}

const char *cr__conform_unjudged(const cr_conformance *c) {
  return c->refused[0] != '\0' ? c->refused : c->nondeterministic ? c->note : NULL;
}

cr_exit cr_conform_exit(const cr_conformance *c) {
  cr_exit status = CR_EXIT_OK;
  for (unsigned i = 0; i < CR_CONFORM_ROWS; i++) {
    const cr_conform_row *row = &c->row[i];
    if (row->verdict != CR_CONFORM_VIOLATED || !row->counts) continue;
    if (c->baseline != NULL && row->change != CR_CONFORM_NEW) continue;
    status = worse(status, row_exit(i));
  }
  if (status != CR_EXIT_OK) return status;
  if (cr__conform_unjudged(c) != NULL) return CR_EXIT_NONDET;
  bool whole = !c->stopped && c->scenarios_count > 0;
  for (size_t i = 0; i < c->scenarios_count; i++)
    whole = whole && (c->scenario[i].exhausted || c->scenario[i].partial);
  return whole ? CR_EXIT_OK : CR_EXIT_BOUNDED;
}

void cr__conform_claim(const cr_conformance *c, cr_exit status, cr_buf *out) {
  bool baseline = c->baseline != NULL;
  cr_buf_puts(out, status == CR_EXIT_OK        ? baseline ? "breaks nothing new" : "conforms"
                   : status == CR_EXIT_BOUNDED ? baseline
                                                     ? "breaks nothing new, as far as it was run"
                                                     : "conforms, as far as it was run"
                   : status == CR_EXIT_NONDET  ? "cannot be judged"
                   : baseline                  ? "breaks what it did not before"
                                               : "does not conform");
}
