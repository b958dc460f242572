/* table.c - Startup and the function table that it answers; see loader.h. */
#include <string.h>

#include "loader.h"
#include "same.h"
#include "session.h"

typedef void (*procedure)(void);

static const void *place_of(procedure function) {
  const void *at = NULL;
  memcpy(&at, &function, sizeof at);
  return at;
}

static bool is_code(procedure function) { return cr_memory_runs(place_of(function)); }

static bool in_image(cr_image *image, procedure function) {
  return cr_image_calls(image, place_of(function));
}

/* Static texts, because the reason outlives the replay: NULL slots and slots that are no code. */
#define SLOTS(X) \
  X(Open)        \
  X(Close)       \
  X(Online)      \
  X(Offline)     \
  X(Terminate)   \
  X(LooksAlive)  \
  X(IsAlive)
#define SLOT_CHECK(name)                                                \
  if (f->name == NULL) return "the function table's " #name " is NULL"; \
  if (!is_code((procedure)f->name)) return "the function table's " #name " is no code";

static const char *slots_check_v1(const CLRES_V1_FUNCTIONS *f) {
  SLOTS(SLOT_CHECK)
  return NULL;
}

/* Versions 2 to 4 have them at the same places. */
static const char *slots_check_later(const CLRES_V4_FUNCTIONS *f) {
  SLOTS(SLOT_CHECK)
  return NULL;
}

/* The slots behind those that all later versions share. Version 2 has the two of version 1 there,
 * the earlier layout of version 3 has more than is known: then nobody calls them. */
static void take_controls(const CLRES_FUNCTION_TABLE *answer, size_t bytes, cr_table *table) {
  const size_t head = offsetof(CLRES_FUNCTION_TABLE, V1Functions);
  bool known = answer->Version != CLRES_VERSION_V3_00 || answer->TableSize == bytes ||
               answer->TableSize == bytes + head;
  if (!known || !cr_memory_readable(answer, head + bytes)) return;
  memcpy(&table->v4, &answer->V4Functions, bytes);
  if (answer->Version != CLRES_VERSION_V2_00) return;
  table->v1.ResourceControl = answer->V2Functions.ResourceControl;
  table->v1.ResourceTypeControl = answer->V2Functions.ResourceTypeControl;
}

/* 0 for a version that is not known. */
static size_t functions_bytes(DWORD version) {
  switch (version) {
    case CLRES_VERSION_V1_00: return sizeof(CLRES_V1_FUNCTIONS);
    case CLRES_VERSION_V2_00: return sizeof(CLRES_V2_FUNCTIONS);
    case CLRES_VERSION_V3_00: return sizeof(CLRES_V3_FUNCTIONS);
    case CLRES_VERSION_V4_00: return sizeof(CLRES_V4_FUNCTIONS);
    default: return 0;
  }
}

static const char *table_take(const CLRES_FUNCTION_TABLE *answer, cr_table *table) {
  const size_t head = offsetof(CLRES_FUNCTION_TABLE, V1Functions);
  const size_t later = offsetof(CLRES_V4_FUNCTIONS, BeginResourceControl);
  if (answer == NULL) return "Startup answered success without a function table";
  if (!cr_memory_readable(answer, head))
    return "Startup answered a function table that cannot be read";
  table->version = answer->Version;
  bool first = answer->Version == CLRES_VERSION_V1_00;
  size_t needed = functions_bytes(answer->Version);
  if (needed == 0) return "the function table has a version other than 1 to 4";
  if (answer->TableSize < needed)
    return "the function table's TableSize is too small for its version";
  if (!cr_memory_readable(answer, head + (first ? needed : later)))
    return "Startup answered a function table that cannot be read";
  if (first) {
    table->v1 = answer->V1Functions;
    return slots_check_v1(&table->v1);
  }
  memcpy(&table->v4, &answer->V4Functions, later);
  take_controls(answer, needed, table);
  return slots_check_later(&table->v4);
}

/* A module does not go away, so what was checked once stands as long as the answer is the same and
 * lies in the modules under test, like the code that it names. */
static void table_remember(cr_image *image, const CLRES_FUNCTION_TABLE *answer,
                           const cr_table *table) {
  size_t bytes = offsetof(CLRES_FUNCTION_TABLE, V1Functions) + functions_bytes(answer->Version);
  bool own = cr_image_calls(image, answer) && cr_memory_readable(answer, bytes);
#define SLOT_OWN(name)                                                                           \
  own =                                                                                          \
      own && (table->version == CLRES_VERSION_V1_00 ? in_image(image, (procedure)table->v1.name) \
                                                    : in_image(image, (procedure)table->v4.name));
  SLOTS(SLOT_OWN)
  image->checked = own ? answer : NULL;
  if (!own) return;
  memcpy(&image->checked_copy, answer, bytes);
  image->checked_bytes = bytes;
  image->checked_table = *table;
}

/* Takes the answer; NULL, or what is wrong with it. */
static const char *answer_take(cr_image *image, const CLRES_FUNCTION_TABLE *answer,
                               cr_table *table) {
  if (answer != NULL && answer == image->checked &&
      cr_same(answer, &image->checked_copy, image->checked_bytes)) {
    *table = image->checked_table;
    return NULL;
  }
  const char *wrong = table_take(answer, table);
  if (wrong == NULL) table_remember(image, answer, table);
  return wrong;
}

DWORD cr_image_startup(cr_image *image, const char *type, DWORD highest, cr_table *table,
                       const char **why) {
  WCHAR wide[CR_NAME_MAX * 2];
  CLRES_FUNCTION_TABLE *answer = NULL;
  DWORD error;
  *table = (cr_table){0};
  *why = NULL;
  cr_path_widen(type, wide, CR_ARRAY_LEN(wide));
  if (image->startup_ex != NULL) {
    CLRES_CALLBACK_FUNCTION_TABLE callbacks;
    cr_callbacks_fill(&callbacks);
    error = image->startup_ex(wide, CLRES_VERSION_V1_00, highest, &callbacks, &answer);
  } else {
    error = image->startup(wide, CLRES_VERSION_V1_00, CLRES_VERSION_V1_00, cr_set_resource_status,
                           cr_log_event, &answer);
  }
  if (error == ERROR_SUCCESS) *why = answer_take(image, answer, table);
  return *why == NULL ? error : ERROR_REVISION_MISMATCH;
}

static uint32_t truth(BOOL value) { return value ? 1 : 0; }

uint32_t cr_table_call(const cr_table *table, cr_entry_point ep, const WCHAR *name, HKEY key,
                       void *resource_token, RESID *resid, HANDLE *event) {
  bool first = table->version == CLRES_VERSION_V1_00;
  const CLRES_V1_FUNCTIONS *v1 = &table->v1;
  const CLRES_V4_FUNCTIONS *v4 = &table->v4;
  switch (ep) {
    case CR_EP_OPEN:
      *resid = first ? v1->Open(name, key, resource_token) : v4->Open(name, key, resource_token, 0);
      return *resid != NULL;
    case CR_EP_CLOSE: (first ? v1->Close : v4->Close)(*resid); return 0;
    case CR_EP_ONLINE:
      return first ? v1->Online(*resid, event) : v4->Online(*resid, event, 0, NULL, 0, 0);
    case CR_EP_OFFLINE:
      return first ? v1->Offline(*resid) : v4->Offline(*resid, NULL, 0, NULL, 0, 0);
    case CR_EP_TERMINATE: (first ? v1->Terminate : v4->Terminate)(*resid); return 0;
    case CR_EP_LOOKS_ALIVE: return truth((first ? v1->LooksAlive : v4->LooksAlive)(*resid));
    case CR_EP_IS_ALIVE: return truth((first ? v1->IsAlive : v4->IsAlive)(*resid));
    default: CR_ASSERT(false); return 0;
  }
}
