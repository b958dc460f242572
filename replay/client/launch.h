/* launch.h - a host process and the pipe to it. Private to replay/client/. */
#ifndef CR_REPLAY_LAUNCH_H
#define CR_REPLAY_LAUNCH_H

#include <sys/types.h>

#include "clusrace/base.h"

/* What to start. wine "" starts the host by itself; prefix, type, properties and threads may be
 * NULL. */
typedef struct cr__launch {
  const char *wine, *prefix, *host, *dll, *type, *properties, *threads;
  bool heap_guard, refuse_unseen;
  unsigned processor;        /* 1 + the one that it runs on; 0: any */
  bool (*interrupted)(void); /* asked while something is waited for; may be NULL */
} cr__launch;

/* A running host. pid is the process group's too; 0: none. */
typedef struct cr__link {
  pid_t pid;
  int to, from;
  bool (*interrupted)(void); /* the launch's */
} cr__link;

typedef enum cr__link_state {
  CR__LINK_OK = 1,
  CR__LINK_ENDED,  /* the host has gone, or speaks no frames */
  CR__LINK_SILENT, /* nothing came in time */
  CR__LINK_INTERRUPTED
} cr__link_state;

/* Starts a host; the first time it makes Wine's own folder, which takes a while. Fails, too, when
 * it is interrupted. */
CR_WARN_UNUSED cr_err cr__link_open(const cr__launch *launch, cr__link *link, cr_errinfo *info);
/* Ends it: asked to when in_order, else killed with everything it started. */
void cr__link_close(cr__link *link, bool in_order);
/* One frame from the host; payload is overwritten. silence_ms bounds the wait for each part. */
cr__link_state cr__link_read(cr__link *link, uint32_t silence_ms, uint8_t *type, cr_buf *payload);
/* One frame to the host; false when it has gone. */
bool cr__link_write(cr__link *link, uint8_t type, const void *bytes, size_t n);

#endif
