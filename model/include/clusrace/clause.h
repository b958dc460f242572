/* clause.h - the clauses of the contract: their table, and sets of them.
 *
 * A clause's id never changes meaning and is never reused. Its index (row of clauses.def) is for
 * use inside one process only; files name clauses by id.
 */
#ifndef CLUSRACE_CLAUSE_H
#define CLUSRACE_CLAUSE_H

#include "clusrace/base.h"

typedef enum cr_clause {
#define CLAUSE(ID, id, kind, party, confidence, level, source, text) CR_CLAUSE_##ID,
#include "clusrace/clauses.def"
#undef CLAUSE
  CR_CLAUSE_COUNT
} cr_clause;

/* What a clause is: S safety, E effect, R error (result of a failing precondition), L liveness. */
typedef enum cr_clause_kind { CR_KIND_S = 1, CR_KIND_E, CR_KIND_R, CR_KIND_L } cr_clause_kind;

/* Who is judged. DLL and APP are obligations of the resource DLL under test (APP: the duties of any
 * program that uses a volume, the DLL among them). The others are assertions on our own models. */
typedef enum cr_party {
  CR_PARTY_DLL = 1,
  CR_PARTY_APP,
  CR_PARTY_MONITOR,
  CR_PARTY_VOLUME,
  CR_PARTY_PNP,    /* plug and play, the mount manager */
  CR_PARTY_CLUSTER /* the cluster disk's side below the DLL */
} cr_party;

typedef enum cr_confidence {
  CR_CONF_DOC = 1,
  CR_CONF_SRC,
  CR_CONF_INF,
  CR_CONF_FOLK
} cr_confidence;

/* Default severity: error, warning (judged with --strict only), note (assertion on the model). */
typedef enum cr_level { CR_LEVEL_ERROR = 1, CR_LEVEL_WARNING, CR_LEVEL_NOTE } cr_level;

typedef struct cr_clause_row {
  const char *id; /* "RM-TERM-03" */
  cr_clause_kind kind;
  cr_party party;
  cr_confidence confidence;
  cr_level level;
  const char *source; /* document short names, see docs/contract.md */
  const char *text;   /* in our words */
} cr_clause_row;

/* Row of a clause. Static storage. */
const cr_clause_row *cr_clause_row_of(cr_clause clause);
/* Clause of that id, or CR_CLAUSE_COUNT. */
cr_clause cr_clause_by_id(const char *id);
/* "safety", "DLL", "documented", "error". Static storage. */
const char *cr_clause_kind_name(cr_clause_kind kind);
const char *cr_party_name(cr_party party);
const char *cr_confidence_name(cr_confidence confidence);
const char *cr_level_name(cr_level level);

/* The clauses of the catalogue that no observer can see. */
typedef struct cr_unseen_row {
  const char *id, *source, *text, *reason;
} cr_unseen_row;
/* Row number i, or NULL behind the last. Static storage. */
const cr_unseen_row *cr_unseen_row_of(unsigned i);

/* Digest of the whole contract: ids, kinds, parties, levels and texts of all clauses and the table
 * of events. Changes whenever a trace's meaning may. */
uint64_t cr_contract_digest(void);

/* A set of clauses. */
typedef struct cr_clauses {
  uint64_t bits[8];
} cr_clauses;
_Static_assert(CR_CLAUSE_COUNT <= 8 * 64, "cr_clauses is too small");

static inline void cr_clauses_add(cr_clauses *set, cr_clause clause) {
  set->bits[(unsigned)clause / 64] |= (uint64_t)1 << ((unsigned)clause % 64);
}
static inline bool cr_clauses_has(const cr_clauses *set, cr_clause clause) {
  return (set->bits[(unsigned)clause / 64] >> ((unsigned)clause % 64)) & 1;
}
static inline void cr_clauses_merge(cr_clauses *set, const cr_clauses *other) {
  for (unsigned i = 0; i < 8; i++) set->bits[i] |= other->bits[i];
}
static inline bool cr_clauses_any(const cr_clauses *set) {
  uint64_t any = 0;
  for (unsigned i = 0; i < 8; i++) any |= set->bits[i];
  return any != 0;
}
/* First clause in the set by table order, or CR_CLAUSE_COUNT. */
cr_clause cr_clauses_first(const cr_clauses *set);

#endif
