/* covering.h - what there is to cover and what was, see picture.h. Private to reports/. */
#ifndef CR_REPORT_COVERING_H
#define CR_REPORT_COVERING_H

#include "clusrace/observer.h"
#include "clusrace/picture.h"

typedef struct cr__change { /* from one state of the monitor's view to another */
  uint8_t from, to;
  bool covered;
  char what[48];
} cr__change;

typedef struct cr__operation {
  char name[96];
  uint8_t rank; /* by whom: the order of rows */
} cr__operation;

enum { CR__OPERATIONS_MAX = 160 };
enum { CR__RACES = 1, CR__COVERED = 2 };

struct cr_covering {
  cr__change *change; /* sorted when drawn */
  size_t changes_count;
  cr__operation op[CR__OPERATIONS_MAX];
  unsigned ops_count;
  uint8_t pair[CR__OPERATIONS_MAX][CR__OPERATIONS_MAX]; /* CR__RACES, CR__COVERED */
};

#endif
