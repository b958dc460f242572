/* places.c - finding what belongs to this program, and loading what the user names; see cli.h.
 *
 * Build tree:   build/bin/clusrace, build/bin/clusrace-host.exe, build/dlls/, model/scenarios/
 * Installation: PREFIX/bin/clusrace, PREFIX/lib/clusrace/, PREFIX/share/clusrace/{dlls,scenarios}
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static bool own_folder(char *folder, size_t n) {
  ssize_t len = readlink("/proc/self/exe", folder, n - 1);
  if (len <= 0) return false;
  folder[len] = '\0';
  char *slash = strrchr(folder, '/');
  if (slash == NULL) return false;
  *slash = '\0';
  return true;
}

/* path without `..` as it is seen from folder; whole when it is not below that. */
static void path_from(const char *path, const char *folder, cr_buf *out) {
  char real[PATH_MAX];
  if (realpath(path, real) == NULL) {
    cr_buf_puts(out, path);
    return;
  }
  size_t n = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
  bool below = folder[0] == '/' && strncmp(real, folder, n) == 0 && real[n] == '/';
  cr_buf_puts(out, below ? real + n + 1 : real);
}

void cli_path_for_people(const char *path, cr_buf *out) {
  char here[PATH_MAX];
  path_from(path, getcwd(here, sizeof here) == NULL ? "" : here, out);
}

void cli_path_in_repository(const char *path, cr_buf *out) {
  char here[PATH_MAX];
  cr_buf root = {0}, git = {0};
  cr_buf_puts(&root, getcwd(here, sizeof here) == NULL ? "" : here);
  const char *found = root.data;
  for (char *slash = here + root.len; root.len != 0 && slash != NULL; slash = strrchr(here, '/')) {
    *slash = '\0';
    cr_buf_clear(&git);
    cr_buf_printf(&git, "%s/.git", here);
    if (access(git.data, F_OK) != 0) continue;
    found = here[0] == '\0' ? "/" : here;
    break;
  }
  path_from(path, found == NULL ? "" : found, out);
  cr_buf_free(&root);
  cr_buf_free(&git);
}

void cli_shell_word(const char *word, cr_buf *out) {
  static const char plain[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=,:@+%";
  if (*word != '\0' && strspn(word, plain) == strlen(word)) {
    cr_buf_puts(out, word);
    return;
  }
  cr_buf_putc(out, '\'');
  for (; *word != '\0'; word++) {
    if (*word == '\'')
      cr_buf_puts(out, "'\\''");
    else
      cr_buf_putc(out, *word);
  }
  cr_buf_putc(out, '\'');
}

void cli_path_for_shell(const char *path, cr_buf *out) {
  cr_buf plain = {0};
  cli_path_for_people(path, &plain);
  cli_shell_word(plain.data, out);
  cr_buf_free(&plain);
}

void cli_command_line(const cli_args *args, cr_buf *out) {
  cr_buf_printf(out, "clusrace %s", args->command->name);
  for (unsigned i = 0; args->command->flags[i].name != NULL; i++) {
    const cli_flag *f = &args->command->flags[i];
    bool repeated =
        args->command->repeated != NULL && strcmp(args->command->repeated, f->name) == 0;
    if (args->value[i] == NULL) continue;
    for (unsigned k = 0; k < (repeated ? args->values_count : 1); k++) {
      cr_buf_printf(out, " --%s", f->name);
      if (f->value == NULL) continue;
      cr_buf_putc(out, ' ');
      cli_shell_word(repeated ? args->values[k] : args->value[i], out);
    }
  }
}

void cli_self(cr_buf *out) {
  char own[PATH_MAX];
  ssize_t len = readlink("/proc/self/exe", own, sizeof own - 1);
  if (len <= 0) {
    cr_buf_puts(out, "clusrace");
    return;
  }
  own[len] = '\0';
  cli_path_for_shell(own, out);
}

/* First of `places` (relative to this program's folder) that exists, with name appended. */
static cr_err find(const char *what, const char *const *places, size_t count, const char *name,
                   cr_buf *out, cr_errinfo *info) {
  char folder[PATH_MAX];
  if (own_folder(folder, sizeof folder))
    for (size_t i = 0; i < count; i++) {
      cr_buf_clear(out);
      cr_buf_printf(out, "%s/%s%s", folder, places[i], name);
      if (access(out->data, R_OK) == 0) return CR_OK;
    }
  return cr_fail(
      info, CR_ERR_ENVIRONMENT,
      "%s %s is not where it belongs (beside this program); run `./dev build` or reinstall", what,
      name);
}

cr_err cli_find_host(const cli_args *args, const char *dll, cr_buf *out, cr_errinfo *info) {
  static const char *const places[] = {"", "../lib/clusrace/"};
  const char *given = cli_value(args, "host");
  if (given != NULL) {
    cr_buf_clear(out);
    cr_buf_puts(out, given);
    return CR_OK;
  }
  size_t n = strlen(dll);
  bool native = n > 3 && strcmp(dll + n - 3, ".so") == 0;
  return find("the host", places, CR_ARRAY_LEN(places),
              native ? "clusrace-native" : "clusrace-host.exe", out, info);
}

cr_err cli_find_dll(const char *name, cr_buf *out, cr_errinfo *info) {
  static const char *const places[] = {"../dlls/", "../share/clusrace/dlls/"};
  return find("the sample DLL", places, CR_ARRAY_LEN(places), name, out, info);
}

cr_err cli_find_scenarios(cr_buf *folder, cr_errinfo *info) {
  static const char *const places[] = {"../share/clusrace/", "../../model/", "../../../model/"};
  return find("the folder of", places, CR_ARRAY_LEN(places), "scenarios", folder, info);
}

cr_err cli_find_program(const char *name, cr_buf *out, cr_errinfo *info) {
  static const char *const places[] = {"", "../lib/clusrace/"};
  return find("the program", places, CR_ARRAY_LEN(places), name, out, info);
}

bool cli_program_in_path(const char *name) {
  const char *path = getenv("PATH");
  bool found = false;
  while (path != NULL && *path != '\0' && !found) {
    size_t n = strcspn(path, ":");
    cr_buf file = {0};
    cr_buf_printf(&file, "%.*s/%s", (int)n, path, name);
    found = access(file.data, X_OK) == 0;
    cr_buf_free(&file);
    path += n + (path[n] == ':');
  }
  return found;
}

cr_err cli_load_scenario(const char *name_or_path, cr_scenario *scenario, cr_errinfo *info) {
  cr_buf path = {0}, text = {0};
  cr_err err = CR_OK;
  size_t n = strlen(name_or_path);
  bool is_path = strchr(name_or_path, '/') != NULL ||
                 (n > 9 && strcmp(name_or_path + n - 9, ".scenario") == 0);
  if (is_path) {
    cr_buf_puts(&path, name_or_path);
  } else if ((err = cli_find_scenarios(&path, info)) == CR_OK) {
    cr_buf_printf(&path, "/%s.scenario", name_or_path);
    if (access(path.data, R_OK) != 0)
      err = cr_fail(info, CR_ERR_INPUT,
                    "there is no scenario \"%s\"; `clusrace explore --list` names them",
                    name_or_path);
  }
  if (err == CR_OK) err = cr_file_read(path.data, 64 * 1024, &text, info);
  if (err == CR_OK) err = cr_scenario_parse(text.data, text.len, path.data, 1, scenario, info);
  cr_buf_free(&path);
  cr_buf_free(&text);
  return err;
}

cr_err cli_subject(const char *mutant, cr_subject *subject, cr_errinfo *info) {
  *subject = (cr_subject){.kind = CR_SUBJECT_REFERENCE};
  if (mutant == NULL) return CR_OK;
  subject->kind = CR_SUBJECT_MUTANT;
  subject->mutant = cr_mutant_by_name(mutant);
  if (subject->mutant != CR_MUTANT_NONE) return CR_OK;
  return cr_fail(info, CR_ERR_INPUT,
                 "there is no mutant \"%.60s\"; `clusrace explain --mutants` names them", mutant);
}

cr_err cli_judge(const cli_args *args, cr_judge *judge, cr_errinfo *info) {
  *judge = (cr_judge){.strict = cli_has(args, "strict"),
                      .only_doc = cli_has(args, "only-doc"),
                      .nothing = cli_has(args, "unjudged")};
  for (unsigned i = 0; i < args->values_count; i++) {
    if (strcmp(args->values[i], "doc") == 0) {
      judge->only_doc = true;
      continue;
    }
    cr_clause clause = cr_clause_by_id(args->values[i]);
    if (clause == CR_CLAUSE_COUNT)
      return cr_fail(info, CR_ERR_INPUT,
                     "there is no clause \"%.60s\"; `clusrace explain --list` names them",
                     args->values[i]);
    cr_clauses_add(&judge->only, clause);
  }
  return CR_OK;
}

cr_err cli_load_trace(const char *path, cr_trace *trace, cr_errinfo *info) {
  cr_buf text = {0};
  cr_err err = cr_file_read(path, CR_TRACE_BYTES_MAX, &text, info);
  if (err == CR_OK) err = cr_trace_read(text.data, text.len, path, trace, info);
  cr_buf_free(&text);
  return err;
}
