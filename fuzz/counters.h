/* counters.h - the engine's counters: what our feedback raises, and what the compiler has put into
 * the model's code. One of counters_libfuzzer.c and counters_afl.c is linked. */
#ifndef CR_FUZZ_COUNTERS_H
#define CR_FUZZ_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

/* CR_FEEDBACK_COUNTERS counters, each set to zero by the engine before an input. To be asked for
 * anew for every input. */
uint8_t *cr__counters(void);
/* Code that runs until pause(false) leaves no trace in the engine's counters. */
void cr__counters_pause(bool pause);

#endif
