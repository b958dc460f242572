/* control_codes.c - see clusrace/control_codes.h. */
#include "clusrace/control_codes.h"

#include <string.h>

#include "clusrace/base.h"
#include "clusrace/event.h"

#define ASKS(name, code) \
  { name, NULL, code, CR_DETAIL_SENT, CR_CONTROL_NOTHING, 0, false, false, false }
#define AS(name, how, code, detail, input) \
  { name, how, code, CR_DETAIL_##detail, input, 0, false, false, false }
#define SMALL(name, code)                                 \
  AS(name, "no-room", code, NO_ROOM, CR_CONTROL_NOTHING), \
      AS(name, "one-byte", code, ONE_BYTE, CR_CONTROL_NOTHING)
#define ASKS_ALL(name, code) ASKS(name, code), SMALL(name, code)
#define ALL_DAMAGED(name, code)                                        \
  AS(name, "cut-off", code, CUT_OFF, CR_CONTROL_LIST),                 \
      AS(name, "wrong-syntax", code, WRONG_SYNTAX, CR_CONTROL_LIST),   \
      AS(name, "length-beyond", code, LENGTH_BEYOND, CR_CONTROL_LIST), \
      AS(name, "count-beyond", code, COUNT_BEYOND, CR_CONTROL_LIST),   \
      AS(name, "no-list", code, NO_LIST, CR_CONTROL_LIST)
#define TELLS(name, code, input, when, by_name) \
  { name, NULL, code, CR_DETAIL_SENT, input, when, false, false, by_name }

static const cr_control_row rows[] = {
    {"get-private-properties", NULL, 0x01000081, CR_DETAIL_SENT, 0, 0, true, false, false},
    {"set-private-properties", NULL, 0x01400086, CR_DETAIL_SENT, CR_CONTROL_LIST, 0, true, false,
     false},
    AS("unknown", NULL, 0x0100FFFD, UNKNOWN, CR_CONTROL_NOTHING),
    AS("type-unknown", NULL, 0x0200FFFD, UNKNOWN, CR_CONTROL_NOTHING),
    SMALL("get-private-properties", 0x01000081),
    ASKS_ALL("get-characteristics", 0x01000005),
    ASKS_ALL("get-class-info", 0x0100000D),
    ASKS_ALL("get-required-dependencies", 0x01000011),
    ASKS_ALL("enum-private-properties", 0x0100007D),
    ASKS_ALL("storage-get-disk-info", 0x01000191),
    AS("validate-private-properties", NULL, 0x01000089, SENT, CR_CONTROL_LIST),
    ALL_DAMAGED("validate-private-properties", 0x01000089),
    ALL_DAMAGED("set-private-properties", 0x01400086),
    ASKS_ALL("type-get-characteristics", 0x02000005),
    ASKS_ALL("type-get-class-info", 0x0200000D),
    ASKS_ALL("type-get-required-dependencies", 0x02000011),
    ASKS("type-storage-get-available-disks", 0x02000195),
    {"get-private-properties", "as-user", 0x01000081, CR_DETAIL_AS_USER, 0, 0, false, true, false},
    {"type-get-class-info", "as-user", 0x0200000D, CR_DETAIL_AS_USER, 0, 0, false, true, false},
    TELLS("set-name", 0x01500026, CR_CONTROL_NAME, CR_CONTROL_ALWAYS, false),
    TELLS("delete", 0x01500006, CR_CONTROL_NUMBER, CR_CONTROL_DOWN, false),
    TELLS("state-change-reason", 0x0150004E, CR_CONTROL_REASON, CR_CONTROL_WANTED, true),
    TELLS("type-starting-phase1", 0x02500036, CR_CONTROL_NUMBER, CR_CONTROL_PHASE1, true),
    TELLS("type-starting-phase2", 0x0250003A, CR_CONTROL_NUMBER, CR_CONTROL_PHASE2, true),
    TELLS("type-notify-monitor-shutting-down", 0x02100081, CR_CONTROL_NUMBER, CR_CONTROL_LAST,
          false),
};

unsigned cr_control_rows(void) { return CR_ARRAY_LEN(rows); }

const cr_control_row *cr_control_row_at(unsigned row) { return &rows[row]; }

unsigned cr_control_row_find(const char *word) {
  unsigned r = 0;
  for (; r < CR_ARRAY_LEN(rows); r++) {
    size_t n = strlen(rows[r].name);
    if (strncmp(word, rows[r].name, n) != 0) continue;
    if (rows[r].how == NULL ? word[n] == '\0'
                            : word[n] == ':' && strcmp(word + n + 1, rows[r].how) == 0)
      break;
  }
  return r;
}

bool cr_control_of_type(uint32_t code) { return code >> 24 == 2; }
