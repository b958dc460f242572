/* plain_leak_event.c - Open creates an event that nobody closes. */
#include "plain_common.h"

static DWORD create_event(struct plain *p, LPCWSTR name) {
  (void)name;
  p->own = CreateEventW(NULL, TRUE, FALSE, NULL);
  return p->own == NULL ? GetLastError() : ERROR_SUCCESS;
}

const struct plain_traits plain_traits = {.open = create_event};
