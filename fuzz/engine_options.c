/* engine_options.c - see engine_options.h. */
#include "engine_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cr__engine_give_up(cr_exit status, const char *text) {
  fprintf(stderr, "clusrace: %s\n", text);
  _Exit((int)status);
}

void cr__engine_options_init(cr__engine_options *o) {
  memset(o, 0, sizeof *o);
  o->engine = "libfuzzer";
  o->feedback = CR_FEEDBACK_ALL;
  o->subject.kind = CR_SUBJECT_REFERENCE;
}

static void take_scenario(cr__engine_options *o, const char *path) {
  cr_errinfo info;
  cr_buf text = {0};
  if (cr_file_read(path, 65536, &text, &info) != CR_OK ||
      cr_scenario_parse(text.data, text.len, path, 1, &o->scenario, &info) != CR_OK)
    cr__engine_give_up(CR_EXIT_INPUT, info.text);
  cr_buf_free(&text);
}

static void take_feedback(cr__engine_options *o, const char *kind) {
  static const struct {
    const char *name;
    unsigned kinds;
  } rows[] = {{"none", CR_FEEDBACK_NOTHING},
              {"states", CR_FEEDBACK_OF_STATES},
              {"pairs", CR_FEEDBACK_OF_PAIRS},
              {"races", CR_FEEDBACK_OF_RACES},
              {"states+races", CR_FEEDBACK_OF_STATES | CR_FEEDBACK_OF_RACES},
              {"all", CR_FEEDBACK_ALL}};
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++)
    if (strcmp(rows[i].name, kind) == 0) {
      o->feedback = rows[i].kinds;
      return;
    }
  cr__engine_give_up(CR_EXIT_USAGE,
                     "--feedback is none, states, pairs, races, states+races or all");
}

/* Options with a value that has to be looked up; false: it is none of them. */
static bool take_looked_up(cr__engine_options *o, const char *name, const char *value) {
  if (strcmp(name, "scenario") == 0) {
    take_scenario(o, value);
  } else if (strcmp(name, "mutant") == 0) {
    o->subject.kind = CR_SUBJECT_MUTANT;
    o->subject.mutant = cr_mutant_by_name(value);
    if (o->subject.mutant == CR_MUTANT_NONE)
      cr__engine_give_up(CR_EXIT_INPUT, "there is no such mutant; see `clusrace mutants`");
  } else if (strcmp(name, "only") == 0) {
    cr_clause clause = cr_clause_by_id(value);
    if (clause == CR_CLAUSE_COUNT) cr__engine_give_up(CR_EXIT_INPUT, "there is no such clause");
    cr_clauses_add(&o->judge.only, clause);
  } else if (strcmp(name, "feedback") == 0) {
    take_feedback(o, value);
  } else if (strcmp(name, "mutator") == 0) {
    static const char *const names[] = {"both", "engine", "interleavings"};
    while (o->mutator < CR_ARRAY_LEN(names) && strcmp(names[o->mutator], value) != 0) o->mutator++;
    if (o->mutator == CR_ARRAY_LEN(names))
      cr__engine_give_up(CR_EXIT_USAGE, "--mutator is both, engine or interleavings");
  } else {
    return false;
  }
  return true;
}

void cr__engine_option(cr__engine_options *o, const char *word) {
  const struct {
    const char *name;
    const char **text; /* or a switch: */
    bool *on;
  } rows[] = {{"store", &o->store, NULL},
              {"engine", &o->engine, NULL},
              {"summary", &o->summary, NULL},
              {"dll", &o->dll, NULL},
              {"host", &o->host, NULL},
              {"type", &o->type, NULL},
              {"properties", &o->properties, NULL},
              {"folder", &o->folder, NULL},
              {"strict", NULL, &o->judge.strict},
              {"stop", NULL, &o->stop},
              {"heap-guard", NULL, &o->heap_guard},
              {"fibres", NULL, &o->fibres}};
  char name[32];
  const char *equals = strchr(word, '='), *value = equals == NULL ? "" : equals + 1;
  size_t n = equals == NULL ? strlen(word + 2) : (size_t)(equals - word - 2);
  snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : sizeof name - 1), word + 2);
  if (take_looked_up(o, name, value)) return;
  for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++) {
    if (strcmp(rows[i].name, name) != 0 || (rows[i].text != NULL) != (equals != NULL)) continue;
    if (rows[i].text != NULL)
      *rows[i].text = value;
    else if (rows[i].on != NULL)
      *rows[i].on = true;
    return;
  }
  cr__engine_give_up(CR_EXIT_USAGE, "unknown option of the fuzzing program");
}

void cr__engine_options_done(const cr__engine_options *o) {
  if (o->scenario.name[0] == '\0') cr__engine_give_up(CR_EXIT_USAGE, "--scenario=FILE is needed");
  if ((o->dll == NULL) != (o->host == NULL))
    cr__engine_give_up(CR_EXIT_USAGE, "--dll and --host belong together");
  if (o->dll != NULL && o->subject.kind == CR_SUBJECT_MUTANT)
    cr__engine_give_up(CR_EXIT_USAGE, "--mutant is for the models, not for a DLL");
}
