/* life.h - lives of a resource whose DLL is asked something by every input, under the scheduler of
 * the native host. */
#ifndef CR_FUZZ_LIFE_H
#define CR_FUZZ_LIFE_H

#include "session.h"
#include "target.h"

/* Loads X.so, which lies beside the program, or in the folder that CLUSRACE_TARGET_DLLS names. To
 * be called by LLVMFuzzerInitialize; the host itself begins with the first life, because AFL++
 * forks in between and threads would not come along. */
void cr_life_dll(const char *program, const char *dll);

/* One life: opened, asked by `ask` while it is opened and at rest, closed. A verdict other than
 * that it conforms is a finding. */
void cr_life(void (*ask)(void *context), void *context);

/* Inside `ask`: sends one control code to the resource or its type and brings the DLL to rest.
 * False when no further call can be made in this life. */
bool cr_life_control(const cr_control_given *given, bool of_type);

#endif
