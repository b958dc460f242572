/* control.c - control codes with buffers of any content, to a DLL and its type.
 *
 * An input is up to eight calls of one life, each: which code (1 byte: a row of the list below; the
 * last number: 4 bytes follow with any code), flags and room (1 byte each), length of the input
 * buffer (2 bytes), the buffer. */
#include <stdlib.h>
#include <string.h>

#include "life.h"

#ifndef CR_TARGET_DLL
#error "the DLL under test is not named"
#endif

static const DWORD codes[] = {CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES,
                              CLUSCTL_RESOURCE_VALIDATE_PRIVATE_PROPERTIES,
                              CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES,
                              CLUSCTL_RESOURCE_ENUM_PRIVATE_PROPERTIES,
                              CLUSCTL_RESOURCE_GET_CHARACTERISTICS,
                              CLUSCTL_RESOURCE_GET_CLASS_INFO,
                              CLUSCTL_RESOURCE_GET_REQUIRED_DEPENDENCIES,
                              CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO,
                              CLUSCTL_RESOURCE_TYPE_GET_CHARACTERISTICS,
                              CLUSCTL_RESOURCE_TYPE_GET_CLASS_INFO,
                              CLUSCTL_RESOURCE_TYPE_GET_REQUIRED_DEPENDENCIES,
                              CLUSCTL_RESOURCE_TYPE_STORAGE_GET_AVAILABLE_DISKS};

enum { TYPE_FLAG = 1 };

static void one(cr_target_bytes *bytes) {
  unsigned which = cr_target_u8(bytes) % (CR_ARRAY_LEN(codes) + 1);
  unsigned flags = cr_target_u8(bytes), room = cr_target_u8(bytes);
  size_t length = cr_target_u8(bytes);
  length |= (size_t)cr_target_u8(bytes) << 8;
  DWORD code = which < CR_ARRAY_LEN(codes) ? codes[which] : cr_target_u32(bytes);
  bool of_type = which < CR_ARRAY_LEN(codes) ? code >> 24 == 2 : (flags & TYPE_FLAG) != 0;
  const uint8_t *from = cr_target_take(bytes, length, &length);
  /* Of its exact size, as a sanitizer wants it. */
  uint8_t *in = malloc(length == 0 ? 1 : length);
  if (in == NULL) return;
  if (length != 0) memcpy(in, from, length);
  cr_control_given given = {code, in, (DWORD)length, room * 4};
  if (!cr_life_control(&given, of_type)) bytes->left = 0;
  free(in);
}

static void ask(void *context) {
  cr_target_bytes *bytes = context;
  while (bytes->left != 0) one(bytes);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  cr_life_dll((*argv)[0], CR_TARGET_DLL);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cr_target_bytes bytes = {data, size};
  cr_life(ask, &bytes);
  return 0;
}
