/* scenario.h - what bounds a model: which resources, volumes and applications there are, what they
 * may do, and how often.
 *
 * A scenario is a small text file (model/scenarios/, docs/scenario-format.md), loaded at run time.
 * The parsed form is plain data of fixed size.
 */
#ifndef CLUSRACE_SCENARIO_H
#define CLUSRACE_SCENARIO_H

#include "clusrace/parts.h"
#include "clusrace/volume.h"

enum {
  CR_RESOURCES_MAX = 4,
  CR_APPS_MAX = 4,
  CR_WORKERS_MAX = 2, /* live workers per resource that the model follows */
  CR_NAME_MAX = 48,
  CR_BUDGET_MAX = 14, /* largest value of a budget: four bits of the packed world */
  CR_BUDGET_FOREVER = 15
};

/* How often something may happen in one run; X(ID, name, default, meaning). */
#define CR_BUDGETS(X)                                                                 \
  X(ONLINE, "online", 2, "calls of Online")                                           \
  X(OFFLINE, "offline", 1, "calls of Offline")                                        \
  X(TERMINATE, "terminate", 1, "calls of Terminate that no failure obliges to")       \
  X(POLL, "poll", 1, "calls of LooksAlive and IsAlive that no failure obliges to")    \
  X(EXPIRE, "expire", 1, "expiries of the pending timer")                             \
  X(FAULT, "fault", 1, "failures: entry points that fail, device controls that fail") \
  X(PROGRESS, "progress", 1, "progress reports of one operation beyond the first")    \
  X(APP, "app", 2, "opens by one application")

typedef enum cr_budget {
#define CR_BUDGET_ID(ID, name, initial, meaning) CR_BUDGET_##ID,
  CR_BUDGETS(CR_BUDGET_ID)
#undef CR_BUDGET_ID
      CR_BUDGET_COUNT
} cr_budget;

/* Switches; X(ID, name, meaning). */
#define CR_OPTIONS(X)                                                                          \
  X(SYNC, "sync", "Online and Offline may also finish inside the entry point")                 \
  X(PENDING, "pending", "Online and Offline may answer ERROR_IO_PENDING")                      \
  X(OPEN_FAILS, "open-fails", "Open may fail")                                                 \
  X(CLOSE_ANY, "close-any", "Close may also come while online or pending (shutdown)")          \
  X(APP_FILE, "app-file", "applications open files")                                           \
  X(APP_VOLUME, "app-volume", "applications open the volume itself")                           \
  X(APP_WRITE, "app-write", "applications write through their files")                          \
  X(APP_ADMIN, "app-admin", "applications lock, unlock, dismount, offline and online volumes") \
  X(QUIET, "quiet", "when nothing can happen any more, duties that are still owed are judged") \
  X(LIVE, "live", "nothing that is owed may be owed for ever (liveness under weak fairness)")  \
  X(CONTROL, "control", "a real DLL gets one control code of the catalogue at any moment")     \
  X(CONTROL_FEW, "control-few", "likewise, but only codes that read or write properties")      \
  X(CANCEL, "cancel", "a real DLL gets one Cancel while an operation is pending")              \
  X(ARBITRATE, "arbitrate", "a real DLL arbitrates before Online and releases afterwards")

typedef enum cr_option {
#define CR_OPTION_ID(ID, name, meaning) CR_OPTION_##ID,
  CR_OPTIONS(CR_OPTION_ID)
#undef CR_OPTION_ID
      CR_OPTION_COUNT
} cr_option;

/* Settings of parts (params.def). */
typedef enum cr_param {
#define PARAM(PART, ID, name, initial, max, meaning) CR_PARAM_##ID,
#include "clusrace/params.def"
#undef PARAM
  CR_PARAM_COUNT
} cr_param;

enum { CR_CODES_MAX = 8 }; /* control codes that a scenario names, and that one run has */

typedef struct cr_scenario_resource {
  char name[CR_NAME_MAX];
  char type[CR_NAME_MAX]; /* resource type name given to Startup */
  uint8_t volume;         /* index of the volume it manages, or CR_NO_VOLUME */
  uint8_t needs;          /* 1 + index of the resource that it depends on, or 0 */
} cr_scenario_resource;

#define CR_NO_VOLUME 0xFFu

typedef struct cr_scenario_volume {
  char name[CR_NAME_MAX];
  char letter;    /* 'A'..'Z' */
  uint8_t off;    /* initially offline */
  uint8_t detach; /* cr_detach */
} cr_scenario_volume;

typedef struct cr_scenario_app {
  char name[CR_NAME_MAX];
  uint8_t volume;
} cr_scenario_app;

typedef struct cr_scenario {
  char name[CR_NAME_MAX];
  char about[256]; /* one sentence on what it is for */
  uint8_t resources_count, volumes_count, apps_count;
  cr_scenario_resource resource[CR_RESOURCES_MAX];
  cr_scenario_volume volume[CR_VOLUMES_MAX];
  cr_scenario_app app[CR_APPS_MAX];
  uint8_t budget[CR_BUDGET_COUNT];
  bool option[CR_OPTION_COUNT];
  bool part[CR_PART_COUNT];
  uint8_t param[CR_PARAM_COUNT + 1];
  uint8_t codes_most; /* `codes`: how many of them a real DLL gets in one run, 0 = no such line */
  uint8_t codes_count;
  uint8_t code[CR_CODES_MAX]; /* rows of control_codes.h */
  uint64_t digest;            /* of the canonical text without the `about` line */
} cr_scenario;

/* Parses the text of a scenario file. file names it in messages ("FILE:LINE: reason; remedy").
 * first_line is the number of the text's first line (1 for a file of its own). Fails with
 * CR_ERR_INPUT; scenario is then unspecified. */
CR_WARN_UNUSED cr_err cr_scenario_parse(const char *text, size_t n, const char *file,
                                        unsigned first_line, cr_scenario *scenario,
                                        cr_errinfo *info);
/* Appends the canonical text (fixed order, defaults included, each line prefixed by indent). */
void cr_scenario_write(const cr_scenario *scenario, const char *indent, cr_buf *out);

/* Does a real DLL get control codes? */
bool cr_scenario_has_codes(const cr_scenario *scenario);

/* Names, for settings, options and budgets. Static storage. */
const char *cr_param_name(cr_param param);
const char *cr_param_meaning(cr_param param);
unsigned cr_param_initial(cr_param param);
unsigned cr_param_max(cr_param param);
const char *cr_budget_name(cr_budget budget);
const char *cr_budget_meaning(cr_budget budget);
const char *cr_option_name(cr_option option);
const char *cr_option_meaning(cr_option option);

#endif
