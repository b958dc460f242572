/* control_codes.h - the control codes that the monitor sends to a real DLL, and how: one row each.
 * A scenario names rows (`codes`); the host sends them.
 *
 * Documented: resource-monitor control codes (RCTL, C-DELETE, C-REASON, C-PHASE2).
 */
#ifndef CLUSRACE_CONTROL_CODES_H
#define CLUSRACE_CONTROL_CODES_H

#include <stdbool.h>
#include <stdint.h>

/* What goes into the input buffer. */
typedef enum cr_control_input {
  CR_CONTROL_NOTHING = 0,
  CR_CONTROL_LIST,   /* a list of properties, which `detail` may have damaged */
  CR_CONTROL_NAME,   /* a new name of the resource */
  CR_CONTROL_REASON, /* why the state changes */
  CR_CONTROL_NUMBER  /* 4 bytes */
} cr_control_input;

/* When the code may be sent, beside the limits of its entry point. */
typedef enum cr_control_when {
  CR_CONTROL_ALWAYS = 0,
  CR_CONTROL_DOWN,   /* while the resource is offline or failed; only Close follows [RM-CTL-13] */
  CR_CONTROL_WANTED, /* before Offline, when the characteristics have asked for it [RM-OFFLINE-16]
                      */
  CR_CONTROL_PHASE1, /* once, before the second phase */
  CR_CONTROL_PHASE2, /* once; the cluster interface may be used from here on [RM-CTL-11, -12] */
  CR_CONTROL_LAST    /* nothing but what takes the resource down follows */
} cr_control_when;

typedef struct cr_control_row {
  const char *name; /* of the code, as a scenario has it */
  const char *how;  /* it is sent, as a scenario and a trace have it; NULL: plainly */
  uint32_t code;
  uint16_t detail; /* cr_detail of the fact that announces it */
  uint8_t input;   /* cr_control_input; none: it asks, and has room for an answer */
  uint8_t when;    /* cr_control_when */
  bool few;        /* also with option control-few */
  bool as_user;    /* through the AsUser form, which version 4 has */
  bool by_name;    /* only when the scenario names it */
} cr_control_row;

/* Number of rows, and one of them. Static storage. */
unsigned cr_control_rows(void);
const cr_control_row *cr_control_row_at(unsigned row);
/* The row of `NAME` or `NAME:HOW`; cr_control_rows() when there is none. */
unsigned cr_control_row_find(const char *word);
/* Is the code one for the type, not for a resource? */
bool cr_control_of_type(uint32_t code);

#endif
