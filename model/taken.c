/* taken.c - see clusrace/taken.h. A key is 1, the two states and the event, or the two events. */
#include "clusrace/taken.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT_BITS = 31, OTHER_VALUE = 255 };

_Static_assert(CR_EV_COUNT <= 128 && CR_ROLE_COUNT <= 16 && (int)CR_EP_COUNT <= (int)OTHER_VALUE &&
                   CR_RESOURCES_MAX <= 4 && CR_APPS_MAX <= 4,
               "an event fits into its bits");

static const uint64_t way_bit = (uint64_t)1 << 62;

/* kind 7, role 4, who 2, lane 8, value 8, outcome 2 bits: an Online that is pending, that succeeds,
 * that fails. */
static uint64_t event_key(const cr_event *e) {
  bool named = e->kind == CR_EV_CALL || e->kind == CR_EV_RET || e->kind == CR_EV_STATUS;
  uint32_t value = !named ? 0 : e->value < OTHER_VALUE ? e->value : OTHER_VALUE;
  uint32_t outcome = e->kind != CR_EV_RET           ? 0
                     : e->result == CR_E_SUCCESS    ? 0
                     : e->result == CR_E_IO_PENDING ? 1
                                                    : 2;
  return (uint64_t)e->kind << 24 | (uint64_t)(e->role & 15) << 20 | (uint64_t)(e->who & 3) << 18 |
         (uint64_t)(e->lane & 255) << 10 | value << 2 | outcome;
}

static cr_event event_of(uint64_t key) {
  static const uint32_t results[] = {CR_E_SUCCESS, CR_E_IO_PENDING, 1, 1};
  cr_event e = {.kind = (uint8_t)(key >> 24 & 127),
                .role = (uint8_t)(key >> 20 & 15),
                .who = (uint8_t)(key >> 18 & 3),
                .lane = (uint8_t)(key >> 10 & 255),
                .handle = CR_NO_HANDLE,
                .value = (uint32_t)(key >> 2 & OTHER_VALUE)};
  if (e.value == OTHER_VALUE) e.value = UINT32_MAX;
  if (e.kind == CR_EV_RET) e.result = results[key & 3];
  return e;
}

static bool good_event(uint64_t key) {
  unsigned kind = (unsigned)(key >> 24), role = (unsigned)(key >> 20 & 15);
  return kind > CR_EV_INVALID && kind < CR_EV_COUNT && role > CR_ROLE_INVALID &&
         role < CR_ROLE_COUNT && (key >> 18 & 3) < CR_RESOURCES_MAX;
}

cr_taken_what cr_taken_what_of(uint64_t key) {
  uint64_t event = key & (((uint64_t)1 << EVENT_BITS) - 1);
  uint64_t before = key >> EVENT_BITS & (((uint64_t)1 << EVENT_BITS) - 1);
  cr_taken_what what = {.way = (key & way_bit) != 0, .second = event_of(event)};
  if (what.way) {
    what.from = (uint8_t)(before >> 8 & 255);
    what.to = (uint8_t)(before & 255);
  } else {
    what.first = event_of(before);
  }
  return what;
}

static bool is_key(uint64_t key) {
  uint64_t event = key & (((uint64_t)1 << EVENT_BITS) - 1);
  uint64_t before = key >> EVENT_BITS & (((uint64_t)1 << EVENT_BITS) - 1);
  if (key >> 63 != 0 || !good_event(event)) return false;
  if ((key & way_bit) == 0) return good_event(before);
  return before >> 16 == 0 && (before >> 8) < CR_MON_COUNT && (before & 255) < CR_MON_COUNT;
}

static bool insert(cr_taken *t, uint64_t key) {
  size_t at = (size_t)((key * 0x9E3779B97F4A7C15u) >> 40) & (CR_TAKEN_SLOTS - 1);
  while (t->key[at] != 0 && t->key[at] != key) at = (at + 1) & (CR_TAKEN_SLOTS - 1);
  if (t->key[at] == key) return true;
  if (t->count == CR_TAKEN_MAX) return false;
  t->key[at] = key;
  t->count++;
  return true;
}

bool cr_taken_add(cr_taken *t, uint64_t key) { return is_key(key) && insert(t, key); }

void cr_taken_begin(cr_taken *t) { t->last.kind = CR_EV_INVALID; }

void cr_taken_event(cr_taken *t, unsigned from, unsigned to, const cr_event *e) {
  const cr_event *last = &t->last;
  if (from != to) insert(t, way_bit | (uint64_t)(from << 8 | to) << EVENT_BITS | event_key(e));
  if (!cr_event_row_of(e->kind)->visible) return;
  bool another = last->role != e->role || last->who != e->who || last->lane != e->lane;
  if (last->kind != CR_EV_INVALID && another)
    insert(t, event_key(last) << EVENT_BITS | event_key(e));
  t->last = *e;
}

void cr_taken_merge(cr_taken *t, const cr_taken *more) {
  for (size_t i = 0; i < CR_TAKEN_SLOTS; i++)
    if (more->key[i] != 0) insert(t, more->key[i]);
}

static int compare_keys(const void *a, const void *b) {
  const uint64_t *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

uint32_t cr_taken_list(const cr_taken *t, uint64_t *list) {
  uint32_t count = 0;
  for (size_t i = 0; i < CR_TAKEN_SLOTS; i++)
    if (t->key[i] != 0) list[count++] = t->key[i];
  qsort(list, count, sizeof *list, compare_keys);
  return count;
}
