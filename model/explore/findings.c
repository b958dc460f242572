/* findings.c - see findings.h. */
#include "findings.h"

#include <stdlib.h>

void cr__xfindings_add(cr__xfindings *to, const cr__xfinding *finding) {
  if (to->count == to->cap) {
    to->cap = to->cap == 0 ? 4 : to->cap * 2;
    to->list = cr_realloc(to->list, to->cap * sizeof *to->list);
  }
  to->list[to->count++] = *finding;
}

void cr__xfindings_add_first(cr__xfindings *to, const cr__xfinding *finding) {
  for (size_t i = to->count; i-- > 0;)
    if (to->list[i].kind == finding->kind && to->list[i].violation == finding->violation) return;
  cr__xfindings_add(to, finding);
}

static int compare(const void *a, const void *b) {
  const cr__xfinding *x = a, *y = b;
  if (x->source != y->source) return x->source < y->source ? -1 : 1;
  return (x->position > y->position) - (x->position < y->position);
}

void cr__xfindings_sort(cr__xfindings *findings) {
  if (findings->count > 1) qsort(findings->list, findings->count, sizeof *findings->list, compare);
}

void cr__xfindings_free(cr__xfindings *findings) {
  free(findings->list);
  *findings = (cr__xfindings){0};
}
