/* properties.h - what the files of resutils' property functions share. */
#ifndef CR_HOST_PROPERTIES_H
#define CR_HOST_PROPERTIES_H

#include "../session.h"
#include "property_list.h"

_Static_assert(sizeof(WCHAR) == sizeof(uint16_t), "names are UTF-16");

/* A function's step, where it takes no key. t may be NULL: then there is none. */
void cr_properties_step(cr_thread *t);

/* In the replacement itself: the return address is the DLL's only there. */
#define STEP()                       \
  do {                               \
    cr_thread *self = cr_self();     \
    if (self != NULL) CR_SITE(self); \
    cr_properties_step(self);        \
  } while (0)
#define STEP_KEY(key, place, error)          \
  do {                                       \
    cr_thread *self = cr_self();             \
    if (self != NULL) CR_SITE(self);         \
    (error) = cr_registry_step(key, &place); \
  } while (0)

/* A copy that is the DLL's to free with LocalFree; NULL: no memory. */
void *cr_properties_copy(const void *data, size_t size);
/* Bytes of a text with its end. */
DWORD cr_properties_text_size(LPCWSTR text);
/* The system error code for what was found in a list of that size. */
DWORD cr_properties_list_error(cr_plist_result result, const void *list, DWORD size);

#endif
