/* faults_posix.c - crashes of the DLL: signals, and what the sanitizers report. */
#include "faults.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "native.h"
#include "session.h"

/* ---- signals --------------------------------------------------------------------------------- */

enum { SIGNAL_STACK_BYTES = 128 * 1024, GUARD_BYTES = 64 * 1024 };

static _Thread_local uint8_t *stack_end; /* the lowest address of the thread's stack */

void cr_native_thread_begins(void) {
  pthread_attr_t how;
  void *at = NULL;
  size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &how) == 0) {
    pthread_attr_getstack(&how, &at, &bytes);
    pthread_attr_destroy(&how);
    stack_end = at;
  }
  void *own =
      mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_t stack = {.ss_sp = own, .ss_size = SIGNAL_STACK_BYTES};
  if (own != MAP_FAILED) sigaltstack(&stack, NULL);
}

static bool stack_overflow(const void *address) {
  const uint8_t *p = address;
  return stack_end != NULL && p < stack_end + GUARD_BYTES / 16 && p >= stack_end - GUARD_BYTES;
}

static const char *signal_name(int number, const siginfo_t *info) {
  switch (number) {
    case SIGSEGV: return stack_overflow(info->si_addr) ? "stack overflow" : "access violation";
    case SIGBUS: return "page cannot be read";
    case SIGILL: return "illegal instruction";
    case SIGFPE: return "division by zero";
    case SIGTRAP: return "breakpoint";
    default: return "abort";
  }
}

static void report(cr_thread *t, const char *what, const void *at) {
  cr_buf text = {0};
  cr_buf_printf(&text, "%s in ", what);
  cr_address_write(at, &text);
  cr_thread_fault(t, text.data);
}

/* While the DLL is loaded: its DllMain, or a thread that that has started. */
static void report_loading(cr_image *image, const char *what, const void *at) {
  cr_buf text = {0};
  bool its = GetCurrentThreadId() == image->loader_id;
  cr_buf_printf(&text, "%s: %s in ", its ? "crashes" : "starts a thread that crashes", what);
  cr_address_write(at, &text);
  cr_image_gives_up(image, text.data);
}

static void on_signal(int number, siginfo_t *info, void *context) {
  const greg_t *registers = ((const ucontext_t *)context)->uc_mcontext.gregs;
  cr_session *s = cr_session_get();
  cr_thread *t = cr_self();
  const void *at = (const void *)(uintptr_t)registers[REG_RIP];
  const char *met = number == SIGSEGV
                        ? cr_heap_access(&s->heap, info->si_addr, (registers[REG_ERR] & 2) != 0)
                        : NULL;
  char what[96];
  snprintf(what, sizeof what, "%s%s%s%s", signal_name(number, info), met == NULL ? "" : " (",
           met == NULL ? "" : met, met == NULL ? "" : ")");
  if (t != NULL) report(t, what, at);
  if (s->image.loading && GetCurrentThreadId() != s->sched.controller_id)
    report_loading(&s->image, what, at);
  signal(number, SIG_DFL);
}

void cr_faults_install(void) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < CR_ARRAY_LEN(signals); i++) sigaction(signals[i], &action, NULL);
  cr_native_sanitizers_install();
}

/* ---- sanitizers ------------------------------------------------------------------------------ */

/* Their public interface, there or not. */
#define CR_WEAK __attribute__((weak))
CR_WEAK void __asan_set_error_report_callback(void (*callback)(const char *text));
CR_WEAK const char *__asan_get_report_description(void);
CR_WEAK void *__asan_get_report_address(void);
CR_WEAK void *__asan_get_report_pc(void);
CR_WEAK int __asan_get_report_access_type(void);
CR_WEAK void __asan_handle_no_return(void);
CR_WEAK void __ubsan_get_current_report_data(const char **kind, const char **message,
                                             const char **file, unsigned *line, unsigned *column,
                                             char **address);
CR_NATIVE_EXPORT const char *__asan_default_options(void);
CR_NATIVE_EXPORT void __ubsan_on_report(void);

/* Signals are ours; what is left at the end is the business of the verdict. */
const char *__asan_default_options(void) {
  return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_"
         "sigfpe=0";
}

/* Frames are about to be left without a return. */
void cr_native_jumps(void) {
  if (__asan_handle_no_return != NULL) __asan_handle_no_return();
}

static void on_asan(const char *text) {
  (void)text;
  cr_thread *t = cr_self();
  if (t == NULL) return;
  const char *what = __asan_get_report_description();
  const char *access = __asan_get_report_access_type() ? "write to" : "read of";
  void *at = __asan_get_report_address();
  char own[64];
  if (cr_heap_owns(&cr_session_get()->heap, at)) {
    uint8_t byte;
    cr_plain_copy(&byte, at, 1);
    bool is_freed = byte == 0xDD; /* as heap.c fills it */
    snprintf(own, sizeof own, "%s %s", access, is_freed ? "freed memory" : "memory behind a block");
    what = own;
  }
  report(t, what, __asan_get_report_pc());
}

void cr_native_sanitizers_install(void) {
  if (__asan_set_error_report_callback != NULL) __asan_set_error_report_callback(on_asan);
}

/* Not called when there is no UBSan. */
void __ubsan_on_report(void) {
  const char *kind, *message, *file;
  unsigned line, column;
  char *address, what[120];
  cr_thread *t = cr_self();
  if (t == NULL || __ubsan_get_current_report_data == NULL) return;
  __ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
  const char *slash = strrchr(file, '/');
  snprintf(what, sizeof what, "%s in %s:%u", kind, slash == NULL ? file : slash + 1, line);
  cr_thread_fault(t, what);
}
