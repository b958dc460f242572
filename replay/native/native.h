/* native.h - what the parts of the native host share. */
#ifndef CR_NATIVE_NATIVE_H
#define CR_NATIVE_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exported to the DLL. */
#define CR_NATIVE_EXPORT __attribute__((visibility("default")))

#if defined(__SANITIZE_ADDRESS__)
#define CR_NATIVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CR_NATIVE_ASAN 1
#endif
#endif

/* A new thread of the DLL: a stack for its signals, and where its own stack ends. */
void cr_native_thread_begins(void);
/* A thread of the host's own, with a stack of 8 MB anywhere, so that the DLL's stay where they are.
 * False when there is none. */
bool cr_native_thread(uint32_t (*routine)(void *), void *argument);
/* Takes the sanitizers' reports as faults of the DLL. */
void cr_native_sanitizers_install(void);

/* Plain copies and comparisons, which no sanitizer looks at: for memory that the DLL must not touch
 * but the host may. */
void cr_plain_copy(void *to, const void *from, size_t n);
bool cr_plain_same(const void *a, const void *b, size_t n);

#endif
