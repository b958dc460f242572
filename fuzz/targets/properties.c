/* properties.c - the file of private properties and local keys that a host is given. */
#include <stdlib.h>

#include "session.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static cr_registry_file file;
  cr_errinfo info;
  const char *path = cr_target_file(data, size);
  cr_err err = cr_registry_file_read(path, &file, &info);
  cr_target_error(err, &info, path);
  return 0;
}
