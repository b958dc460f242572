/* test_memory.c - what the observers of the parts that are stories remember, and for how long: for
 * each a sequence of events whose last one has to be judged in a certain way.
 *
 * Events are separated by semicolons; the role of a fact is whose fact it is, ep unless told:
 *   [ROLE:]TOPIC DETAIL [NUMBER]         a fact
 *   [ROLE:]!OPERATION VOLUME RESULT      a volume operation (openv, lock, offline, ...)
 *   c ENTRYPOINT                         the monitor calls       r ENTRYPOINT RESULT   it returns
 *   s STATE ANSWER                       status report           log; quiet; spawn; exit; expire
 */
#include <stdlib.h>
#include <string.h>

#include "suites.h"

enum { WORDS_MAX = 4, WORD_LEN = 48 };

typedef struct words {
  char word[WORDS_MAX][WORD_LEN];
  unsigned count;
} words;

static const char *words_read(const char *p, words *w) {
  memset(w, 0, sizeof *w);
  while (*p != '\0' && *p != ';') {
    if (*p == ' ') {
      p++;
      continue;
    }
    size_t n = strcspn(p, " ;");
    ck_assert_uint_lt(w->count, WORDS_MAX);
    ck_assert_uint_lt(n, WORD_LEN);
    memcpy(w->word[w->count++], p, n);
    p += n;
  }
  return *p == ';' ? p + 1 : p;
}

static uint32_t number(const char *word) { return (uint32_t)strtoul(word, NULL, 10); }

static uint8_t role_of(const char *word) {
  for (uint8_t i = 1; i < CR_ROLE_COUNT; i++)
    if (strcmp(cr_role_name(i), word) == 0) return i;
  ck_abort_msg("unknown role %s", word);
}

static uint8_t kind_of(const char *verb) {
  for (uint8_t i = 1; i < CR_EV_COUNT; i++)
    if (strcmp(cr_event_row_of(i)->verb, verb) == 0) return i;
  ck_abort_msg("unknown event %s", verb);
}

static uint32_t entry_point_of(const char *word) {
  for (uint32_t i = 1; i < CR_EP_COUNT; i++)
    if (strcmp(cr_entry_point_name(i), word) == 0) return i;
  ck_abort_msg("unknown entry point %s", word);
}

static uint32_t state_of(const char *word) {
  for (uint32_t i = 0; i < 256; i++)
    if (cr_state_name(i) != NULL && strcmp(cr_state_name(i), word) == 0) return i;
  ck_abort_msg("unknown state %s", word);
}

static cr_event event_of(const words *w) {
  const char *verb = w->word[0];
  cr_event e = {.role = CR_ROLE_EP, .handle = CR_NO_HANDLE};
  const char *colon = strchr(verb, ':');
  if (colon != NULL) {
    char role[WORD_LEN] = {0};
    memcpy(role, verb, (size_t)(colon - verb));
    e.role = role_of(role);
    verb = colon + 1;
  }
  if (verb[0] == '!') {
    e.kind = kind_of(verb + 1);
    e.object = (uint8_t)number(w->word[1]);
    e.result = number(w->word[2]);
  } else if (strcmp(verb, "c") == 0) {
    e.kind = CR_EV_CALL;
    e.role = CR_ROLE_MONITOR;
    e.value = entry_point_of(w->word[1]);
  } else if (strcmp(verb, "r") == 0) {
    e.kind = CR_EV_RET;
    e.value = entry_point_of(w->word[1]);
    e.result = number(w->word[2]);
    if (e.value == CR_EP_TERMINATE) e.role = CR_ROLE_TERM;
  } else if (strcmp(verb, "s") == 0) {
    e.kind = CR_EV_STATUS;
    e.role = CR_ROLE_WORKER;
    e.value = state_of(w->word[1]);
    e.result = number(w->word[2]);
  } else if (w->count == 1) {
    e.kind = kind_of(verb);
    if (e.kind == CR_EV_QUIET || e.kind == CR_EV_EXPIRE) e.role = CR_ROLE_ENV;
  } else {
    e.kind = CR_EV_FACT;
    ck_assert_msg(cr_event_word_parse(e.kind, 0, verb, &e.value), "no topic %s", verb);
    ck_assert_msg(cr_event_word_parse(e.kind, 1, w->word[1], &e.extra), "no detail %s", w->word[1]);
    e.result = number(w->word[2]);
  }
  return e;
}

typedef enum judged { IDLE, KEPT, BROKEN } judged;

typedef struct memory_case {
  cr_part part;
  judged judged;
  const char *clause, *events;
} memory_case;

static const char *const judged_name[] = {"not exercised", "kept", "broken"};

static const memory_case cases[] = {
#define PART(part) CR_PART_##part
    /* The mount manager: each volume for itself, and as long as it is there. */
    {PART(REMOVAL), BROKEN, "VOL-MM-01", "volume arrives; quiet"},
    {PART(REMOVAL), BROKEN, "VOL-MM-01", "volume arrives 1; quiet"},
    {PART(REMOVAL), BROKEN, "VOL-MM-01",
     "volume arrives; volume arrives 1; mount-manager puts-online; quiet"},
    {PART(REMOVAL), IDLE, "VOL-MM-01", "volume arrives; volume departs; quiet"},
    {PART(REMOVAL), IDLE, "VOL-MM-01", "volume is-clustered; volume arrives; quiet"},
    {PART(REMOVAL), BROKEN, "VOL-MM-01",
     "volume is-clustered; volume not-clustered; volume arrives; quiet"},
    {PART(REMOVAL), IDLE, "VOL-MM-02",
     "volume is-clustered; volume not-clustered; volume arrives; mount-manager puts-online"},
    {PART(REMOVAL), IDLE, "VOL-MM-02",
     "volume is-clustered; volume arrives 1; mount-manager puts-online 1"},
    {PART(REMOVAL), IDLE, "VOL-MM-03",
     "volume goes-offline; letter brings-online; letter leaves-offline"},
    {PART(REMOVAL), IDLE, "VOL-MM-03", "!offline 0 0; !online 0 0; letter leaves-offline"},
    {PART(REMOVAL), BROKEN, "VOL-MM-03", "app:!offline 0 0; letter leaves-offline"},
    {PART(REMOVAL), BROKEN, "VOL-MM-05",
     "unique-id missing; unprocessed-volumes checked; unique-id missing; links created"},
    {PART(REMOVAL), KEPT, "VOL-MM-05",
     "unique-id missing; unprocessed-volumes checked; links created"},
    {PART(REMOVAL), KEPT, "VOL-MM-05",
     "unique-id missing 1; unprocessed-volumes checked; links created 1"},
    {PART(REMOVAL), IDLE, "VOL-MM-05", "unique-id missing 1; links created"},
    {PART(REMOVAL), BROKEN, "VOL-MM-05", "unique-id missing; mount-manager puts-online"},
    {PART(REMOVAL), BROKEN, "VOL-MM-06", "volume departs; kept-letter given-away"},
    {PART(REMOVAL), IDLE, "VOL-MM-06", "volume departs; volume arrives; kept-letter given-away"},
    /* Whether a volume is still offline is looked at after it went offline, in this removal. */
    {PART(REMOVAL), BROKEN, "VOL-MM-11",
     "removal begins; !offline 0 0; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), KEPT, "VOL-MM-11",
     "removal begins; !offline 0 0; !isoff 0 0; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-MM-11",
     "removal begins; !isoff 0 0; !offline 0 0; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-MM-11",
     "removal begins; !offline 0 0; !isoff 0 0; letter brings-online; !offline 0 0;"
     "uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-MM-11",
     "removal begins; !offline 0 0; !isoff 0 0; removal begins; !offline 0 0;"
     "uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-MM-11",
     "removal begins; !offline 0 0; !isoff 0 0; uninstall-volume succeeds; !offline 1 0;"
     "uninstall-volume succeeds 1; mask asked"},
    /* Handles are counted, for each volume. */
    {PART(REMOVAL), BROKEN, "VOL-PNP-01",
     "program opens; program opens; program closes; uninstall-volume succeeds"},
    {PART(REMOVAL), IDLE, "VOL-PNP-01",
     "program opens; program opens; program closes; program closes; uninstall-volume succeeds"},
    {PART(REMOVAL), IDLE, "VOL-PNP-01", "program opens 1; uninstall-volume succeeds"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-01", "app:!openf 0 0; uninstall-volume succeeds"},
    {PART(REMOVAL), IDLE, "VOL-PNP-01", "app:!openf 0 5; uninstall-volume succeeds"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-01", "!openv 0 0; uninstall-volume succeeds"},
    {PART(REMOVAL), IDLE, "VOL-PNP-01", "!openv 0 0; !close 0 0; uninstall-volume succeeds"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-01",
     "!openv 0 0; program opens; !close 0 0; uninstall-volume succeeds"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-05",
     "program opens; program opens; disk surprised; program closes; device gone"},
    {PART(REMOVAL), KEPT, "VOL-PNP-05",
     "program opens; program opens; disk surprised; program closes; program closes; device gone"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-05", "!openv 0 0; disk surprised; device gone"},
    {PART(REMOVAL), IDLE, "VOL-PNP-04",
     "program opens; disk surprised; program closes; device gone; old-open works"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-04",
     "program opens; disk surprised; disk arrives; old-open works"},
    /* What a rescan has to come to is settled when it is done; silence is an answer. */
    {PART(REMOVAL), BROKEN, "VOL-PNP-06", "disk is-present; mask takes-effect; rescan done; quiet"},
    {PART(REMOVAL), IDLE, "VOL-PNP-06",
     "disk is-present; mask takes-effect; rescan done; disk surprised; quiet"},
    {PART(REMOVAL), IDLE, "VOL-PNP-06", "disk is-present; rescan done; mask takes-effect; quiet"},
    {PART(REMOVAL), KEPT, "VOL-PNP-07",
     "uninstall-disk succeeds; mask takes-effect; rescan done; quiet"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-07",
     "uninstall-disk succeeds; mask takes-effect; rescan done; disk arrives"},
    {PART(REMOVAL), IDLE, "VOL-PNP-07",
     "uninstall-disk succeeds; mask takes-effect; rescan done; mask lifted; rescan done;"
     "disk arrives"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-08", "uninstall-disk succeeds; rescan done; quiet"},
    {PART(REMOVAL), IDLE, "VOL-PNP-08",
     "uninstall-disk succeeds; rescan done; disk arrives; quiet"},
    {PART(REMOVAL), IDLE, "VOL-PNP-08", "rescan done; quiet"},
    {PART(REMOVAL), KEPT, "VOL-PNP-08", "uninstall-disk succeeds; rescan done; disk came-back"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-09", "uninstall-volume succeeds; app:!openf 0 0"},
    {PART(REMOVAL), IDLE, "VOL-PNP-09",
     "uninstall-volume succeeds; volume arrives; app:!openf 0 0"},
    {PART(REMOVAL), BROKEN, "VOL-PNP-10",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds; uninstall-disk succeeds"},
    {PART(REMOVAL), KEPT, "VOL-PNP-10",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds;"
     "uninstall-volume succeeds 1; uninstall-disk succeeds"},
    {PART(REMOVAL), KEPT, "VOL-PNP-10",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds; volume departs 1;"
     "uninstall-disk succeeds"},
    /* The recipe: each volume for itself, each removal for itself. */
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-01",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-01",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds 1; mask asked"},
    {PART(REMOVAL), KEPT, "VOL-RECIPE-01", "removal begins; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-01",
     "removal begins; uninstall-volume succeeds; uninstall-disk succeeds; disk came-back;"
     "recipe restarted; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-02",
     "removal begins; uninstall-volume succeeds; uninstall-disk succeeds; disk came-back;"
     "recipe restarted; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; volume goes-offline; uninstall-volume asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; app:!offline 0 0; uninstall-volume asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; !offline 0 0; letter given-by-remover; uninstall-volume asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; !offline 0 0; !online 0 0; uninstall-volume asked"},
    {PART(REMOVAL), KEPT, "VOL-RECIPE-03",
     "removal begins; !offline 0 0; app:!online 0 0; uninstall-volume asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; !offline 0 0; removal begins; uninstall-volume asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; !offline 0 0; uninstall-volume asked 1"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-03",
     "removal begins; !offline 0 31; uninstall-volume asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-04",
     "removal begins; !dismount 0 0; removal begins; !offline 0 0"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-04", "removal begins; !dismount 0 0; !offline 1 0"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-04",
     "removal begins; !dismount 0 0; !close 0 0; !openv 0 0; !offline 0 0"},
    {PART(REMOVAL), KEPT, "VOL-RECIPE-04", "removal begins; !dismount 0 0; !offline 0 0"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-04", "removal begins; !dismount 0 0; !lock 0 21"},
    {PART(REMOVAL), KEPT, "VOL-RECIPE-04", "removal begins; !lock 0 0"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-05",
     "removal begins; !dismount 0 0; !offline 0 0; uninstall-volume asked;"
     "uninstall-volume succeeds; uninstall-disk succeeds; mask asked; disk surprised"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-05",
     "removal begins; !dismount 0 0; uninstall-volume asked;"
     "uninstall-volume succeeds; uninstall-disk succeeds; mask asked; disk surprised"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-05",
     "removal begins; !dismount 0 0; !offline 0 0; uninstall-volume asked;"
     "uninstall-volume succeeds; uninstall-disk succeeds; mask asked; mask lifted; disk surprised"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-06",
     "removal begins; disk came-back; removal begins; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-07", "uninstall-volume succeeds; !read 0 6"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-07", "uninstall-volume succeeds; !read 1 0"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-07",
     "uninstall-volume succeeds; volume arrives; !openv 0 0; !read 0 0"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-08",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), KEPT, "VOL-RECIPE-08",
     "removal begins; volume found-mounted 1; uninstall-volume succeeds;"
     "uninstall-volume succeeds 1; mask asked"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-08", "removal begins; uninstall-volume succeeds; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-09", "removal begins; recipe fails-half-way; mask asked"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-09",
     "removal begins; recipe fails-half-way; failed-recipe restores; mask asked"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-09",
     "removal begins; recipe fails-half-way; removal begins; mask asked"},
    {PART(REMOVAL), BROKEN, "VOL-RECIPE-10", "removal begins; mask takes-effect; quiet"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-10",
     "removal begins; mask takes-effect; mount-points cleaned; quiet"},
    {PART(REMOVAL), IDLE, "VOL-RECIPE-10",
     "removal begins; failed-recipe restores; mask takes-effect; quiet"},
#undef PART
};

START_TEST(memory__of_a_part__ends_with_what_it_remembers) {
  const memory_case *c = &cases[_i];
  cr_scenario s = {.resources_count = 1, .volumes_count = 2, .apps_count = 1};
  s.part[c->part] = true;
  cr_clause clause = cr_clause_by_id(c->clause);
  ck_assert_msg(clause != CR_CLAUSE_COUNT, "no clause %s", c->clause);
  cr_observer o;
  cr_observer_init(&o, &s);
  cr_judgement j = {0};
  for (const char *p = c->events; *p != '\0';) {
    words w;
    p = words_read(p, &w);
    cr_event e = event_of(&w);
    cr_observe(&o, &s, &e, &j);
  }
  judged got = cr_clauses_has(&j.violated, clause)    ? BROKEN
               : cr_clauses_has(&j.exercised, clause) ? KEPT
                                                      : IDLE;
  ck_assert_msg(got == c->judged, "%s is %s, not %s, by: %s", c->clause, judged_name[got],
                judged_name[c->judged], c->events);
}
END_TEST

/* A count goes on counting where it is full, and does not fall below nothing. */
START_TEST(count__of_handles__stays_within_its_bits) {
  static const char *const sequence[] = {"program opens",  "program opens",  "program opens",
                                         "program opens",  "program closes", "program closes",
                                         "program closes", "program closes", "program opens"};
  static const bool open[] = {true, true, true, true, true, true, false, false, true};
  cr_scenario s = {.resources_count = 1, .volumes_count = 2, .apps_count = 1};
  s.part[CR_PART_REMOVAL] = true;
  cr_observer o;
  cr_observer_init(&o, &s);
  for (size_t i = 0; i < CR_ARRAY_LEN(sequence); i++) {
    words w;
    cr_judgement j;
    words_read(sequence[i], &w);
    cr_event e = event_of(&w);
    cr_observe(&o, &s, &e, &j);
    cr_observer then = o;
    words_read("device gone", &w);
    e = event_of(&w);
    cr_observe(&then, &s, &e, &j);
    ck_assert_int_eq(cr_clauses_has(&j.violated, CR_CLAUSE_VOL_PNP_05), open[i]);
    ck_assert(!cr_clauses_has(&j.violated, CR_CLAUSE_VOL_PNP_01));
  }
}
END_TEST

Suite *cr_suite_memory(void) {
  Suite *suite = suite_create("memory");
  TCase *tcase = tcase_create("memory");
  tcase_add_loop_test(tcase, memory__of_a_part__ends_with_what_it_remembers, 0,
                      (int)CR_ARRAY_LEN(cases));
  tcase_add_test(tcase, count__of_handles__stays_within_its_bits);
  suite_add_tcase(suite, tcase);
  return suite;
}
