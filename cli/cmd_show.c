/* cmd_show.c - `clusrace show`: one interleaving for people, in a terminal. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "clusrace/corpus.h"
#include "clusrace/report.h"

static const cli_flag flags[] = {
    {"store", "FILE", "look for the id in this database (default clusrace-out/clusrace.db)"},
    {"in", "DIR", "look in this folder of traces (default clusrace-conform, clusrace-out/traces)"},
    {"text", NULL, "print the trace in its text form, and nothing else"},
    {NULL, NULL, NULL}};

/* ---- where it is ----------------------------------------------------------------------------- */

typedef struct hit {
  cr_buf path, also;
  unsigned count;
} hit;

static bool is_trace(const struct dirent *entry) {
  size_t n = strlen(entry->d_name);
  return n > 6 && strcmp(entry->d_name + n - 6, ".trace") == 0;
}

static bool begins_id(const char *path, const char *wanted) {
  cr_trace trace = {0};
  cr_errinfo info;
  char id[17] = "";
  if (strlen(wanted) < 4 || strlen(wanted) > 16) return false;
  if (cli_load_trace(path, &trace, &info) == CR_OK)
    snprintf(id, sizeof id, "%016llx", (unsigned long long)cr_trace_behaviour_digest(&trace));
  cr_trace_free(&trace);
  return strncmp(id, wanted, strlen(wanted)) == 0;
}

/* Files whose id begins so, or whose name has it. */
static void look_in(const char *folder, const char *wanted, hit *h) {
  struct dirent **entry = NULL;
  int count = scandir(folder, &entry, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    cr_buf path = {0};
    cr_buf_printf(&path, "%s/%s", folder, entry[i]->d_name);
    if (is_trace(entry[i]) &&
        (strstr(entry[i]->d_name, wanted) != NULL || begins_id(path.data, wanted))) {
      if (h->count++ == 0)
        cr_buf_puts(&h->path, path.data);
      else if (h->count == 2)
        cr_buf_puts(&h->also, path.data);
    }
    cr_buf_free(&path);
    free(entry[i]);
  }
  free(entry);
}

static cr_err from_store(const cli_args *args, const char *wanted, cr_trace *trace,
                         cr_errinfo *info) {
  const char *store =
      cli_has(args, "store") ? cli_value(args, "store") : "clusrace-out/clusrace.db";
  cr_corpus *corpus = NULL;
  cr_err err = cr_corpus_open(store, CR_CORPUS_READ, &corpus, info);
  if (err == CR_OK) err = cr_corpus_get(corpus, wanted, trace, info);
  cr_corpus_close(corpus);
  return err;
}

/* A file, what lies in a folder of traces, a row of a store. file: which it was, for the command
 * that replays it; empty for a store. */
static cr_err find(const cli_args *args, const char *wanted, cr_trace *trace, cr_buf *file,
                   cr_errinfo *info) {
  static const char *const usual[] = {"clusrace-conform", "clusrace-out/traces"};
  hit h = {.count = 0};
  cr_err err = CR_OK;
  if (access(wanted, F_OK) == 0) {
    cr_buf_puts(file, wanted);
    return cli_load_trace(wanted, trace, info);
  }
  if (cli_has(args, "in")) {
    look_in(cli_value(args, "in"), wanted, &h);
  } else if (!cli_has(args, "store")) {
    for (size_t i = 0; i < CR_ARRAY_LEN(usual); i++) look_in(usual[i], wanted, &h);
  }
  if (h.count > 1) {
    err = cr_fail(info, CR_ERR_INPUT, "\"%s\" may be %s or %s%s; say more of it", wanted,
                  h.path.data, h.also.data, h.count > 2 ? " or others" : "");
  } else if (h.count == 1) {
    cr_buf_puts(file, h.path.data);
    err = cli_load_trace(h.path.data, trace, info);
  } else if (cli_has(args, "store") ||
             (!cli_has(args, "in") && access("clusrace-out/clusrace.db", F_OK) == 0)) {
    err = from_store(args, wanted, trace, info);
  } else {
    err = cr_fail(
        info, CR_ERR_INPUT,
        "%s: no file, and no trace of that id or name in %s; see --store and --in", wanted,
        cli_has(args, "in") ? cli_value(args, "in") : "clusrace-conform or clusrace-out/traces");
  }
  cr_buf_free(&h.path);
  cr_buf_free(&h.also);
  return err;
}

/* ---- what is said of it ---------------------------------------------------------------------- */

static void wrapped(const char *text, unsigned width, cr_buf *out) {
  unsigned used = 0;
  while (*text != '\0') {
    size_t n = strcspn(text, " ");
    if (used > 0 && used + 1 + n > width) {
      cr_buf_putc(out, '\n');
      used = 0;
    } else if (used > 0) {
      cr_buf_putc(out, ' ');
      used++;
    }
    cr_buf_add(out, text, n);
    used += (unsigned)n;
    text += n;
    while (*text == ' ') text++;
  }
  cr_buf_putc(out, '\n');
}

static void say_clause(const cr_trace *trace, unsigned width, bool colours, cr_buf *out) {
  if (trace->verdict.kind != CR_VERDICT_VIOLATES) return;
  const cr_clause_row *row = cr_clause_row_of(trace->verdict.clause);
  cr_buf text = {0};
  cr_buf_printf(out, "%s%s%s  %s, %s, source: %s\n", colours ? "\033[1m" : "", row->id,
                colours ? "\033[0m" : "", cr_clause_kind_name(row->kind),
                cr_confidence_name(row->confidence), row->source);
  cr_buf_puts(&text, row->text);
  wrapped(text.data, width, out);
  cr_buf_free(&text);
}

static int show(const cli_args *args) {
  cr_errinfo info;
  cr_trace trace = {0};
  cr_buf text = {0}, file = {0}, subject = {0};
  if (args->operands_count != 1) return cli_usage(args, "expected the id or the file of one trace");
  cr_err err = find(args, args->operand[0], &trace, &file, &info);
  if (err == CR_OK && cli_has(args, "text")) {
    cr_trace_write(&trace, &text);
  } else if (err == CR_OK) {
    unsigned width = cli_terminal_width();
    say_clause(&trace, width, cli_colours(), &text);
    cr_subject_write(&trace.subject, &subject);
    cr_buf_printf(&text, "%s, scenario %s, %zu steps, id %016llx\n\n", subject.data,
                  trace.scenario.name, trace.steps_count,
                  (unsigned long long)cr_trace_behaviour_digest(&trace));
    cr_report_chart(&trace, width, cli_colours(), &text);
    if (file.len != 0) {
      cr_buf_puts(&text, "replay: ");
      cli_self(&text);
      cr_buf_puts(&text, " replay ");
      cli_path_for_shell(file.data, &text);
      cr_buf_putc(&text, '\n');
    }
  }
  if (err == CR_OK) err = cli_write(NULL, &text, &info);
  cr_trace_free(&trace);
  cr_buf_free(&text);
  cr_buf_free(&file);
  cr_buf_free(&subject);
  return err == CR_OK ? CR_EXIT_OK : cli_error(err, &info);
}

const cli_command cli_command_show = {
    .name = "show",
    .summary = "one interleaving in a terminal: the clause, the sequence chart, how to replay it",
    .usage = "clusrace show ID|FILE [--store FILE] [--in DIR] [--text]",
    .flags = flags,
    .examples =
        "  clusrace show clusrace-conform/mydisk-RM-TERM-04.trace\n"
        "  clusrace show RM-TERM-04            of the traces in clusrace-conform\n"
        "  clusrace show 3f2a --store clusrace-out/clusrace.db\n",
    .run = show};
