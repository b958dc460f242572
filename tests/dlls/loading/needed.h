/* needed.h - the exports of needed.dll. */
#ifndef CLUSRACE_TESTS_NEEDED_H
#define CLUSRACE_TESTS_NEEDED_H

#include <windows.h>

DWORD needed_start(LPTHREAD_START_ROUTINE routine, void *parameter);
void needed_join(void);
/* How many threads were started since the DLL was loaded. */
int needed_count(void);

#endif
