/* waits.c - names of the steps inside a DLL; see clusrace/waits.def. */
#include "clusrace/event.h"

const char *cr_wait_name(uint32_t wait) {
  switch (wait) {
#define WAIT(ID, number, name) \
  case number:                 \
    return name;
#include "clusrace/waits.def"
#undef WAIT
    default: return NULL;
  }
}
