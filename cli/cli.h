/* cli.h - what the subcommands share: flags from one table, places, output. Private to cli/.
 *
 * cli/ is the only part that reads the environment and the clock, writes to standard output and
 * ends the process. Results go to standard output, everything else to standard error.
 */
#ifndef CR_CLI_H
#define CR_CLI_H

#include "clusrace/modelcheck.h"

/* One flag of a subcommand. value is NULL for a switch. */
typedef struct cli_flag {
  const char *name;  /* without the dashes */
  const char *value; /* "FILE", "N", ...; NULL: a switch */
  const char *help;  /* NULL: not shown, for measurements */
} cli_flag;

enum { CLI_FLAGS_MAX = 32, CLI_VALUES_MAX = 64 };

typedef struct cli_command cli_command;

/* What was on the command line. */
typedef struct cli_args {
  const cli_command *command;
  const char *value[CLI_FLAGS_MAX];   /* last value of each flag; "" for a switch */
  const char *values[CLI_VALUES_MAX]; /* values of the flag that may be repeated */
  unsigned values_count;
  const char **operand; /* what is no flag */
  unsigned operands_count;
} cli_args;

struct cli_command {
  const char *name, *summary, *usage;
  const char *details;   /* paragraphs for --help, may be NULL */
  const cli_flag *flags; /* ends with a row whose name is NULL */
  const char *repeated;  /* name of the flag that may come several times, or NULL */
  const char *examples;  /* lines for --help */
  bool shared;           /* mpirun may start several of it, of which the first speaks */
  int (*run)(const cli_args *args);
};

extern const cli_command cli_command_run, cli_command_explore, cli_command_fuzz, cli_command_replay,
    cli_command_corpus, cli_command_report, cli_command_explain, cli_command_mutants,
    cli_command_hunt, cli_command_minimise, cli_command_step, cli_command_suite,
    cli_command_conform, cli_command_show;

/* Value of a flag, or NULL when it was not given. The flag must be in the command's table. */
const char *cli_value(const cli_args *args, const char *flag);
bool cli_has(const cli_args *args, const char *flag);
/* Number given with a flag, or initial when it was not given; ends the process with CR_EXIT_USAGE
 * and one line when it is no number from min to max. Accepts the suffixes k, M and G for counts. */
uint64_t cli_number(const cli_args *args, const char *flag, uint64_t initial, uint64_t min,
                    uint64_t max);
/* Duration like 30s, 10m, 2h or 500ms, in milliseconds. */
uint64_t cli_duration_ms(const cli_args *args, const char *flag, uint64_t initial_ms);
/* The same, but 0 is allowed. */
uint64_t cli_interval_ms(const cli_args *args, const char *flag, uint64_t initial_ms);

/* Prints "clusrace: TEXT" on standard error and returns status. */
int cli_fail(cr_exit status, const char *format, ...) CR_PRINTF(2, 3);
/* The same for an error of a library. */
int cli_error(cr_err err, const cr_errinfo *info);
/* Usage error: the line and a hint at --help. */
int cli_usage(const cli_args *args, const char *format, ...) CR_PRINTF(2, 3);

/* From here on the functions above print nothing, and wait a little: another process prints. */
void cli_mute(void);

/* Colours and rewritten progress lines are for a terminal only (and not when NO_COLOR is set). */
bool cli_stdout_is_terminal(void);
bool cli_stderr_is_terminal(void);
bool cli_colours(void);
unsigned cli_terminal_width(void); /* COLUMNS, else the terminal's, else 80 */

/* Milliseconds of a clock that never goes back; for progress and reports of speed, never for
 * results. */
uint64_t cli_now_ms(void);
/* Processors of this machine, 1 to max. */
unsigned cli_processors(unsigned max);
/* True once Ctrl-C was pressed. */
bool cli_interrupted(void);

/* Where the programs and data that belong to this one are: beside it in the build tree or below the
 * installation. Each returns CR_OK and a path in out, or CR_ERR_ENVIRONMENT with what was looked
 * for. */
/* The host for this DLL: a shared object has another one than a PE file. */
CR_WARN_UNUSED cr_err cli_find_host(const cli_args *args, const char *dll, cr_buf *out,
                                    cr_errinfo *info);
CR_WARN_UNUSED cr_err cli_find_dll(const char *name, cr_buf *out, cr_errinfo *info);
CR_WARN_UNUSED cr_err cli_find_scenarios(cr_buf *folder, cr_errinfo *info);
/* Folder of a fuzzer program built by us, file name `name`. */
CR_WARN_UNUSED cr_err cli_find_program(const char *name, cr_buf *out, cr_errinfo *info);

/* Is there such a program in PATH? */
bool cli_program_in_path(const char *name);

/* Names of the installed scenarios, sorted; the caller frees them. */
CR_WARN_UNUSED cr_err cli_scenario_names(char ***names, size_t *count, cr_errinfo *info);
void cli_scenario_names_free(char **names, size_t count);
/* Loads a scenario by name (from the scenario folder) or by path (has a / or ends in .scenario). */
CR_WARN_UNUSED cr_err cli_load_scenario(const char *name_or_path, cr_scenario *scenario,
                                        cr_errinfo *info);
/* Subject from --mutant NAME (NULL: the reference). */
CR_WARN_UNUSED cr_err cli_subject(const char *mutant, cr_subject *subject, cr_errinfo *info);
/* Judge from --strict, --only-doc and --only CLAUSE. */
CR_WARN_UNUSED cr_err cli_judge(const cli_args *args, cr_judge *judge, cr_errinfo *info);
CR_WARN_UNUSED cr_err cli_load_trace(const char *path, cr_trace *trace, cr_errinfo *info);

/* Appends a path as a person would type it here: without `..`, and relative when it is below the
 * present folder. */
void cli_path_for_people(const char *path, cr_buf *out);
/* Appends a path as those write it who look at the repository that the present folder is in (the
 * nearest folder above with a .git; without one: the present folder). What lies outside of it has
 * its whole path. */
void cli_path_in_repository(const char *path, cr_buf *out);
/* The same as for people, for use in a command line: quoted for the shell where needed. */
void cli_path_for_shell(const char *path, cr_buf *out);
/* Appends a word as the shell wants it. */
void cli_shell_word(const char *word, cr_buf *out);
/* The command line as it was given, flags in the order of the command's table. */
void cli_command_line(const cli_args *args, cr_buf *out);
/* This program, as one types it. */
void cli_self(cr_buf *out);

/* Writes buf to the file, or to standard output when path is NULL or "-". */
CR_WARN_UNUSED cr_err cli_write(const char *path, const cr_buf *buf, cr_errinfo *info);

#define CLI_DEFAULT_SCENARIO "disk-basic"

#endif
