/* scenarios.c - the scenarios that are installed; see cli.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static int compare_names(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Length of the name without its ending, or 0 when it is no scenario file. */
static size_t stem(const char *file) {
  static const char ending[] = ".scenario";
  size_t n = strlen(file), e = sizeof ending - 1;
  return n > e && strcmp(file + n - e, ending) == 0 ? n - e : 0;
}

cr_err cli_scenario_names(char ***names, size_t *count, cr_errinfo *info) {
  cr_buf folder = {0};
  size_t cap = 0;
  *names = NULL;
  *count = 0;
  cr_err err = cli_find_scenarios(&folder, info);
  DIR *dir = err == CR_OK ? opendir(folder.data) : NULL;
  if (err == CR_OK && dir == NULL)
    err =
        cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be read; check its permissions", folder.data);
  if (dir != NULL) {
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
      size_t n = stem(entry->d_name);
      if (n == 0) continue;
      if (*count == cap) {
        cap = cap == 0 ? 32 : 2 * cap;
        *names = cr_realloc(*names, cap * sizeof **names);
      }
      (*names)[*count] = cr_strdup(entry->d_name);
      (*names)[(*count)++][n] = '\0';
    }
    closedir(dir);
    if (*count > 1) qsort(*names, *count, sizeof **names, compare_names);
  }
  cr_buf_free(&folder);
  return err;
}

void cli_scenario_names_free(char **names, size_t count) {
  for (size_t i = 0; i < count; i++) free(names[i]);
  free(names);
}
