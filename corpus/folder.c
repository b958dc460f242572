/* folder.c - the files of a folder and its subfolders, in an order that is the same everywhere. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "private.h"

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry) { return entry->d_name[0] != '.'; }

enum { FOLDERS_MAX = 32 }; /* depth of subfolders */

static cr_err walk(const char *folder, unsigned depth, cr__file_visit visit, void *arg,
                   cr_errinfo *info) {
  struct dirent **names;
  if (depth > FOLDERS_MAX)
    return cr_fail(info, CR_ERR_INPUT, "%s: more than %d folders deep; import it by itself", folder,
                   FOLDERS_MAX);
  int count = scandir(folder, &names, not_hidden, by_name);
  if (count < 0)
    return cr_fail(info, CR_ERR_INPUT, "%s: the folder cannot be read: %s; check who may read it",
                   folder, strerror(errno));
  cr_err err = CR_OK;
  cr_buf path = {0};
  for (int i = 0; i < count; i++) {
    struct stat status;
    cr_buf_clear(&path);
    cr_buf_printf(&path, "%s/%s", folder, names[i]->d_name);
    /* A link to a folder is not followed: it may lead in a circle. */
    if (err == CR_OK && lstat(path.data, &status) == 0)
      err = S_ISDIR(status.st_mode) ? walk(path.data, depth + 1, visit, arg, info)
                                    : visit(arg, path.data, names[i]->d_name, info);
    free(names[i]);
  }
  free(names);
  cr_buf_free(&path);
  return err;
}

cr_err cr__each_file(const char *folder, cr__file_visit visit, void *arg, cr_errinfo *info) {
  return walk(folder, 0, visit, arg, info);
}
