/* main.c - the clusrace command: picks the subcommand and reads its flags from its table. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "clusrace/version.h"
#include "ranks.h"

static const cli_command *const commands[] = {
    &cli_command_run,      &cli_command_explore, &cli_command_fuzz,   &cli_command_replay,
    &cli_command_hunt,     &cli_command_corpus,  &cli_command_report, &cli_command_explain,
    &cli_command_minimise, &cli_command_mutants, &cli_command_step,   &cli_command_suite,
    &cli_command_conform,  &cli_command_show};

static void print_overview(FILE *out) {
  fputs(
      "clusrace - proves, fuzzes and replays the life of a Windows Failover Cluster resource "
      "DLL\n\n"
      "usage: clusrace COMMAND [FLAGS]\n\ncommands\n",
      out);
  for (size_t i = 0; i < CR_ARRAY_LEN(commands); i++)
    fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
  fputs(
      "\n  --help     this text; `clusrace COMMAND --help` for a command with examples\n"
      "  --version  the version and the digest of its contract\n\n"
      "exit status\n"
      "  0 complete and clean   1 usage   2 broken input   3 something the machine lacks\n"
      "  10 safety clause violated or deadlock   11 liveness clause violated   12 diverged\n"
      "  13 two runs differ, or a DLL cannot be judged   14 the DLL crashed, hung or deadlocked\n"
      "  20 clean, but stopped at a bound   70 a bug of clusrace\n",
      out);
}

static void print_help(const cli_command *c) {
  printf("clusrace %s - %s\n\nusage: %s\n", c->name, c->summary, c->usage);
  if (c->details != NULL) printf("\n%s", c->details);
  printf("\nflags\n");
  for (const cli_flag *f = c->flags; f->name != NULL; f++) {
    if (f->help == NULL) continue;
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", f->name, f->value == NULL ? "" : " ",
             f->value == NULL ? "" : f->value);
    printf("  %-22s %s\n", left, f->help);
  }
  printf("  %-22s %s\n", "--help", "this text");
  printf("\nexamples\n%s", c->examples);
}

/* --name, --name=value or --name value. Returns the number of words taken, 0 on a usage error. */
static int take_flag(cli_args *args, int left, char **word) {
  const char *name = word[0] + 2;
  size_t n = strcspn(name, "=");
  const char *value = name[n] == '=' ? name + n + 1 : NULL;
  for (unsigned i = 0; args->command->flags[i].name != NULL; i++) {
    const cli_flag *f = &args->command->flags[i];
    if (strlen(f->name) != n || memcmp(f->name, name, n) != 0) continue;
    if (f->value == NULL) {
      if (value != NULL) return cli_usage(args, "--%s takes no value", f->name), 0;
      args->value[i] = "";
      return 1;
    }
    int taken = 1;
    if (value == NULL) {
      if (left < 2) return cli_usage(args, "--%s needs %s", f->name, f->value), 0;
      value = word[1];
      taken = 2;
    }
    args->value[i] = value;
    if (args->command->repeated != NULL && strcmp(args->command->repeated, f->name) == 0) {
      if (args->values_count == CLI_VALUES_MAX)
        return cli_usage(args, "--%s: at most %d times", f->name, CLI_VALUES_MAX), 0;
      args->values[args->values_count++] = value;
    }
    return taken;
  }
  cli_usage(args, "there is no flag %s", word[0]);
  return 0;
}

static int run_command(const cli_command *command, int argc, char **argv) {
  cli_args args = {.command = command, .operand = (const char **)argv};
  bool flags = true;
  if (command->shared) cli_ranks_hush();
  for (int i = 0; i < argc;) {
    if (flags && strcmp(argv[i], "--help") == 0) {
      print_help(command);
      return CR_EXIT_OK;
    }
    if (flags && strcmp(argv[i], "--") == 0) {
      flags = false;
      i++;
    } else if (flags && argv[i][0] == '-' && argv[i][1] == '-') {
      int taken = take_flag(&args, argc - i, argv + i);
      if (taken == 0) return CR_EXIT_USAGE;
      i += taken;
    } else if (flags && argv[i][0] == '-' && argv[i][1] != '\0') {
      return cli_usage(&args, "there is no flag %s; flags begin with two dashes", argv[i]);
    } else {
      args.operand[args.operands_count++] = argv[i++]; /* never overtakes i */
    }
  }
  int status = command->run(&args);
  /* A result that did not reach its reader is no result. */
  if ((fflush(stdout) != 0 || ferror(stdout)) && status != CR_EXIT_ENVIRONMENT)
    return cli_fail(CR_EXIT_ENVIRONMENT, "standard output cannot be written");
  return status;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    print_overview(stderr);
    return CR_EXIT_USAGE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
    print_overview(stdout);
    return CR_EXIT_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("clusrace %s\ncontract %016llx\n", CR_VERSION, (unsigned long long)cr_contract_digest());
    return CR_EXIT_OK;
  }
  for (size_t i = 0; i < CR_ARRAY_LEN(commands); i++)
    if (strcmp(commands[i]->name, argv[1]) == 0)
      return run_command(commands[i], argc - 2, argv + 2);
  return cli_fail(CR_EXIT_USAGE, "there is no command \"%s\"; see `clusrace --help`", argv[1]);
}
