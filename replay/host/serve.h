/* serve.h - the host as a controller's servant: frames on standard input and output (frame.h). */
#ifndef CR_HOST_SERVE_H
#define CR_HOST_SERVE_H

#include "prepare.h"

/* Serves until BYE, the end of input, or a verdict after which this process cannot be used again.
 * Returns the exit status. */
int cr_serve(const cr_preparation *how);

#endif
