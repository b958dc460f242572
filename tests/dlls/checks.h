/* checks.h - for DLLs that are no resource DLLs: their Startup asks what is simulated for its
 * answers.
 *
 * Startup (checks.c) runs the DLL's checks in their order. It returns FAILED_AT and the line of the
 * first answer that is not as documented; when there is none, ERROR_CANCELLED (1223), because
 * success would need a function table.
 */
#ifndef CLUSRACE_TESTS_CHECKS_H
#define CLUSRACE_TESTS_CHECKS_H

#include "clusrace/abi.h"

#define FAILED_AT 100000
#define CHECK(condition)                           \
  do {                                             \
    if (!(condition)) return FAILED_AT + __LINE__; \
  } while (0)
/* A call that fails with this error. */
#define REFUSED(call, error)          \
  do {                                \
    SetLastError(0);                  \
    CHECK(!(call));                   \
    CHECK(GetLastError() == (error)); \
  } while (0)
/* The object is signalled sooner or later, or not at this moment. */
#define GOT(handle) (WaitForSingleObject((handle), INFINITE) == WAIT_OBJECT_0)
#define NOT_YET(handle) (WaitForSingleObject((handle), 0) == WAIT_TIMEOUT)

/* Returns ERROR_SUCCESS or FAILED_AT and a line. */
typedef DWORD check_function(void);

/* Defined by each DLL's own file; NULL is the last. */
extern check_function *const checks[];

#endif /* CLUSRACE_TESTS_CHECKS_H */
