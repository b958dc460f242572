/* frame.h - what the controller and the host of a real DLL say to each other, over the host's
 * standard input and output.
 *
 * A frame is: length (4 bytes, little endian, of what follows), type (1 byte), payload. The host
 * speaks first (HELLO), then answers every REPLAY with exactly one RESULT. A host that ends without
 * an answer has crashed or was killed: its exit status is not trusted (under Wine only 8 bits of it
 * survive); the missing RESULT is what counts.
 *
 */
#ifndef CLUSRACE_FRAME_H
#define CLUSRACE_FRAME_H

#include "clusrace/base.h"

enum { CR_FRAME_BYTES_MAX = 32 * 1024 * 1024, CR_FRAME_PROTOCOL = 3 };

typedef enum cr_frame_type {
  /* host: "protocol N\ncontract DIGEST\ndll NAME DIGEST\nload ok|REASON\n" (text lines), then a
   * line "remark TEXT" for what is unusual about the DLL, and a line "not-seen  LIBRARY FUNCTION"
   * for each import that nobody simulates although it matters. After a `load` line other than ok
   * the host ends. */
  CR_FRAME_HELLO = 1,
  /* controller: 4 bytes flags (little endian, CR_REPLAY_), then the trace in text form. */
  CR_FRAME_REPLAY = 2,
  /* host: the observed trace in text form, subject and verdict set. */
  CR_FRAME_RESULT = 3,
  /* host: the request could not be carried out at all (text: reason). */
  CR_FRAME_REFUSED = 4,
  /* controller: end in good order. */
  CR_FRAME_BYE = 5,
  /* host: one observed step in text form, as it would stand in the trace. */
  CR_FRAME_BREADCRUMB = 6,
  /* controller: runs schedules of a search (hunt.h); answered by exactly one HUNTED, or REFUSED. */
  CR_FRAME_HUNT = 7,
  CR_FRAME_HUNTED = 8,
  /* controller: a HUNT request (hunt.h) behind the path of a shared block (guided.h) and a line
   * break. Nothing is run yet; answered by RAN without a trace, or REFUSED. */
  CR_FRAME_GUIDE = 9,
  /* controller: runs the schedule whose choices stand in the shared block; 1 byte: the trace is
   * wanted whatever the verdict. Answered by RAN. */
  CR_FRAME_RUN = 10,
  /* host: the trace of the schedule that has ended, in text form, when it is wanted or its verdict
   * is not CONFORMS; else nothing. The rest stands in the shared block. */
  CR_FRAME_RAN = 11
} cr_frame_type;

enum {
  CR_REPLAY_EXACT = 1,  /* follow every step, silent ones too; the first difference is a verdict */
  CR_REPLAY_STRICT = 2, /* warnings count as violations */
  CR_REPLAY_BREADCRUMBS = 4,
  CR_REPLAY_LEAKS = 8,  /* with EXACT: a life that conforms is lived again to see what it leaves */
  CR_REPLAY_FIRST = 16, /* not EXACT: ends with the first violation, as a schedule of a hunt does */
  /* for the controller alone */
  CR_REPLAY_ONCE = 0x100, /* a finding is not confirmed by a second replay */
  CR_REPLAY_KEEP = 0x200  /* with ONCE: the host goes on after a finding that leaves it sound */
};

/* ---- HELLO ----------------------------------------------------------------------------------- */

enum { CR_HELLO_TEXT_MAX = 300 };

/* What a HELLO says; each text is "" when it does not say so, and cut where it is too long. */
typedef struct cr_hello {
  char protocol[12];               /* a number */
  char contract[24];               /* the contract's digest */
  char load[CR_HELLO_TEXT_MAX];    /* "ok" or why the DLL is refused */
  char unseen[CR_HELLO_TEXT_MAX];  /* names of imports that nobody simulates, commas between */
  char remarks[CR_HELLO_TEXT_MAX]; /* what is unusual about the DLL, "; " between */
} cr_hello;

/* Reads the payload of a HELLO frame, which may be anything: what it does not say stays "". */
void cr_hello_read(const char *text, size_t n, cr_hello *hello);

#endif
