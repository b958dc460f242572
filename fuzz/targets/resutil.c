/* resutil.c - property lists of any content, to the cluster's functions as the host simulates them:
 * through a DLL that passes them on (resutil_dll.c). The input: room for what is read back (1
 * byte), then the list. */
#include <stdlib.h>
#include <string.h>

#include "life.h"

static void ask(void *context) {
  cr_target_bytes *bytes = context;
  DWORD room = cr_target_u8(bytes) * 4u;
  uint8_t *list = malloc(bytes->left == 0 ? 1 : bytes->left);
  if (list == NULL) return;
  if (bytes->left != 0) memcpy(list, bytes->at, bytes->left);
  cr_control_given given = {CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES, list, (DWORD)bytes->left,
                            room};
  cr_life_control(&given, false);
  given.code = CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES;
  cr_life_control(&given, false);
  free(list);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  cr_life_dll((*argv)[0], "resutil_dll");
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_target_bytes bytes = {data, size};
  cr_life(ask, &bytes);
  return 0;
}
