/* run_seeds.c - a target without an engine: gives it every file of the folders and files that are
 * named, in the order of their names, so that the stored inputs are run by every build and under
 * every compiler.
 *
 * usage: TARGET [FILE|FOLDER ...] */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

enum { INPUT_BYTES_MAX = 1 << 20 };

#pragma weak LLVMFuzzerInitialize

static unsigned given;

static void run_file(const char *path) {
  cr_buf bytes = {0};
  cr_errinfo info;
  if (cr_file_read(path, INPUT_BYTES_MAX, &bytes, &info) != CR_OK) {
    fprintf(stderr, "%s\n", info.text);
    exit(CR_EXIT_INPUT);
  }
  /* Of its exact size, so that a sanitizer sees the first byte too far. */
  uint8_t *exact = malloc(bytes.len == 0 ? 1 : bytes.len);
  if (exact == NULL) exit(CR_EXIT_ENVIRONMENT);
  if (bytes.len != 0) memcpy(exact, bytes.data, bytes.len);
  LLVMFuzzerTestOneInput(exact, bytes.len);
  free(exact);
  cr_buf_free(&bytes);
  given++;
}

static int visible(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static void run_path(const char *path) {
  struct dirent **entry = NULL;
  int count = scandir(path, &entry, visible, alphasort);
  if (count < 0) {
    run_file(path);
    return;
  }
  for (int i = 0; i < count; i++) {
    cr_buf inner = {0};
    cr_buf_printf(&inner, "%s/%s", path, entry[i]->d_name);
    run_path(inner.data);
    cr_buf_free(&inner);
    free(entry[i]);
  }
  free(entry);
}

int main(int argc, char **argv) {
  if (LLVMFuzzerInitialize != NULL) LLVMFuzzerInitialize(&argc, &argv);
  for (int i = 1; i < argc; i++) run_path(argv[i]);
  printf("%u inputs\n", given);
  return given == 0 ? CR_EXIT_USAGE : CR_EXIT_OK;
}
