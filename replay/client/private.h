/* private.h - what the files of the controller share. */
#ifndef CR_CLIENT_PRIVATE_H
#define CR_CLIENT_PRIVATE_H

#include "clusrace/frame.h"
#include "clusrace/replay.h"
#include "launch.h"

struct cr_host {
  char *host, *dll, *type, *properties, *threads, *wine, *prefix;
  uint32_t step_timeout_ms, recycle_after, replays;
  unsigned processor;
  cr_subject subject;
  cr__link link;                   /* link.pid is 0 when no process runs */
  char refused[300];               /* why the DLL cannot be driven; "" = it can */
  char unseen[CR_HELLO_TEXT_MAX];  /* imports that nobody simulates */
  char remarks[CR_HELLO_TEXT_MAX]; /* what is unusual about the DLL */
  bool heap_guard, refuse_unseen;
  bool (*asks)(void); /* the options' `interrupted` */
  bool interrupted;   /* it has said so once */
};

/* Starts a host process if none runs. Afterwards h->refused says whether the DLL can be driven;
 * with h->interrupted set there is no process. */
CR_WARN_UNUSED cr_err cr__host_ready(cr_host *h, cr_errinfo *info);
/* A trace of what a host that is gone had told of: its breadcrumbs. silent: it did not end. */
void cr__from_breadcrumbs(cr_host *h, const cr_scenario *scenario, const cr_buf *crumbs,
                          bool silent, cr_trace *observed);
/* Is it a hang that only a watchdog's time shows, and no number of steps? */
bool cr__hangs_silently(const cr_verdict *verdict);
/* Ends the process, if any; in_order: it is asked to go. */
void cr__host_stop(cr_host *h, bool in_order);

#endif
