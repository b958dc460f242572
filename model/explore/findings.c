/* findings.c - see findings.h. */
#include "findings.h"

#include <stdlib.h>
#include <string.h>

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

void cr__xresult_add_states(cr_xresult *result, uint32_t depth, uint64_t count) {
  if (count == 0) return;
  if (depth > result->depth) {
    CR_ASSERT(depth == result->depth + 1);
    size_t entries = (size_t)depth + 1;
    /* Grown at powers of two only, as a level may hold a single state. */
    if ((entries & (entries - 1)) == 0)
      result->depth_counts =
          cr_realloc(result->depth_counts, entries * 2 * sizeof *result->depth_counts);
    result->depth_counts[depth] = 0;
    result->depth = depth;
  }
  result->states += count;
  result->depth_counts[depth] += count;
}

void cr__xresult_add_label(cr_xresult *result, uint32_t label, uint64_t count) {
  if (count == 0) return;
  result->transitions += count;
  if (label >= CR_XLABELS_COUNTED_MAX) return;
  size_t len = result->label_counts_len;
  if (label >= len) {
    result->label_counts_len = (size_t)label + 1;
    result->label_counts =
        cr_realloc(result->label_counts, result->label_counts_len * sizeof *result->label_counts);
    memset(result->label_counts + len, 0,
           (result->label_counts_len - len) * sizeof *result->label_counts);
  }
  result->label_counts[label] += count;
}
