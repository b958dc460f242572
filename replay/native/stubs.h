/* stubs.h - what the native host exports under the names of Windows functions. */
#ifndef CR_NATIVE_STUBS_H
#define CR_NATIVE_STUBS_H

#include <stddef.h>

typedef struct cr_native_slot {
  const char *name;
  void (**function)(void); /* where the exported name jumps to */
} cr_native_slot;

/* One per hook, ended by a NULL name (generated, stubs.cmake). */
extern const cr_native_slot cr_native_slots[];

/* The real function of a hook that has none here: answers 0, ERROR_CALL_NOT_IMPLEMENTED. */
void *cr_native_missing(void);

#endif
