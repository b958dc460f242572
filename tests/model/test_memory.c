/* test_memory.c - what the observers of the parts that are stories remember, and for how long: for
 * each a sequence of events whose last one has to be judged in a certain way.
 *
 * Events are separated by semicolons; the role of a fact is whose fact it is, ep unless told:
 *   [ROLE:]TOPIC DETAIL [NUMBER]         a fact
 *   [ROLE:]!OPERATION VOLUME RESULT [+EFFECT]   a volume operation (openv, lock, ...)
 *   c ENTRYPOINT                         the monitor calls       r ENTRYPOINT RESULT   it returns
 *   s STATE ANSWER                       status report           log; quiet; spawn; exit; expire
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "words.h"

static uint8_t role_of(const char *word) {
  for (uint8_t i = 1; i < CR_ROLE_COUNT; i++)
    if (strcmp(cr_role_name(i), word) == 0) return i;
  ck_abort_msg("unknown role %s", word);
}

/* Names of entry points and states, written like the words: "is-alive" for "IsAlive". */
static bool same(const char *name, const char *word) {
  while (*name != '\0' && *word != '\0') {
    if (*word == '-') {
      word++;
      continue;
    }
    if (tolower((unsigned char)*name++) != *word++) return false;
  }
  return *name == *word;
}

static uint32_t entry_point_of(const char *word) {
  for (uint32_t i = 1; i < CR_EP_COUNT; i++)
    if (same(cr_entry_point_name(i), word)) return i;
  ck_abort_msg("unknown entry point %s", word);
}

static uint32_t state_of(const char *word) {
  for (uint32_t i = 0; i < 256; i++)
    if (cr_state_name(i) != NULL && same(cr_state_name(i), word)) return i;
  ck_abort_msg("unknown state %s", word);
}

static uint8_t effect_of(const char *word) {
  for (uint32_t bit = 0; bit < CR_FX_COUNT; bit++)
    if (strcmp(cr_effect_name(bit), word) == 0) return (uint8_t)(1u << bit);
  ck_abort_msg("unknown effect %s", word);
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
    if (w->count > 3) e.effects = effect_of(w->word[3] + 1);
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
    e.role = e.kind == CR_EV_EXIT    ? CR_ROLE_WORKER
             : e.kind == CR_EV_SPAWN ? CR_ROLE_EP
                                     : CR_ROLE_ENV;
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
    /* loading: a Startup, an Open and an operation each begin anew. */
    {PART(LOADING), BROKEN, "RM-LOAD-03",
     "c startup; table-pointer given; r startup 0; c startup; r startup 0"},
    {PART(LOADING), KEPT, "RM-LOAD-04",
     "c startup; table-version outside; r startup 1306; c startup; table-pointer given;"
     "r startup 0"},
    {PART(LOADING), IDLE, "RM-LOAD-05",
     "c startup; table-version outside; r startup 31; c startup; r startup 0; c open"},
    {PART(LOADING), IDLE, "RM-LOAD-07",
     "common-version none; c startup; r startup 0; c startup; r startup 31"},
    {PART(LOADING), BROKEN, "RM-LOAD-13", "offers above-v1; c startup; r startup 0"},
    {PART(LOADING), KEPT, "RM-LOAD-13", "offers above-v1; c startup-ex; r startup-ex 0"},
    {PART(LOADING), IDLE, "RM-LOAD-13",
     "offers above-v1; c startup-ex; r startup-ex 0; c startup; r startup 0"},
    {PART(LOADING), KEPT, "RM-STATUS-25", "c startup-ex; r startup-ex 0; reports-through ex"},
    {PART(LOADING), BROKEN, "RM-STATUS-25",
     "c startup-ex; r startup-ex 0; c startup; r startup 0; reports-through ex"},
    {PART(LOADING), IDLE, "RM-LOAD-16", "r startup 31; c startup; r startup 0; c startup"},
    {PART(LOADING), IDLE, "RM-CLOSE-09",
     "c open; r open 1; c close; r close 0; c open; r open 1; c open; r open 0"},
    {PART(LOADING), KEPT, "RM-CLOSE-06",
     "c open; acquires guard; r open 1; c close; r close 0; c open; r open 1; c close; r close 0"},
    {PART(LOADING), BROKEN, "RM-CLOSE-12", "c online; r online 0; delete-notice refused"},
    {PART(LOADING), KEPT, "RM-CLOSE-12",
     "c online; r online 0; c offline; r offline 0; delete-notice refused"},
    {PART(LOADING), KEPT, "RM-CLOSE-12", "s online 0; s failed 0; delete-notice refused"},
    {PART(LOADING), BROKEN, "RM-SHUT-01", "service ends; monitor exits; s online 0; monitor exits"},
    {PART(LOADING), IDLE, "RM-SHUT-01", "service ends; monitor exits; monitor exits"},
    {PART(LOADING), IDLE, "RM-SHUT-02", "dll unloads; c startup; thread runs"},
    {PART(LOADING), KEPT, "RM-STATUS-26", "c offline; r offline 997; status-flags of-offline"},
    {PART(LOADING), BROKEN, "RM-STATUS-26",
     "c offline; r offline 997; s offline 0; status-flags of-offline"},
    {PART(LOADING), BROKEN, "RM-STATUS-26", "c offline; r offline 0; status-flags of-offline"},
    /* controls: contexts are counted; a Cancel is against one operation. */
    {PART(CONTROLS), KEPT, "RM-ACTL-03",
     "begin-says asynchronous; c begin-resource-control; begin-says asynchronous;"
     "end-control called; end-control called"},
    {PART(CONTROLS), IDLE, "RM-ACTL-04",
     "begin-says asynchronous; begin-says asynchronous; end-control called; end-control called;"
     "quiet"},
    {PART(CONTROLS), BROKEN, "RM-ACTL-04",
     "begin-says asynchronous; begin-says asynchronous; end-control called; quiet"},
    {PART(CONTROLS), BROKEN, "RM-ACTL-03",
     "begin-says asynchronous; end-control called; end-control called"},
    {PART(CONTROLS), IDLE, "RM-ACTL-02",
     "begin-says asynchronous; c begin-resource-control; begin-says synchronous; r "
     "begin-resource-control 1;"
     "end-control called"},
    {PART(CONTROLS), BROKEN, "RM-ACTL-02",
     "c begin-resource-control; begin-says synchronous; r begin-resource-control 0; end-control "
     "called"},
    {PART(CONTROLS), IDLE, "RM-ACTL-10",
     "begin-says asynchronous; end-control called; r close 0; c open; r open 1; r close 0"},
    {PART(CONTROLS), IDLE, "RM-ACTL-12",
     "c begin-resource-control; async-code unknown; r begin-resource-control 1; r "
     "begin-resource-control 0"},
    {PART(CONTROLS), IDLE, "RM-ACTL-14", "monitor waits-for-control; c is-alive; quiet"},
    {PART(CONTROLS), BROKEN, "RM-ACTL-14",
     "begin-says asynchronous; monitor waits-for-control; end-control called"},
    {PART(CONTROLS), IDLE, "RM-ACTL-15",
     "c terminate; r terminate 0; c online; begin-says asynchronous; quiet"},
    {PART(CONTROLS), KEPT, "RM-CANCEL-03", "table second-version; c online; c cancel"},
    {PART(CONTROLS), BROKEN, "RM-CANCEL-03",
     "c online; r online 997; s online 0; c cancel; r cancel 5; c cancel"},
    {PART(CONTROLS), BROKEN, "RM-CANCEL-03",
     "c online; r online 997; c terminate; r terminate 0; c cancel; r cancel 5; c cancel"},
    {PART(CONTROLS), BROKEN, "RM-CANCEL-04", "c online; r online 997; c cancel; r cancel 0; quiet"},
    {PART(CONTROLS), IDLE, "RM-CANCEL-04",
     "c online; r online 997; c cancel; r cancel 0; c terminate; r terminate 0; quiet"},
    {PART(CONTROLS), IDLE, "RM-CANCEL-04",
     "c online; r online 997; s online 0; c cancel; r cancel 0; quiet"},
    {PART(CONTROLS), BROKEN, "RM-CANCEL-05",
     "c online; r online 997; c cancel; r cancel 5; s failed 0"},
    {PART(CONTROLS), IDLE, "RM-CANCEL-05",
     "c online; r online 997; c cancel; r cancel 5; s online 0; c online; r online 997; s failed "
     "0"},
    {PART(CONTROLS), BROKEN, "RM-CANCEL-06",
     "c online; r online 997; s online 0; c cancel; rollback begun"},
    {PART(CONTROLS), IDLE, "RM-CANCEL-06",
     "c online; r online 997; s online 0; c cancel; r cancel 5; c offline; r offline 997;"
     "c cancel; rollback begun"},
    {PART(CONTROLS), KEPT, "RM-CANCEL-07",
     "operation-context freed; c online; r online 997; operation-context used"},
    {PART(CONTROLS), BROKEN, "RM-CANCEL-08",
     "c offline; r offline 997; operation past-return; s offline 0; c offline; r offline 997;"
     "c cancel; r cancel 0; s offline 0"},
    {PART(CONTROLS), IDLE, "RM-CANCEL-08",
     "c offline; r offline 997; c cancel; r cancel 0; s online 0; c offline; r offline 997;"
     "s offline 0"},
    {PART(CONTROLS), BROKEN, "RM-LOCK-01",
     "locked-mode set; ignore-status told; c offline; c offline"},
    {PART(CONTROLS), IDLE, "RM-LOCK-02",
     "locked-mode set; locked-mode cleared; r close 0; r close 0"},
    {PART(CONTROLS), BROKEN, "RM-OFFLINE-18",
     "offline queueable; offline-refusal busy; c terminate"},
    {PART(CONTROLS), IDLE, "RM-OFFLINE-18", "offline-refusal busy; c terminate"},
    {PART(CONTROLS), IDLE, "RM-OFFLINE-18",
     "offline queueable; offline-refusal busy; c is-alive; r is-alive 0; c terminate"},
    {PART(CONTROLS), IDLE, "RM-OFFLINE-18",
     "offline queueable; offline-refusal busy; c offline; r offline 31; c terminate"},
    {PART(CONTROLS), IDLE, "RM-ONLINE-21",
     "online-v2 gives-handle; c offline; r offline 0; c online; r online 0; c looks-alive"},
    {PART(CONTROLS), IDLE, "RM-CTL-12",
     "phase2 announced; service ends; phase2 announced;"
     "c open"},
    {PART(CONTROLS), KEPT, "RM-CTL-12", "phase2 announced; service ends; phase2 announced"},
    {PART(CONTROLS), BROKEN, "RM-CTL-07",
     "c resource-control; r resource-control 5024; properties new"},
    {PART(CONTROLS), IDLE, "RM-CTL-07",
     "c resource-control; r resource-control 5024; r close 0; properties new"},
    {PART(CONTROLS), BROKEN, "RM-CTL-13", "c online; r online 0; delete-code sent"},
    {PART(CONTROLS), KEPT, "RM-CTL-13",
     "c online; r online 0; c terminate; r terminate 0; delete-code sent"},
    /* policy: a failure ends with the next Online, with Close, with the process. */
    {PART(POLICY), IDLE, "RM-FAIL-02",
     "restart-action none; restart-action notify; r is-alive 0; c online"},
    {PART(POLICY), IDLE, "RM-FAIL-02",
     "restart-action none; r is-alive 0; c close; c open; c online"},
    {PART(POLICY), KEPT, "RM-FAIL-03", "r is-alive 0; threshold reached; group moves; c online"},
    {PART(POLICY), IDLE, "RM-FAIL-03", "r is-alive 0; threshold reached; retry due; c online"},
    {PART(POLICY), BROKEN, "RM-FAIL-03", "r is-alive 0; threshold reached; c online"},
    {PART(POLICY), BROKEN, "RM-FAIL-05", "r online 31; retry switched-off; c online"},
    {PART(POLICY), IDLE, "RM-FAIL-05",
     "r online 31; retry switched-off; restart decided; c online"},
    {PART(POLICY), IDLE, "RM-FAIL-05", "retry switched-off; c online"},
    {PART(POLICY), IDLE, "RM-FAIL-09", "embedded-failure signalled; r is-alive 0; c terminate"},
    {PART(POLICY), BROKEN, "RM-FAIL-09", "embedded-failure signalled; c terminate"},
    {PART(POLICY), IDLE, "RM-FAIL-10",
     "s cannot-come-online-on-this-node 0; group moves; c online"},
    {PART(POLICY), BROKEN, "RM-FAIL-10", "s cannot-come-online-on-this-node 0; c online"},
    {PART(POLICY), IDLE, "RM-FAIL-11",
     "r is-alive 0; c terminate; r terminate 0; c close; c terminate"},
    {PART(POLICY), KEPT, "RM-FAIL-11", "c online; r online 5; c terminate"},
    {PART(POLICY), KEPT, "RM-TERM-14", "c online; r online 5; c terminate"},
    {PART(POLICY), KEPT, "RM-TERM-14", "c offline; r offline 31; c terminate"},
    {PART(POLICY), KEPT, "RM-TERM-14", "s failed 0; c terminate"},
    {PART(POLICY), BROKEN, "RM-TERM-14", "c online; r online 997; c terminate"},
    {PART(POLICY), BROKEN, "RM-DEAD-01", "call hangs; quiet"},
    {PART(POLICY), IDLE, "RM-DEAD-01", "call hangs; process killed; quiet"},
    {PART(POLICY), BROKEN, "RM-DEAD-07", "process does-not-end; quiet"},
    {PART(POLICY), IDLE, "RM-DEAD-07", "process does-not-end; node goes-down; quiet"},
    {PART(POLICY), BROKEN, "RM-DEAD-05",
     "leftovers of-killed-process; leftovers taken-down; r open 1; leftovers of-killed-process;"
     "r open 1"},
    {PART(POLICY), IDLE, "RM-DEAD-05", "leftovers of-killed-process; r open 1; r open 1"},
    {PART(POLICY), IDLE, "RM-DEAD-10", "worker silent; s online-pending 0; process killed"},
    {PART(POLICY), IDLE, "RM-DEAD-10", "worker silent; call hangs; process killed"},
    {PART(POLICY), IDLE, "RM-TERM-09", "terminate slow; call hangs; process killed"},
    {PART(POLICY), KEPT, "RM-TERM-15",
     "c online; cause forced; c terminate; r terminate 0; c online; r online 31; c terminate;"
     "r terminate 0; state failed"},
    {PART(POLICY), IDLE, "RM-OFFLINE-19",
     "c online; cause forced; c terminate; r terminate 0; c online; r online 31; c terminate;"
     "r terminate 0; state failed"},
    {PART(POLICY), IDLE, "RM-ONLINE-09",
     "c online; r online 997; cause forced; c terminate; r terminate 0; state offline"},
    {PART(POLICY), IDLE, "RM-OFFLINE-06", "c offline; r offline 997; s online 0; state online"},
    {PART(POLICY), IDLE, "RM-OFFLINE-09", "c offline; r offline 0; service ends; c terminate"},
    {PART(POLICY), BROKEN, "RM-FAIL-11",
     "s failed 0; c is-alive; c terminate; r terminate 0; r is-alive 0; c terminate"},
    {PART(POLICY), IDLE, "RM-FAIL-02",
     "restart-action none; c online; cause forced; c terminate; r online 995; r terminate 0;"
     "c online"},
    /* inside: locks by who holds them, workers one after the other. */
    {PART(INSIDE), IDLE, "RM-CONC-03",
     "other-instance entered; other-instance returns-well; other-instance corrupts"},
    {PART(INSIDE), KEPT, "RM-CONC-11",
     "c is-alive; lock taken; worker:lock taken; lock released; r is-alive 1"},
    {PART(INSIDE), BROKEN, "RM-CONC-11",
     "c is-alive; lock taken; lock taken; lock released; r is-alive 1"},
    {PART(INSIDE), BROKEN, "RM-CONC-11", "c online; lock taken; r online 0"},
    {PART(INSIDE), KEPT, "RM-CONC-07", "c online; lock taken; s online-pending 0"},
    {PART(INSIDE), BROKEN, "RM-CONC-07", "c online; worker:lock taken; s online-pending 0"},
    {PART(INSIDE), BROKEN, "RM-CONC-08", "s online-pending 0; s online 0; report answered; quiet"},
    {PART(INSIDE), IDLE, "RM-CONC-08",
     "s online-pending 0; s online 0; report answered; report answered; quiet"},
    {PART(INSIDE), IDLE, "RM-WORK-04",
     "spawn; second-wait returns; exit; spawn; worker-data freed"},
    {PART(INSIDE), IDLE, "RM-WORK-06", "flag set; spawn; quiet"},
    {PART(INSIDE), BROKEN, "RM-WORK-09",
     "wait times-out; wait-result looked-at; wait times-out; worker-data freed"},
    {PART(INSIDE), IDLE, "RM-WORK-09", "spawn; wait times-out; exit; worker-data freed"},
    {PART(INSIDE), BROKEN, "RM-TERM-01", "c online; c terminate; crash in-entry-point"},
    {PART(INSIDE), IDLE, "RM-TERM-01", "c online; r online 0; c terminate; crash in-entry-point"},
    {PART(INSIDE), BROKEN, "RM-TERM-10",
     "c terminate; r terminate 0; c terminate; handle closed-twice"},
    {PART(INSIDE), BROKEN, "RM-TERM-13", "c close; r close 0; c open; instance-data freed"},
    {PART(INSIDE), IDLE, "RM-ONLINE-17",
     "c terminate; r terminate 0; c online; r online 0; c online; r online 31"},
    {PART(INSIDE), BROKEN, "RM-ONLINE-24",
     "c online; the-thing started; r online 5; c terminate; r terminate 0"},
    {PART(INSIDE), IDLE, "RM-OFFLINE-15", "lease kept; r offline 0; c online; r online 997"},
    {PART(INSIDE), IDLE, "RM-OFFLINE-15",
     "lease kept; r offline 0; c online; r online 31; c online; r online 31"},
    {PART(INSIDE), IDLE, "RM-STATUS-22", "c online; s online 0; exit; operation-data touched"},
    {PART(INSIDE), KEPT, "RM-STATUS-23",
     "c online; s online 0; exit; c is-alive; own-state updated"},
    /* disk: what a handle, a lock and a mount have ends with them. */
    {PART(DISK), IDLE, "VOL-OFFLINE-15", "!offline 0 5; removal given-up; removal goes-on"},
    {PART(DISK), BROKEN, "VOL-OFFLINE-15", "!offline 0 5; removal goes-on"},
    {PART(DISK), IDLE, "VOL-OFFLINE-15", "!offline 0 5; !offline 0 0; removal goes-on"},
    {PART(DISK), BROKEN, "VOL-OFFLINE-18", "!lock 0 0; !dismount 0 0; !openf 0 0"},
    {PART(DISK), BROKEN, "VOL-OFFLINE-18", "!lock 0 0; !dismount 0 0; app:!close 0 0; !openf 0 0"},
    {PART(DISK), IDLE, "VOL-OFFLINE-18",
     "!lock 0 0; !dismount 0 0; !close 0 0 +unlock; !openf 0 0"},
    {PART(DISK), IDLE, "VOL-OFFLINE-18", "!dismount 0 0; !openf 0 0"},
    {PART(DISK), IDLE, "VOL-IO-03", "!lock 0 0; !close 0 0 +unlock; direct-write refused"},
    {PART(DISK), BROKEN, "VOL-OFFLINE-19", "!dismount 0 0; removal complete"},
    {PART(DISK), IDLE, "VOL-OFFLINE-19", "!lock 0 0; !dismount 0 0; removal complete"},
    {PART(DISK), BROKEN, "VOL-OFFLINE-19",
     "!dismount 0 0; second-dismount done; removal complete; !dismount 0 0; removal complete"},
    {PART(DISK), BROKEN, "VOL-DATA-03", "!flush 0 0; !write 0 0; graceful-path complete"},
    {PART(DISK), IDLE, "VOL-DATA-04", "!flush 0 0; !write 0 0; cache dirty"},
    {PART(DISK), IDLE, "VOL-DATA-09",
     "ownership lost; old-instance discarded; old-instance used-again"},
    {PART(DISK), BROKEN, "VOL-QUERY-04", "!openv 0 0 +mount; !ismounted 0 21"},
    {PART(DISK), IDLE, "VOL-QUERY-04", "!openv 0 0 +mount; !dismount 0 0; !ismounted 0 21"},
    {PART(DISK), IDLE, "VOL-QUERY-07", "removal begins; removal complete; !openv 0 0"},
    {PART(DISK), IDLE, "VOL-IO-08", "past-end extended; !close 0 0; other-open-past-end passes"},
    {PART(DISK), BROKEN, "VOL-ONLINE-08", "!openv 0 0 +raw; file-open relied-on"},
    {PART(DISK), KEPT, "VOL-ONLINE-08", "!openv 0 0 +raw; !close 0 0 +detach; file-open relied-on"},
    {PART(DISK), IDLE, "VOL-OFFLINE-07", "!offline 1 0; !read 0 0"},
    {PART(DISK), BROKEN, "VOL-OFFLINE-07", "!offline 1 0; !read 1 0"},
    {PART(DISK), KEPT, "VOL-ONLINE-09", "ownership gained; !offline 1 0; !online 1 0"},
    {PART(DISK), BROKEN, "VOL-ONLINE-10", "maintenance wanted 1; !offline 1 0; quiet"},
    {PART(DISK), IDLE, "VOL-ONLINE-10", "maintenance wanted 1; !offline 0 0; quiet"},
    {PART(DISK), KEPT, "VOL-IO-01", "!openv 0 0 +mount; app:!lock 1 0; direct-write refused"},
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
