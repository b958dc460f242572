/* cmd_conform.c - `clusrace conform`: what a DLL makes of every clause of the contract. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conforming.h"
#include "picturing.h"

enum { DLL_BYTES_MAX = 256 * 1024 * 1024 };

static const cli_flag flags[] = {
    {"dll", "FILE", "the resource DLL, or a shared object that was built for this machine"},
    {"scenario", "S", "names or files, separated by commas (default: hunt-... or plain-...)"},
    {"suite", "FILE", "replay these guides (clusrace suite --out) in place of those made here"},
    {"schedules", "N", "at most so many of the hunt in each scenario (default 100k)"},
    {"time", "T", "at most so long in all, like 10m; results then depend on the machine"},
    {"seed", "N", "for the schedules that are drawn (default 1)"},
    {"strict", NULL, "warnings count as violations"},
    {"baseline", "FILE", "what is new against an earlier --json or --store; only that counts"},
    {"all", NULL, "show the clauses that held and those not exercised, too"},
    {"json", "FILE", "write JSON there (docs/schemas/conform-1.schema.json); - is standard output"},
    {"ndjson", "FILE",
     "write a line of JSON there for each run and verdict, as they come (docs/json.md)"},
    {"markdown", "FILE", "write a summary for a comment on a change there"},
    {"junit", "FILE", "write JUnit XML there: a case for each clause and scenario"},
    {"sarif", "FILE", "write SARIF 2.1.0 there"},
    {"html", "FILE",
     "write a page there: findings step by step, clauses, coverage (docs/report.md)"},
    {"pictures", "DIR", "write states.svg and pairs.svg there: what of the model was covered"},
    {"date", "TEXT", "say on the page when this was; without it two runs give the same bytes"},
    {"out", "DIR", "where the traces of findings are put (default clusrace-conform)"},
    {"store", "FILE", "take guides from this database, and put guides and runs there"},
    {"properties", "FILE", "private properties of the resources: NAME sz|dword|... VALUE"},
    {"heap-guard", NULL, "the access behind a block of memory, or to a freed one, is a crash"},
    {"type", "NAME", "resource type name given to Startup (default: the scenario's)"},
    {"host", "FILE", "the host program (default: the one that was built with this command)"},
    {NULL, NULL, NULL}};

/* What a page says of a DLL's version; a file that cannot be read has none. */
static void find_version(const cli_conforming *c, cr_buf *out) {
  cr_buf file = {0};
  cr_errinfo ignored;
  if (cr_file_read(c->dll, DLL_BYTES_MAX, &file, &ignored) == CR_OK && file.data != NULL)
    cr_conform_file_version(file.data, file.len, out);
  cr_buf_free(&file);
}

static cr_err write_files(cli_conforming *c, cr_errinfo *info) {
  static const struct {
    const char *flag;
    void (*write)(const cr_conformance *c, cr_buf *out);
  } files[] = {{"json", cr_conform_json},
               {"markdown", cr_conform_markdown},
               {"junit", cr_conform_junit},
               {"sarif", cr_conform_sarif},
               {"html", cr_conform_html}};
  cr_err err = CR_OK, drawn = CR_OK;
  cr_errinfo ignored;
  cr_buf text = {0}, command = {0}, version = {0}, coverage = {0};
  cli_pictures pictures = {.count = 0};
  cr_covered covered = {.ways = 0};
  /* A campaign may have taken hours: what can be written is, whatever is wrong with the rest. */
  if (c->covering != NULL && (cli_has(c->args, "pictures") || cli_has(c->args, "html")))
    drawn = cli_pictures_make(c->covering, cli_has(c->args, "pictures"), &pictures, info);
  if (drawn == CR_OK && cli_has(c->args, "pictures"))
    drawn = cli_pictures_write(&pictures, cli_value(c->args, "pictures"), info);
  c->result.pictures = pictures.picture;
  c->result.pictures_count = pictures.count;
  cli_command_line(c->args, &command);
  c->result.command = command.data;
  if (c->covering != NULL) cr_covering_text(c->covering, &coverage);
  c->result.coverage = coverage.data;
  if (c->covering != NULL && cr_covering_any(c->covering)) {
    covered = cr_covering_count(c->covering);
    c->result.covered = &covered;
  }
  find_version(c, &version);
  c->result.version = version.data;
  c->result.time = cli_value(c->args, "date");
  err = drawn;
  for (size_t i = 0; i < CR_ARRAY_LEN(files); i++) {
    if (!cli_has(c->args, files[i].flag)) continue;
    cr_buf_clear(&text);
    files[i].write(&c->result, &text);
    cr_err written =
        cli_write(cli_value(c->args, files[i].flag), &text, err == CR_OK ? info : &ignored);
    if (err == CR_OK) err = written;
  }
  c->result.command = c->result.version = c->result.coverage = NULL;
  c->result.covered = NULL;
  cr_buf_free(&coverage);
  cr_buf_free(&version);
  c->result.pictures = NULL;
  c->result.pictures_count = 0;
  cli_pictures_free(&pictures);
  cr_buf_free(&command);
  cr_buf_free(&text);
  return err;
}

/* How many of the files are standard output? */
static unsigned stdout_taken(const cli_args *args) {
  static const char *const names[] = {"json", "ndjson", "markdown", "junit", "sarif", "html"};
  unsigned taken = 0;
  for (size_t i = 0; i < CR_ARRAY_LEN(names); i++)
    taken += cli_has(args, names[i]) && strcmp(cli_value(args, names[i]), "-") == 0;
  return taken;
}

/* Before anything is begun. */
static cr_err make_folder(const char *folder, cr_errinfo *info) {
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", folder, strerror(errno));
  if (access(folder, W_OK) != 0)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be written to", folder);
  return CR_OK;
}

/* Of two failures the first is told. */
static void also(cr_err *err, cr_err later) {
  if (*err == CR_OK) *err = later;
}

/* What is known is written down, whatever has gone wrong. */
static cr_err campaign(cli_conforming *c, const char *folder, cr_errinfo *info) {
  cr_errinfo ignored;
  cr_err err = cli_conforming_run(c, info);
  if (err != CR_OK && !cli_conforming_begun(c)) return err;
  if (err != CR_OK) c->failed = c->result.stopped = true;
  also(&err, cli_conforming_finish(c, folder, err == CR_OK ? info : &ignored));
  also(&err, write_files(c, err == CR_OK ? info : &ignored));
  also(&err, cli_events_end(c->events, &c->result, err == CR_OK ? info : &ignored));
  return err;
}

static int conform(const cli_args *args) {
  cr_errinfo info;
  if (args->operands_count != 0)
    return cli_usage(args, "%s: name the DLL with --dll", args->operand[0]);
  if (!cli_has(args, "dll")) return cli_usage(args, "name a DLL with --dll");
  if (stdout_taken(args) > 1)
    return cli_usage(args, "only one of the files can be standard output (-)");
  (void)cli_interrupted(); /* from here on Ctrl-C is taken note of */
  cli_conforming *c = cr_alloc(sizeof *c);
  c->args = args;
  const char *folder = cli_has(args, "out") ? cli_value(args, "out") : "clusrace-conform";
  cr_err err = make_folder(folder, &info);
  if (err == CR_OK) err = cli_conforming_prepare(c, &info);
  if (err == CR_OK && cli_has(args, "baseline"))
    err = cli_conforming_baseline(c, cli_value(args, "baseline"), &info);
  if (err == CR_OK) err = campaign(c, folder, &info);
  if (err == CR_OK && stdout_taken(args) == 0) {
    cr_buf text = {0};
    cr_conform_table(&c->result, cli_terminal_width(), cli_colours(), cli_has(args, "all"), &text);
    err = cli_write(NULL, &text, &info);
    cr_buf_free(&text);
  }
  int status = err == CR_OK ? (int)cr_conform_exit(&c->result) : cli_error(err, &info);
  cli_conforming_free(c);
  free(c);
  return status;
}

const cli_command cli_command_conform = {
    .name = "conform",
    .summary = "the verdict on a DLL for every clause of the contract",
    .usage = "clusrace conform --dll FILE [--baseline FILE] [--json FILE] [FLAGS]",
    .details =
        "Replays on the DLL a suite that covers every transition and every race of the model, then "
        "what\n"
        "a store remembers, then searches the DLL's schedules. Every clause is held (so many "
        "times),\n"
        "violated (with a trace), not exercised (and why) or inconclusive (docs/conformance.md). "
        "What\n"
        "the contract allows is no failure, whether or not the model's DLL would do it. With "
        "--baseline\n"
        "only violations that are new make the exit status one of a finding.\n",
    .flags = flags,
    .examples =
        "  clusrace conform --dll mydisk.dll\n"
        "  clusrace conform --dll mydisk.dll --json now.json --baseline released.json\n"
        "  clusrace conform --dll mydisk.dll --junit junit.xml --sarif clusrace.sarif --markdown "
        "comment.md\n",
    .run = conform};
