/* property_list.h - property lists as the cluster's functions pass them: a number of properties,
 * and for each its name, one or more values, and an end mark, everything on multiples of four
 * bytes.
 *
 * Plain C without windows.h, so that it is tested where the sanitizers run. A list comes from the
 * DLL under test: nothing in it is believed. Reading never leaves the bytes given, which may lie at
 * any address.
 */
#ifndef CR_HOST_PROPERTY_LIST_H
#define CR_HOST_PROPERTY_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The syntax of an entry: its type in the upper half, its format in the lower one. */
enum { CR_PLIST_ENDMARK = 0, CR_PLIST_NAME = 0x00040003, CR_PLIST_TYPE_VALUE = 1 };

typedef enum cr_plist_format {
  CR_PLIST_UNKNOWN = 0,
  CR_PLIST_BINARY = 1,
  CR_PLIST_DWORD = 2,
  CR_PLIST_SZ = 3,
  CR_PLIST_EXPAND_SZ = 4,
  CR_PLIST_MULTI_SZ = 5,
  CR_PLIST_ULARGE = 6,
  CR_PLIST_LONG = 7,
  CR_PLIST_EXPANDED_SZ = 8,
  CR_PLIST_SECURITY = 9,
  CR_PLIST_LARGE = 10,
  CR_PLIST_WORD = 11,
  CR_PLIST_FILETIME = 12
} cr_plist_format;

/* The syntax of an ordinary value of that format. */
#define CR_PLIST_SYNTAX(format) (((uint32_t)CR_PLIST_TYPE_VALUE << 16) | (uint32_t)(format))

typedef enum cr_plist_result {
  CR_PLIST_OK = 0,
  CR_PLIST_END, /* no further entry; no such property */
  CR_PLIST_CUT, /* the bytes end before the list does */
  CR_PLIST_BAD  /* the bytes are no property list */
} cr_plist_result;

/* A value inside a list. */
typedef struct cr_plist_value {
  uint32_t syntax;
  uint32_t size; /* without the padding */
  const uint8_t *data;
} cr_plist_value;

/* A property inside a list. */
typedef struct cr_plist_item {
  const uint8_t *name; /* UTF-16, little-endian, with a final zero; perhaps misaligned */
  size_t name_units;   /* without the zero */
  cr_plist_value value;
  uint32_t values;      /* how many there are; `value` is the first */
  const uint8_t *bytes; /* from its name to behind its end mark */
  size_t size;
} cr_plist_item;

typedef struct cr_plist_reader {
  const uint8_t *at;
  size_t left;
  uint32_t remaining; /* properties, by the list's own word */
} cr_plist_reader;

/* Starts at a list's count. CUT when not even that is there. */
cr_plist_result cr_plist_open(cr_plist_reader *reader, const void *list, size_t size);
/* The next property, which has at least one value; after CUT and BAD nothing more comes. */
cr_plist_result cr_plist_next(cr_plist_reader *reader, cr_plist_item *item);
/* The value after `value` of that item (of cr_plist_next); false when it was the last. */
bool cr_plist_value_next(const cr_plist_item *item, cr_plist_value *value);
/* The first property of that name; END when there is none. What follows it is not looked at. */
cr_plist_result cr_plist_find(const void *list, size_t size, const uint16_t *name,
                              cr_plist_item *item);
/* OK when the whole list is sound; used (may be NULL) receives the bytes it takes. */
cr_plist_result cr_plist_check(const void *list, size_t size, size_t *used);

/* Are the names equal? The cluster does not tell upper from lower case (here: of ASCII letters). */
bool cr_plist_named(const cr_plist_item *item, const uint16_t *name);
/* Copies the name, cut at room units, which include the zero. */
void cr_plist_name(const cr_plist_item *item, uint16_t *name, size_t room);
/* Has the value the right length for its format, and the zeros at the end of a string? */
bool cr_plist_value_sound(const cr_plist_value *value);
/* Has the data the right length for that format, and the zeros at the end of a string? */
bool cr_plist_data_sound(cr_plist_format format, const void *data, size_t size);

/* Writes a list; counts on when the room is too small, so that the required size comes out. */
typedef struct cr_plist_writer {
  uint8_t *bytes; /* may be NULL when room is 0 */
  size_t room;
  size_t size; /* needed so far */
  uint32_t count;
  bool full; /* something did not fit: nothing more is written */
} cr_plist_writer;

void cr_plist_begin(cr_plist_writer *writer, void *bytes, size_t room);
/* Goes on behind a list that is in the first `used` bytes already (0: as cr_plist_begin). False
 * when those are none; then nothing may be added. */
bool cr_plist_resume(cr_plist_writer *writer, void *bytes, size_t room, size_t used);
/* Appends a property with one value. */
void cr_plist_add(cr_plist_writer *writer, const uint16_t *name, uint32_t syntax, const void *data,
                  uint32_t size);
/* Appends a property as another list has it. */
void cr_plist_add_item(cr_plist_writer *writer, const cr_plist_item *item);
/* Writes the count. False when the room was too small: writer->size says what is needed. */
bool cr_plist_finish(cr_plist_writer *writer);

#endif
