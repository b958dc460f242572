/* faults.c - see faults.h.
 *
 * A DLL may handle exceptions of its own, so the filter for unhandled ones is used, not the first
 * look at every exception; a stack overflow is the exception, because there is no room for the long
 * way.
 */
#include "faults.h"

#include <string.h>

#include "session.h"

static const char *exception_name(DWORD code) {
  switch (code) {
    case EXCEPTION_ACCESS_VIOLATION: return "access violation";
    case EXCEPTION_STACK_OVERFLOW: return "stack overflow";
    case EXCEPTION_ILLEGAL_INSTRUCTION: return "illegal instruction";
    case EXCEPTION_PRIV_INSTRUCTION: return "privileged instruction";
    case EXCEPTION_INT_DIVIDE_BY_ZERO: return "division by zero";
    case EXCEPTION_BREAKPOINT: return "breakpoint";
    case EXCEPTION_DATATYPE_MISALIGNMENT: return "misaligned access";
    case EXCEPTION_IN_PAGE_ERROR: return "page cannot be read";
    case 0xC0000374: return "heap corruption";
    case 0xC0000409: return "stack buffer overrun";
    case 0x80000100: return "call of a function that this system lacks";
    case 0xE06D7363: return "unhandled C++ exception";
    default: return "unhandled exception";
  }
}

/* What the access met; NULL when it is no matter of the heap. */
static const char *heap_access(const EXCEPTION_RECORD *record) {
  if (record->ExceptionCode != EXCEPTION_ACCESS_VIOLATION || record->NumberParameters < 2)
    return NULL;
  return cr_heap_access(&cr_session_get()->heap, (const void *)record->ExceptionInformation[1],
                        record->ExceptionInformation[0] == 1);
}

/* Wine gives a function that it lacks a stand-in, which says its name when it is called. */
static void lacking_function(const EXCEPTION_RECORD *record, cr_buf *text) {
  if (record->ExceptionCode != 0x80000100 || record->NumberParameters < 2) return;
  const char *module = (const char *)record->ExceptionInformation[0];
  ULONG_PTR name = record->ExceptionInformation[1];
  if (name > 0xFFFF)
    cr_buf_printf(text, " (%.40s!%.60s)", module, (const char *)name);
  else
    cr_buf_printf(text, " (%.40s!#%u)", module, (unsigned)name);
}

static void describe(const EXCEPTION_RECORD *record, cr_buf *text) {
  const char *name = exception_name(record->ExceptionCode), *met = heap_access(record);
  cr_buf_puts(text, name);
  if (strcmp(name, "unhandled exception") == 0)
    cr_buf_printf(text, " 0x%08lx", record->ExceptionCode);
  if (met != NULL) cr_buf_printf(text, " (%s)", met);
  lacking_function(record, text);
  cr_buf_puts(text, " in ");
  cr_address_write(record->ExceptionAddress, text);
}

static void report(const EXCEPTION_RECORD *record) {
  cr_thread *t = cr_self();
  if (t == NULL) return;
  cr_buf text = {0};
  describe(record, &text);
  cr_thread_fault(t, text.data);
}

static LONG WINAPI unhandled(EXCEPTION_POINTERS *exception) {
  cr_image *image = &cr_session_get()->image;
  report(exception->ExceptionRecord);
  if (image->loading) { /* a thread that DllMain has started */
    cr_buf text = {0};
    cr_buf_puts(&text, "starts a thread that crashes: ");
    describe(exception->ExceptionRecord, &text);
    cr_image_gives_up(image, text.data);
  }
  return EXCEPTION_CONTINUE_SEARCH;
}

/* While the DLL is being loaded the system's loader handles what DllMain throws, and says only that
 * it failed: the first look keeps what it was. */
static void note_loading(const EXCEPTION_RECORD *record) {
  cr_image *image = &cr_session_get()->image;
  bool severe = (record->ExceptionCode & 0xC0000000) == 0xC0000000 ||
                record->ExceptionCode == 0x80000100 ||
                record->ExceptionCode == EXCEPTION_BREAKPOINT;
  if (!image->loading || GetCurrentThreadId() != image->loader_id || !severe) return;
  cr_buf text = {0};
  describe(record, &text);
  strncpy(image->fault, text.data, sizeof image->fault - 1);
  if (record->ExceptionCode == EXCEPTION_STACK_OVERFLOW)
    cr_image_gives_up(image, "overflows its stack");
  cr_buf_free(&text);
}

static bool meets_shut_data(const EXCEPTION_RECORD *record) {
  return record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION && record->NumberParameters >= 2 &&
         cr_image_opens(&cr_session_get()->image, (const void *)record->ExceptionInformation[1]);
}

static LONG WINAPI first_look(EXCEPTION_POINTERS *exception) {
  if (meets_shut_data(exception->ExceptionRecord)) return EXCEPTION_CONTINUE_EXECUTION;
  if (cr_session_get()->image.loading) note_loading(exception->ExceptionRecord);
  if (exception->ExceptionRecord->ExceptionCode == EXCEPTION_STACK_OVERFLOW)
    report(exception->ExceptionRecord);
  return EXCEPTION_CONTINUE_SEARCH;
}

void cr_faults_install(void) {
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  SetUnhandledExceptionFilter(unhandled);
  AddVectoredExceptionHandler(1, first_look);
}
