/* prepare.h - everything that has to happen once before the first replay. */
#ifndef CR_HOST_PREPARE_H
#define CR_HOST_PREPARE_H

#include "session.h"

#ifndef CR_HOST_NAME
#define CR_HOST_NAME "clusrace-host"
#endif

typedef struct cr_preparation {
  const char *dll;
  const char *type;       /* resource type name for Startup, or NULL for each scenario's own */
  const char *properties; /* file of private properties, or NULL (properties_file.c) */
  DWORD watchdog_ms;      /* 0 = default */
  unsigned processor;     /* 1 + the one to run on, counted round; 0 = by the process's number */
  bool heap_guard;        /* blocks of memory end at pages that cannot be touched (heap.h) */
  bool refuse_unseen;     /* refuse a DLL that imports what nobody simulates */
} cr_preparation;

/* Scheduler, interception, fault handling, then the DLL. */
CR_WARN_UNUSED cr_err cr_prepare(cr_session *s, const cr_preparation *how, cr_errinfo *info);

#endif
