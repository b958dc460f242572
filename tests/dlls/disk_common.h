/* disk_common.h - one disk-like resource DLL, and the ways in which its siblings go wrong.
 *
 * Every sample DLL links disk_common.c and one small file that defines `disk_traits`. All traits
 * FALSE is the conforming DLL; each further DLL sets exactly one.
 */
#ifndef CLUSRACE_TESTS_DISK_COMMON_H
#define CLUSRACE_TESTS_DISK_COMMON_H

#include <windows.h>

/* The resource type that every sample DLL serves. */
#define DISK_TYPE_NAME L"Clusrace Disk"

struct disk_traits {
  BOOL refuse_own_type;        /* Startup takes "equal" (2) for a mismatch */
  BOOL terminate_without_join; /* Terminate does not wait; the worker looks at the flag only once */
  BOOL reopen_before_offline;  /* the dismounting handle is closed before the volume is offlined */
  BOOL close_without_join;     /* Close frees the instance and forgets the worker */
  BOOL crash_online;           /* the Online worker writes through a null pointer */
  BOOL hang_terminate;         /* Terminate waits for an event that nobody signals */
  void (*opened)(HKEY key);    /* unless NULL: called by Open with the resource's key */
  DWORD (*mounted)(WCHAR letter); /* unless NULL: a last step of going online */
};

/* Defined by each DLL's own file. */
extern const struct disk_traits disk_traits;

#endif /* CLUSRACE_TESTS_DISK_COMMON_H */
