/* clause.c - the table of clauses; see clusrace/clause.h. */
#include "clusrace/clause.h"

#include <string.h>

#define KIND_S CR_KIND_S
#define KIND_E CR_KIND_E
#define KIND_R CR_KIND_R
#define KIND_L CR_KIND_L
#define CONF_DOC CR_CONF_DOC
#define CONF_SRC CR_CONF_SRC
#define CONF_INF CR_CONF_INF
#define CONF_FOLK CR_CONF_FOLK

static const cr_clause_row rows[CR_CLAUSE_COUNT] = {
#define CLAUSE(ID, id, kind, party, confidence, level, source, text) \
  {id, KIND_##kind, CR_PARTY_##party, CONF_##confidence, CR_LEVEL_##level, source, text},
#include "clusrace/clauses.def"
#undef CLAUSE
};

const cr_clause_row *cr_clause_row_of(cr_clause clause) {
  CR_ASSERT((unsigned)clause < CR_CLAUSE_COUNT);
  return &rows[clause];
}

cr_clause cr_clause_by_id(const char *id) {
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (strcmp(rows[i].id, id) == 0) return (cr_clause)i;
  return CR_CLAUSE_COUNT;
}

const char *cr_clause_kind_name(cr_clause_kind kind) {
  switch (kind) {
    case CR_KIND_S: return "safety";
    case CR_KIND_E: return "effect";
    case CR_KIND_R: return "refusal";
    case CR_KIND_L: return "liveness";
  }
  return "unknown";
}

const char *cr_party_name(cr_party party) {
  switch (party) {
    case CR_PARTY_DLL: return "DLL";
    case CR_PARTY_APP: return "application";
    case CR_PARTY_MONITOR: return "monitor";
    case CR_PARTY_VOLUME: return "volume stack";
    case CR_PARTY_PNP: return "plug and play";
    case CR_PARTY_CLUSTER: return "cluster";
  }
  return "unknown";
}

const char *cr_confidence_name(cr_confidence confidence) {
  switch (confidence) {
    case CR_CONF_DOC: return "documented";
    case CR_CONF_SRC: return "published source";
    case CR_CONF_INF: return "inferred";
    case CR_CONF_FOLK: return "observed";
  }
  return "unknown";
}

const char *cr_level_name(cr_level level) {
  switch (level) {
    case CR_LEVEL_ERROR: return "error";
    case CR_LEVEL_WARNING: return "warning";
    case CR_LEVEL_NOTE: return "note";
  }
  return "unknown";
}

const cr_unseen_row *cr_unseen_row_of(unsigned i) {
  static const cr_unseen_row unseen[] = {
#define UNSEEN(id, source, text, reason) {id, source, text, reason},
#include "clusrace/unseen.def"
#undef UNSEEN
  };
  return i < CR_ARRAY_LEN(unseen) ? &unseen[i] : NULL;
}

uint64_t cr_contract_digest(void) {
  static const char *const events[] = {
#define EVENT(ID, verb, object, value, extra, result, visible, meaning) \
#ID "\t" verb "\t" #object "\t" #value "\t" #extra "\t" #result "\t" #visible,
#include "clusrace/events.def"
#undef EVENT
  };
  cr_buf text = {0};
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    cr_buf_printf(&text, "%s\t%d\t%d\t%d\t%s\n", rows[i].id, (int)rows[i].kind, (int)rows[i].party,
                  (int)rows[i].level, rows[i].text);
  for (size_t i = 0; i < CR_ARRAY_LEN(events); i++) cr_buf_printf(&text, "%s\n", events[i]);
  uint64_t digest = cr_digest(text.data, text.len);
  cr_buf_free(&text);
  return digest;
}

cr_clause cr_clauses_first(const cr_clauses *set) {
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(set, (cr_clause)i)) return (cr_clause)i;
  return CR_CLAUSE_COUNT;
}
