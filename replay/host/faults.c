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

static void report(const EXCEPTION_RECORD *record) {
  cr_thread *t = cr_self();
  if (t == NULL) return;
  cr_buf text = {0};
  const char *name = exception_name(record->ExceptionCode);
  cr_buf_puts(&text, name);
  if (strcmp(name, "unhandled exception") == 0)
    cr_buf_printf(&text, " 0x%08lx", record->ExceptionCode);
  cr_buf_puts(&text, " in ");
  cr_address_write(record->ExceptionAddress, &text);
  cr_thread_fault(t, text.data);
}

static LONG WINAPI unhandled(EXCEPTION_POINTERS *exception) {
  report(exception->ExceptionRecord);
  return EXCEPTION_CONTINUE_SEARCH;
}

static LONG WINAPI first_look(EXCEPTION_POINTERS *exception) {
  if (exception->ExceptionRecord->ExceptionCode == EXCEPTION_STACK_OVERFLOW)
    report(exception->ExceptionRecord);
  return EXCEPTION_CONTINUE_SEARCH;
}

void cr_faults_install(void) {
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  SetUnhandledExceptionFilter(unhandled);
  AddVectoredExceptionHandler(1, first_look);
}
