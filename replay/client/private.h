/* private.h - what the files of the controller share. */
#ifndef CR_CLIENT_PRIVATE_H
#define CR_CLIENT_PRIVATE_H

#include "clusrace/replay.h"
#include "launch.h"

struct cr_host {
  char *host, *dll, *type, *threads, *wine, *prefix;
  uint32_t step_timeout_ms, recycle_after, replays;
  cr_subject subject;
  cr__link link;     /* link.pid is 0 when no process runs */
  char refused[300]; /* why the DLL cannot be driven; "" = it can */
  char unseen[300];  /* imports that nobody simulates */
};

/* Starts a host process if none runs. Afterwards h->refused says whether the DLL can be driven. */
CR_WARN_UNUSED cr_err cr__host_ready(cr_host *h, cr_errinfo *info);
/* Ends the process, if any; in_order: it is asked to go. */
void cr__host_stop(cr_host *h, bool in_order);

#endif
