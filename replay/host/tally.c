/* tally.c - see tally.h. */
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TALLY_BYTES_MAX = 1024 * 1024 };

static const char tally_head[] = "clusrace-tally 1";

/* ---- counting -------------------------------------------------------------------------------- */

void cr_tally_clauses(const cr_session *s, uint32_t *held, uint32_t *broken) {
  for (unsigned w = 0; w < CR_ARRAY_LEN(s->exercised.bits); w++)
    for (uint64_t bits = s->exercised.bits[w] | s->broken.bits[w]; bits != 0; bits &= bits - 1) {
      cr_clause clause = (cr_clause)(w * 64 + (unsigned)__builtin_ctzll(bits));
      if (!cr_clauses_has(&s->broken, clause))
        held[clause]++;
      else if (s->violated == clause || s->violated == CR_CLAUSE_COUNT)
        broken[clause]++;
    }
}

void cr_tally_replay(cr_tally *tally, const cr_session *s, const cr_trace *observed) {
  uint32_t held[CR_CLAUSE_COUNT] = {0}, broken[CR_CLAUSE_COUNT] = {0};
  const cr_verdict *v = &observed->verdict;
  tally->replays++;
  tally->verdict[v->kind]++;
  if (v->kind == CR_VERDICT_INCONCLUSIVE) return;
  cr_tally_clauses(s, held, broken);
  bool violates = v->kind == CR_VERDICT_VIOLATES;
  if (violates) broken[v->clause] = 1; /* also one that is judged at the end only */
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++) {
    bool warning = cr_clause_row_of((cr_clause)c)->level == CR_LEVEL_WARNING;
    tally->held[c] += broken[c] == 0 ? held[c] : 0;
    if (broken[c] != 0 && (warning || (violates && v->clause == (cr_clause)c))) tally->broken[c]++;
  }
}

/* ---- the file -------------------------------------------------------------------------------- */

/* The counts that have names of their own. */
#define COUNTS(X) \
  X(begun)        \
  X(ended)        \
  X(replays)      \
  X(schedules)    \
  X(hunts)        \
  X(exhausted)    \
  X(sampled)      \
  X(unsteady)

static uint64_t *count_of(cr_tally *tally, const char *name) {
#define X(count) \
  if (strcmp(name, #count) == 0) return &tally->count;
  COUNTS(X)
#undef X
  for (unsigned k = CR_VERDICT_CONFORMS; k < CR_VERDICT_COUNT; k++)
    if (strcmp(name, cr_verdict_kind_name((cr_verdict_kind)k)) == 0) return &tally->verdict[k];
  return NULL;
}

/* "NAME N" or "CLAUSE held N broken N"; false when it is neither. */
static bool read_count(cr_tally *tally, const char *line) {
  char name[48];
  uint64_t n, m;
  int end = 0;
  if (sscanf(line, "%47s held %" SCNu64 " broken %" SCNu64 "%n", name, &n, &m, &end) == 3 &&
      line[end] == '\0') {
    cr_clause clause = cr_clause_by_id(name);
    if (clause == CR_CLAUSE_COUNT) return false;
    tally->held[clause] = n;
    tally->broken[clause] = m;
    return true;
  }
  end = 0;
  if (sscanf(line, "%47s %" SCNu64 "%n", name, &n, &end) != 2 || line[end] != '\0') return false;
  uint64_t *count = count_of(tally, name);
  if (count != NULL) *count = n;
  return count != NULL;
}

static cr_err read_line(cr_tally *tally, const char *file, unsigned number, const char *line,
                        cr_errinfo *info) {
  uint64_t contract;
  bool good;
  if (number == 1) {
    good = strcmp(line, tally_head) == 0;
  } else if (number == 2) {
    good = sscanf(line, "contract %16" SCNx64, &contract) == 1;
    if (good && contract != cr_contract_digest())
      return cr_fail(info, CR_ERR_INPUT,
                     "%s:2: counted by another version of the contract; begin a new file", file);
  } else if (number == 3) {
    good = strncmp(line, "subject ", 8) == 0 && strlen(line + 8) < sizeof tally->subject;
    if (good) snprintf(tally->subject, sizeof tally->subject, "%s", line + 8);
  } else {
    good = read_count(tally, line);
  }
  if (good) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT, "%s:%u: not what --tally writes; begin a new file", file,
                 number);
}

static bool is_there(const char *file) {
  FILE *f = fopen(file, "rb");
  if (f != NULL) fclose(f);
  return f != NULL;
}

cr_err cr_tally_read(const char *file, cr_tally *tally, cr_errinfo *info) {
  cr_buf text = {0};
  unsigned number = 0;
  *tally = (cr_tally){0};
  if (!is_there(file)) return CR_OK;
  cr_err err = cr_file_read(file, TALLY_BYTES_MAX, &text, info);
  for (char *line = text.data; err == CR_OK && line != NULL && *line != '\0';) {
    char *end = strchr(line, '\n');
    if (end != NULL) *end = '\0';
    size_t n = strlen(line);
    if (n > 0 && line[n - 1] == '\r') line[n - 1] = '\0';
    err = read_line(tally, file, ++number, line, info);
    line = end == NULL ? NULL : end + 1;
  }
  if (err == CR_OK && number < 3) err = read_line(tally, file, number + 1, "", info);
  cr_buf_free(&text);
  return err;
}

cr_err cr_tally_write(const char *file, const cr_tally *tally, cr_errinfo *info) {
  cr_buf text = {0};
  cr_buf_printf(&text, "%s\ncontract %016" PRIx64 "\nsubject %s\n", tally_head,
                cr_contract_digest(), tally->subject);
#define X(count) cr_buf_printf(&text, #count " %" PRIu64 "\n", tally->count);
  COUNTS(X)
#undef X
  for (unsigned k = CR_VERDICT_CONFORMS; k < CR_VERDICT_COUNT; k++)
    cr_buf_printf(&text, "%s %" PRIu64 "\n", cr_verdict_kind_name((cr_verdict_kind)k),
                  tally->verdict[k]);
  for (unsigned c = 0; c < CR_CLAUSE_COUNT; c++)
    if (tally->held[c] != 0 || tally->broken[c] != 0)
      cr_buf_printf(&text, "%s held %" PRIu64 " broken %" PRIu64 "\n",
                    cr_clause_row_of((cr_clause)c)->id, tally->held[c], tally->broken[c]);
  cr_err err = cr_file_write(file, text.data, text.len, info);
  cr_buf_free(&text);
  return err;
}

cr_err cr_tally_begin(const char *file, const cr_session *s, cr_tally *tally, cr_errinfo *info) {
  *tally = (cr_tally){0};
  if (file == NULL) return CR_OK;
  cr_subject subject = {.kind = CR_SUBJECT_LOADED, .digest = s->image.file_digest};
  memcpy(subject.name, s->image.name, sizeof subject.name);
  cr_buf own = {0};
  cr_subject_write(&subject, &own);
  cr_err err = cr_tally_read(file, tally, info);
  if (err == CR_OK && tally->subject[0] != '\0' && strcmp(tally->subject, own.data) != 0)
    err = cr_fail(info, CR_ERR_INPUT, "%s: is about %s, not about %s; begin a new file", file,
                  tally->subject, own.data);
  snprintf(tally->subject, sizeof tally->subject, "%s", own.data);
  tally->begun++;
  if (err == CR_OK) err = cr_tally_write(file, tally, info);
  cr_buf_free(&own);
  return err;
}

cr_err cr_tally_end(const char *file, cr_tally *tally, cr_errinfo *info) {
  if (file == NULL) return CR_OK;
  tally->ended++;
  return cr_tally_write(file, tally, info);
}
