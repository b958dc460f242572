/* property_list.c - see property_list.h. */
#include "property_list.h"

#include <string.h>

/* Lists are little-endian, as everything that the DLL hands over. */
static uint32_t get32(const uint8_t *at) {
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put32(uint8_t *at, uint32_t value) {
  for (unsigned i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static uint16_t unit_at(const uint8_t *text, size_t i) {
  return (uint16_t)(text[2 * i] | (unsigned)text[2 * i + 1] << 8);
}

static size_t units(const uint16_t *text) {
  size_t n = 0;
  while (text[n] != 0) n++;
  return n;
}

static uint16_t fold(uint16_t unit) {
  return unit >= 'A' && unit <= 'Z' ? (uint16_t)(unit - 'A' + 'a') : unit;
}

static size_t padded(size_t size) { return (size + 3) & ~(size_t)3; }

/* ---- reading --------------------------------------------------------------------------------- */

/* An entry at `at`; step receives its length with the padding. */
static bool entry_read(const uint8_t *at, size_t left, cr_plist_value *entry, size_t *step) {
  if (left < 8) return false;
  *entry = (cr_plist_value){.syntax = get32(at), .size = get32(at + 4), .data = at + 8};
  if (entry->size > left - 8) return false; /* first: padding a length near 4 GB must not wrap */
  *step = 8 + padded(entry->size);
  return *step <= left;
}

cr_plist_result cr_plist_open(cr_plist_reader *reader, const void *list, size_t size) {
  *reader = (cr_plist_reader){0};
  if (list == NULL || size < 4) return CR_PLIST_CUT;
  *reader = (cr_plist_reader){
      .at = (const uint8_t *)list + 4, .left = size - 4, .remaining = get32(list)};
  return CR_PLIST_OK;
}

static cr_plist_result item_read(const uint8_t *at, size_t left, cr_plist_item *item) {
  cr_plist_value entry;
  size_t step;
  if (!entry_read(at, left, &entry, &step))
    return left >= 4 && get32(at) != CR_PLIST_NAME ? CR_PLIST_BAD : CR_PLIST_CUT;
  if (entry.syntax != CR_PLIST_NAME) return CR_PLIST_BAD;
  *item = (cr_plist_item){.name = entry.data, .bytes = at};
  size_t room = entry.size / 2;
  while (item->name_units < room && unit_at(item->name, item->name_units) != 0) item->name_units++;
  if (entry.size % 2 != 0 || item->name_units == room || item->name_units == 0) return CR_PLIST_BAD;
  size_t used = step;
  for (;;) {
    if (left - used < 4) return CR_PLIST_CUT;
    uint32_t syntax = get32(at + used);
    if (syntax == CR_PLIST_ENDMARK) break;
    if (syntax == CR_PLIST_NAME) return CR_PLIST_BAD; /* an end mark is missing */
    if (!entry_read(at + used, left - used, &entry, &step)) return CR_PLIST_CUT;
    if (item->values++ == 0) item->value = entry;
    used += step;
  }
  item->size = used + 4;
  return item->values == 0 ? CR_PLIST_BAD : CR_PLIST_OK;
}

cr_plist_result cr_plist_next(cr_plist_reader *reader, cr_plist_item *item) {
  if (reader->remaining == 0) return CR_PLIST_END;
  cr_plist_result result = item_read(reader->at, reader->left, item);
  if (result != CR_PLIST_OK) {
    reader->remaining = 0;
    return result;
  }
  reader->at += item->size;
  reader->left -= item->size;
  reader->remaining--;
  return CR_PLIST_OK;
}

bool cr_plist_value_next(const cr_plist_item *item, cr_plist_value *value) {
  const uint8_t *next = value->data + padded(value->size);
  size_t left = item->size - (size_t)(next - item->bytes), step;
  return get32(next) != CR_PLIST_ENDMARK && entry_read(next, left, value, &step);
}

cr_plist_result cr_plist_find(const void *list, size_t size, const uint16_t *name,
                              cr_plist_item *item) {
  cr_plist_reader reader;
  cr_plist_result result = cr_plist_open(&reader, list, size);
  while (result == CR_PLIST_OK) {
    result = cr_plist_next(&reader, item);
    if (result == CR_PLIST_OK && cr_plist_named(item, name)) return CR_PLIST_OK;
  }
  return result;
}

cr_plist_result cr_plist_check(const void *list, size_t size, size_t *used) {
  cr_plist_reader reader;
  cr_plist_item item;
  cr_plist_result result = cr_plist_open(&reader, list, size);
  while (result == CR_PLIST_OK) result = cr_plist_next(&reader, &item);
  if (result != CR_PLIST_END) return result;
  if (used != NULL) *used = size - reader.left;
  return CR_PLIST_OK;
}

bool cr_plist_named(const cr_plist_item *item, const uint16_t *name) {
  for (size_t i = 0; i < item->name_units; i++)
    if (name[i] == 0 || fold(name[i]) != fold(unit_at(item->name, i))) return false;
  return name[item->name_units] == 0;
}

void cr_plist_name(const cr_plist_item *item, uint16_t *name, size_t room) {
  if (room == 0) return;
  size_t n = item->name_units < room ? item->name_units : room - 1;
  for (size_t i = 0; i < n; i++) name[i] = unit_at(item->name, i);
  name[n] = 0;
}

bool cr_plist_data_sound(cr_plist_format format, const void *data, size_t size) {
  const uint8_t *bytes = data;
  switch (format) {
    case CR_PLIST_WORD: return size == 2;
    case CR_PLIST_DWORD:
    case CR_PLIST_LONG: return size == 4;
    case CR_PLIST_LARGE:
    case CR_PLIST_ULARGE:
    case CR_PLIST_FILETIME: return size == 8;
    case CR_PLIST_SZ:
    case CR_PLIST_EXPAND_SZ:
    case CR_PLIST_EXPANDED_SZ:
      return size >= 2 && size % 2 == 0 && unit_at(bytes, size / 2 - 1) == 0;
    case CR_PLIST_MULTI_SZ: /* without strings: nothing at all, one zero, or two */
      return size == 0 || (size % 2 == 0 && unit_at(bytes, size / 2 - 1) == 0 &&
                           (size == 2 || unit_at(bytes, size / 2 - 2) == 0));
    case CR_PLIST_BINARY:
    case CR_PLIST_SECURITY:
    case CR_PLIST_UNKNOWN: return true;
  }
  return true;
}

bool cr_plist_value_sound(const cr_plist_value *value) {
  return cr_plist_data_sound((cr_plist_format)(value->syntax & 0xFFFF), value->data, value->size);
}

/* ---- writing --------------------------------------------------------------------------------- */

void cr_plist_begin(cr_plist_writer *writer, void *bytes, size_t room) {
  *writer = (cr_plist_writer){.bytes = bytes, .room = room, .size = 4, .full = room < 4};
}

bool cr_plist_resume(cr_plist_writer *writer, void *bytes, size_t room, size_t used) {
  cr_plist_begin(writer, bytes, room);
  if (used == 0) return true;
  if (used > room || cr_plist_check(bytes, used, &writer->size) != CR_PLIST_OK) return false;
  writer->count = get32(bytes);
  return true;
}

/* Where the next `size` bytes go; NULL when they have no room. */
static uint8_t *reserve(cr_plist_writer *writer, size_t size) {
  uint8_t *at = NULL;
  if (writer->size > writer->room || size > writer->room - writer->size) writer->full = true;
  if (!writer->full) at = writer->bytes + writer->size;
  writer->size += size;
  return at;
}

void cr_plist_add(cr_plist_writer *writer, const uint16_t *name, uint32_t syntax, const void *data,
                  uint32_t size) {
  size_t name_size = 2 * (units(name) + 1), name_step = 8 + padded(name_size);
  size_t step = name_step + 8 + padded(size) + 4;
  uint8_t *at = reserve(writer, step);
  writer->count++;
  if (at == NULL) return;
  memset(at, 0, step); /* the padding and the end mark */
  put32(at, CR_PLIST_NAME);
  put32(at + 4, (uint32_t)name_size);
  for (size_t i = 0; name[i] != 0; i++) {
    at[8 + 2 * i] = (uint8_t)name[i];
    at[8 + 2 * i + 1] = (uint8_t)(name[i] >> 8);
  }
  put32(at + name_step, syntax);
  put32(at + name_step + 4, size);
  if (size != 0) memcpy(at + name_step + 8, data, size);
}

void cr_plist_add_item(cr_plist_writer *writer, const cr_plist_item *item) {
  uint8_t *at = reserve(writer, item->size);
  writer->count++;
  if (at != NULL) memcpy(at, item->bytes, item->size);
}

bool cr_plist_finish(cr_plist_writer *writer) {
  if (writer->full) return false;
  put32(writer->bytes, writer->count);
  return true;
}
