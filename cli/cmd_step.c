/* cmd_step.c - `clusrace step`: a walk through a scenario by hand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "step.h"

static const cli_flag flags[] = {
    {"scenario", "NAME", "scenario by name or file (default " CLI_DEFAULT_SCENARIO ")"},
    {"mutant", "NAME", "walk through the models with this deviation instead of the reference"},
    {"trace", "FILE", "walk along this trace: its scenario, its subject, and its steps with n"},
    {"strict", NULL, "warnings count as violations"},
    {"only-doc", NULL, "judge only clauses that a document states"},
    {"only", "CLAUSE", "judge only this clause (may be repeated); doc: the same as --only-doc"},
    {"seed", "N", "where the choices of random begin (default 1)"},
    {NULL, NULL, NULL}};

typedef struct session {
  cli_walk walk;
  bool terminal; /* somebody types */
  bool over;
  unsigned width;
  size_t line; /* of the input */
  int status;  /* the worst so far: 0, CR_EXIT_USAGE, CR_EXIT_ENVIRONMENT */
} session;

/* ---- output ---------------------------------------------------------------------------------- */

/* Words behind a heading, in as many lines as it takes. */
static void print_words(const session *s, const char *heading, const char *words) {
  const char *colour = s->terminal && cli_colours() ? "\033[2m" : "";
  (void)printf("   %s%-10s%s", colour, heading, *colour ? "\033[0m" : "");
  unsigned column = 13; /* what is not seen takes no room */
  for (const char *p = words == NULL ? "" : words; *p != '\0';) {
    unsigned n = (unsigned)strcspn(p, " ");
    if (column > 13 && column + 1 + n > s->width) {
      printf("\n%13s", "");
      column = 13;
    }
    column += (unsigned)printf("%s%.*s", column > 13 ? " " : "", (int)n, p);
    p += n + (p[n] == ' ');
  }
  putchar('\n');
}

static void print_clauses(const session *s, const char *heading, const cr_clauses *set) {
  cr_buf ids = {0};
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(set, (cr_clause)i))
      cr_buf_printf(&ids, "%s%s", ids.len == 0 ? "" : " ", cr_clause_row_of((cr_clause)i)->id);
  if (ids.len > 0) print_words(s, heading, ids.data);
  cr_buf_free(&ids);
}

/* The step that led here: its event, the clauses, what changed. */
static void print_step(const session *s) {
  const cli_walk *walk = &s->walk;
  const cli_step *step = cli_walk_last(walk);
  cr_buf event = {0}, changed = {0};
  if (step == NULL) {
    puts("at the start");
    return;
  }
  cr_trace_write_event(cr_model_scenario(walk->model), &step->event, &event);
  cr_world_describe(walk->model, &step->world, cli_walk_before(walk), &changed);
  printf("step %zu  %s\n", walk->at, event.data);
  print_clauses(s, "exercised", &step->judgement.exercised);
  print_clauses(s, "violated", &step->judgement.violated);
  for (unsigned i = 0; i < CR_CLAUSE_COUNT; i++)
    if (cr_clauses_has(&step->judgement.violated, (cr_clause)i))
      print_words(s, "", cr_clause_row_of((cr_clause)i)->text);
  print_words(s, "changed", changed.len == 0 ? "nothing" : changed.data);
  cr_buf_free(&event);
  cr_buf_free(&changed);
}

/* What may be done here. */
static void print_actions(const session *s) {
  const cli_walk *walk = &s->walk;
  const cli_step *last = cli_walk_last(walk);
  for (unsigned i = 0; i < walk->enabled.count; i++) {
    cr_buf text = {0};
    cr_action_write(walk->model, walk->enabled.list[i], &text);
    printf("%5u  %s\n", i + 1, text.data);
    cr_buf_free(&text);
  }
  if (walk->enabled.count > 0) return;
  if (last != NULL && last->ended != CR_CLAUSE_COUNT)
    printf("       the walk ends here: %s is violated\n", cr_clause_row_of(last->ended)->id);
  else if (cr_world_final(walk->model, cli_walk_world(walk)))
    puts("       at rest: nothing is left to do");
  else
    puts("       deadlock: nothing can move although something is owed");
}

static void print_here(const session *s) {
  print_step(s);
  print_actions(s);
}

/* ---- commands -------------------------------------------------------------------------------- */

static void complain(session *s, int status, const char *format, ...) CR_PRINTF(3, 4);
static void complain(session *s, int status, const char *format, ...) {
  char text[400];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  fflush(stdout);
  if (s->terminal) {
    fprintf(stderr, "%s\n", text); /* and try again */
    return;
  }
  fprintf(stderr, "clusrace: standard input:%zu: %s\n", s->line, text);
  if (status > s->status) s->status = status;
}

/* Number of an argument; initial when there is none. Complains and returns false when it is no
 * number from min to max. */
static bool number_of(session *s, const char *text, size_t initial, size_t min, size_t max,
                      size_t *number) {
  char *end;
  *number = initial;
  if (*text == '\0') return true;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (*text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && value >= min && value <= max) {
    *number = (size_t)value;
    return true;
  }
  complain(s, CR_EXIT_USAGE, "\"%.60s\" is no number from %zu to %zu", text, min, max);
  return false;
}

static void take(session *s, cr_action action) {
  cli_walk_take(&s->walk, action);
  print_here(s);
}

/* To a step by its number; back and forth. */
static void go(session *s, const char *argument) {
  size_t step;
  if (*argument == '\0') {
    complain(s, CR_EXIT_USAGE, "g needs the number of a step, 0 to %zu", s->walk.count);
  } else if (number_of(s, argument, 0, 0, s->walk.count, &step)) {
    cli_walk_goto(&s->walk, step);
    print_here(s);
  }
}

static void undo(session *s, const char *argument) {
  size_t steps;
  if (s->walk.at == 0) {
    complain(s, CR_EXIT_USAGE, "nothing has been done");
  } else if (number_of(s, argument, 1, 1, s->walk.at, &steps)) {
    cli_walk_goto(&s->walk, s->walk.at - steps);
    print_here(s);
  }
}

static void redo(session *s, const char *argument) {
  size_t steps, left = s->walk.count - s->walk.at;
  if (left == 0) {
    complain(s, CR_EXIT_USAGE, "nothing has been undone");
  } else if (number_of(s, argument, 1, 1, left, &steps)) {
    cli_walk_goto(&s->walk, s->walk.at + steps);
    print_here(s);
  }
}

static void state(session *s, const char *argument) {
  cr_buf all = {0};
  (void)argument;
  cr_world_describe(s->walk.model, cli_walk_world(&s->walk), NULL, &all);
  print_words(s, "state", all.len == 0 ? "all zero" : all.data);
  cr_buf_free(&all);
}

static void list_actions(session *s, const char *argument) {
  (void)argument;
  print_actions(s);
}

static void next(session *s, const char *argument) {
  size_t steps;
  if (!number_of(s, argument, 1, 1, CR_TRACE_STEPS_MAX, &steps)) return;
  for (size_t i = 0; i < steps; i++) {
    cr_errinfo info;
    unsigned action = cli_walk_guided(&s->walk, &info);
    if (action == CR_ACTIONS_MAX) {
      complain(s, CR_EXIT_USAGE, "%s", info.text);
      break;
    }
    cli_walk_take(&s->walk, (cr_action)action);
    print_step(s);
  }
  print_actions(s);
}

/* Stops where nothing can be done: that is no mistake, but for the first step. */
static void random_steps(session *s, const char *argument) {
  size_t steps, taken = 0;
  if (!number_of(s, argument, 1, 1, CR_TRACE_STEPS_MAX, &steps)) return;
  for (; taken < steps && s->walk.enabled.count > 0; taken++) {
    cli_walk_take(&s->walk, cli_walk_random(&s->walk));
    print_step(s);
  }
  if (taken == 0) complain(s, CR_EXIT_USAGE, "no action is enabled here; u takes a step back");
  print_actions(s);
}

static void write_trace(session *s, const char *argument) {
  cr_trace trace = {0};
  cr_buf text = {0}, verdict = {0};
  cr_errinfo info;
  if (*argument == '\0') {
    complain(s, CR_EXIT_USAGE, "w needs a file");
    return;
  }
  cli_walk_trace(&s->walk, &trace);
  cr_trace_write(&trace, &text);
  cr_verdict_write(&trace.verdict, &verdict);
  if (cr_file_write(argument, text.data, text.len, &info) != CR_OK)
    complain(s, CR_EXIT_ENVIRONMENT, "%s", info.text);
  else
    printf("wrote %s: %zu steps, %s\n", argument, trace.steps_count, verdict.data);
  cr_trace_free(&trace);
  cr_buf_free(&text);
  cr_buf_free(&verdict);
}

static void quit(session *s, const char *argument) {
  (void)argument;
  s->over = true;
}

static void help(session *s, const char *argument);

static const struct {
  const char *brief, *name, *argument, *meaning;
  void (*run)(session *s, const char *argument);
} commands[] = {
    {"u", "undo", "[N]", "take the last step back, or the last N", undo},
    {"r", "redo", "[N]", "take again what was taken back", redo},
    {"s", "state", "", "every variable that is not zero", state},
    {"l", "list", "", "the actions that are enabled here", list_actions},
    {"g", "goto", "N", "to step N of those taken; 0: the start", go},
    {"n", "next", "[N]", "the next step of --trace, or the next N", next},
    {"random", "random", "[N]", "an action at random, or N (--seed)", random_steps},
    {"w", "write", "FILE", "write the steps taken as a trace, for clusrace replay", write_trace},
    {"q", "quit", "", "end; so does the end of the input", quit},
    {"?", "help", "", "this list", help},
};

static void help(session *s, const char *argument) {
  (void)s;
  (void)argument;
  puts("  a number, or the beginning of an action's text: take that action");
  for (size_t i = 0; i < CR_ARRAY_LEN(commands); i++) {
    char left[32];
    bool same = strcmp(commands[i].brief, commands[i].name) == 0;
    snprintf(left, sizeof left, "%s%s%s %s", commands[i].brief, same ? "" : ", ",
             same ? "" : commands[i].name, commands[i].argument);
    printf("  %-14s %s\n", left, commands[i].meaning);
  }
}

/* An action by its number in the list. */
static void by_number(session *s, const char *text) {
  size_t number;
  if (s->walk.enabled.count == 0)
    complain(s, CR_EXIT_USAGE, "no action is enabled here; u takes a step back");
  else if (number_of(s, text, 0, 1, s->walk.enabled.count, &number))
    take(s, s->walk.enabled.list[number - 1]);
}

/* An action by the beginning of its text. The whole text of one is never ambiguous. */
static void by_text(session *s, const char *text) {
  unsigned found = CR_ACTIONS_MAX, fits = 0;
  for (unsigned i = 0; i < s->walk.enabled.count; i++) {
    cr_buf name = {0};
    cr_action_write(s->walk.model, s->walk.enabled.list[i], &name);
    bool fit = strncmp(name.data, text, strlen(text)) == 0, whole = strcmp(name.data, text) == 0;
    cr_buf_free(&name);
    if (!fit) continue;
    found = s->walk.enabled.list[i];
    fits = whole ? 1 : fits + 1;
    if (whole) break;
  }
  if (fits == 1)
    take(s, (cr_action)found);
  else if (fits == 0)
    complain(s, CR_EXIT_USAGE,
             "\"%.60s\" is neither a command (? lists them) nor an enabled action", text);
  else
    complain(s, CR_EXIT_USAGE, "\"%.60s\" begins %u of the enabled actions; say more of it", text,
             fits);
}

static void obey(session *s, char *line) {
  char *end = line + strlen(line);
  while (end > line && strchr(" \t\r\n", end[-1]) != NULL) *--end = '\0';
  line += strspn(line, " \t");
  if (*line == '\0' || *line == '#') return;
  size_t word = strcspn(line, " \t");
  const char *argument = line + word + strspn(line + word, " \t");
  for (size_t i = 0; i < CR_ARRAY_LEN(commands); i++) {
    const char *names[] = {commands[i].brief, commands[i].name};
    for (size_t n = 0; n < 2; n++)
      if (strlen(names[n]) == word && memcmp(names[n], line, word) == 0) {
        if (commands[i].argument[0] == '\0' && *argument != '\0')
          complain(s, CR_EXIT_USAGE, "%s takes no argument", names[n]);
        else
          commands[i].run(s, argument);
        return;
      }
  }
  if (*line >= '0' && *line <= '9')
    by_number(s, line);
  else
    by_text(s, line);
}

static void converse(session *s) {
  char *line = NULL;
  size_t cap = 0;
  print_here(s);
  while (!s->over) {
    if (s->terminal) {
      printf("%zu> ", s->walk.at);
      fflush(stdout);
    }
    ssize_t n = getline(&line, &cap, stdin);
    if (n < 0) break;
    s->line++;
    if (strlen(line) != (size_t)n)
      complain(s, CR_EXIT_USAGE, "a line must not hold a zero byte");
    else
      obey(s, line);
  }
  if (s->terminal && !s->over) putchar('\n');
  free(line);
}

/* ---- the command ----------------------------------------------------------------------------- */

/* What a trace says of its run; without a DLL at hand the reference stands for one. */
static cr_err along(const cli_args *args, cr_trace *guide, cr_scenario *scenario,
                    cr_subject *subject, cr_judge *judge, cr_errinfo *info) {
  const char *path = cli_value(args, "trace");
  cr_err err = cli_load_trace(path, guide, info);
  if (err != CR_OK) return err;
  *scenario = guide->scenario;
  bool of_model =
      guide->subject.kind == CR_SUBJECT_REFERENCE || guide->subject.kind == CR_SUBJECT_MUTANT;
  if (!cli_has(args, "mutant") && of_model) *subject = guide->subject;
  if (!of_model && !cli_has(args, "mutant"))
    fprintf(stderr, "clusrace: %s: recorded on %s; walking through the reference\n", path,
            guide->subject.name);
  /* As for replay: it may have been found with fewer clauses judged. */
  bool said = cli_has(args, "only") || cli_has(args, "only-doc") || cli_has(args, "strict");
  if (guide->verdict.kind == CR_VERDICT_VIOLATES && !said)
    cr_clauses_add(&judge->only, guide->verdict.clause);
  return CR_OK;
}

static int step(const cli_args *args) {
  cr_errinfo info;
  cr_scenario scenario;
  cr_subject subject;
  cr_judge judge;
  cr_trace guide = {0};
  bool guided = cli_has(args, "trace");
  const char *name = cli_value(args, "scenario");
  if (args->operands_count > 0)
    return cli_usage(args, "\"%s\" is not expected here; commands come from standard input",
                     args->operand[0]);
  if (guided && name != NULL)
    return cli_usage(args, "--scenario: the trace says what its scenario is");
  uint64_t seed = cli_number(args, "seed", 1, 0, UINT64_MAX / 2);
  cr_err err = cli_subject(cli_value(args, "mutant"), &subject, &info);
  if (err == CR_OK) err = cli_judge(args, &judge, &info);
  if (err == CR_OK && guided)
    err = along(args, &guide, &scenario, &subject, &judge, &info);
  else if (err == CR_OK)
    err = cli_load_scenario(name == NULL ? CLI_DEFAULT_SCENARIO : name, &scenario, &info);
  if (err != CR_OK) return cli_error(err, &info);

  cr_model *model = cr_model_new(&scenario, &subject, &judge);
  session s = {.terminal = isatty(STDIN_FILENO) && cli_stdout_is_terminal(),
               .width = cli_terminal_width()};
  cli_walk_init(&s.walk, model, guided ? &guide : NULL, seed);
  converse(&s);
  cli_walk_free(&s.walk);
  cr_model_free(model);
  cr_trace_free(&guide);
  return s.status;
}

const cli_command cli_command_step = {
    .name = "step",
    .summary = "walk through a scenario by hand, with undo",
    .usage = "clusrace step [--scenario NAME] [--mutant NAME] [--trace FILE]",
    .details =
        "Shows what is enabled, takes the action that you name by its number or the beginning of\n"
        "its text, and shows the event, the clauses that it puts to the test or violates, and "
        "what\n"
        "changed. The command ? lists the others: undo, state, random steps, writing a trace.\n"
        "Commands may come through a pipe, one a line (# begins a comment): then there is no\n"
        "prompt, a command that cannot be obeyed is a message with its line, the rest is obeyed\n"
        "all the same, and the status is 1 in the end. A violation does not change the status.\n",
    .flags = flags,
    .repeated = "only",
    .examples =
        "  clusrace step\n"
        "  clusrace step --scenario disk-small --mutant remount-window\n"
        "  clusrace step --trace found.trace\n"
        "  printf 'random 20\\nw some.trace\\n' | clusrace step --seed 7\n",
    .run = step};
