/* event.c - the table of event kinds; see clusrace/event.h. */
#include "clusrace/event.h"

#include <string.h>

static const cr_event_row rows[CR_EV_COUNT] = {
#define EVENT(ID, verb, object, value, extra, result, visible, meaning)                          \
  [CR_EV_##ID] = {                                                                               \
      #ID,     verb,   CR_FIELD_##object, CR_FIELD_##value, CR_FIELD_##extra, CR_FIELD_##result, \
      visible, meaning},
#include "clusrace/events.def"
#undef EVENT
};

const cr_event_row *cr_event_row_of(uint32_t kind) {
  CR_ASSERT(kind > CR_EV_INVALID && kind < CR_EV_COUNT);
  return &rows[kind];
}

const char *cr_role_name(uint32_t role) {
  static const char *const names[CR_ROLE_COUNT] = {
      [CR_ROLE_MONITOR] = "monitor", [CR_ROLE_EP] = "ep",   [CR_ROLE_TERM] = "term",
      [CR_ROLE_WORKER] = "worker",   [CR_ROLE_APP] = "app", [CR_ROLE_ENV] = "env",
      [CR_ROLE_CLUSTER] = "cluster", [CR_ROLE_PNP] = "pnp", [CR_ROLE_POLLER] = "poller"};
  return role < CR_ROLE_COUNT ? names[role] : NULL;
}

const char *cr_cause_name(uint32_t cause) {
  static const char *const names[CR_CAUSE_COUNT] = {
      [CR_CAUSE_NONE] = "none",       [CR_CAUSE_DISMOUNTED] = "dismounted",
      [CR_CAUSE_PENDING] = "pending", [CR_CAUSE_OFFLINE] = "offline",
      [CR_CAUSE_LOCKED] = "locked",   [CR_CAUSE_BUSY] = "busy",
      [CR_CAUSE_RAW] = "raw",         [CR_CAUSE_RIGHTS] = "rights",
      [CR_CAUSE_KIND] = "kind",       [CR_CAUSE_HANDLE] = "handle",
      [CR_CAUSE_GONE] = "gone",       [CR_CAUSE_FAULT] = "fault"};
  return cause < CR_CAUSE_COUNT ? names[cause] : NULL;
}

const char *cr_effect_name(uint32_t bit_number) {
  static const char *const names[CR_FX_COUNT] = {"mount", "raw", "detach", "unlock", "lost"};
  return bit_number < CR_FX_COUNT ? names[bit_number] : NULL;
}

enum { WORD_VALUE, WORD_EXTRA, WORD_RESULT };

static const struct {
  uint8_t kind, field;
  uint32_t number;
  const char *word;
} words[] = {
    {CR_EV_INVALID, 0, 0, ""}, /* the table may be empty */
#define WORD(KIND, field, number, word) {CR_EV_##KIND, WORD_##field, number, word},
#include "clusrace/words.def"
#undef WORD
};

const char *cr_event_word(uint32_t kind, unsigned field, uint32_t number) {
  for (size_t i = 1; i < CR_ARRAY_LEN(words); i++)
    if (words[i].kind == kind && words[i].field == field && words[i].number == number)
      return words[i].word;
  return NULL;
}

bool cr_event_word_parse(uint32_t kind, unsigned field, const char *word, uint32_t *number) {
  for (size_t i = 1; i < CR_ARRAY_LEN(words); i++)
    if (words[i].kind == kind && words[i].field == field && strcmp(words[i].word, word) == 0) {
      *number = words[i].number;
      return true;
    }
  return false;
}

bool cr_event_same_actor(const cr_event *a, const cr_event *b) {
  return a->role == b->role && a->who == b->who && a->lane == b->lane;
}

bool cr_event_equal(const cr_event *a, const cr_event *b) {
  return cr_event_same_actor(a, b) && a->kind == b->kind && a->object == b->object &&
         a->handle == b->handle && a->effects == b->effects && a->cause == b->cause &&
         a->value == b->value && a->extra == b->extra && a->result == b->result;
}

bool cr_event_matches(const cr_event *expected, const cr_event *observed) {
  return cr_event_same_actor(expected, observed) && expected->kind == observed->kind &&
         expected->object == observed->object && expected->value == observed->value &&
         expected->result == observed->result && expected->effects == observed->effects;
}
