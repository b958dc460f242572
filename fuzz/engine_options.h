/* engine_options.h - what the fuzzing program and the mutator of AFL++ are told: options of ours
 * begin with two dashes. Private to fuzz/. */
#ifndef CR_FUZZ_ENGINE_OPTIONS_H
#define CR_FUZZ_ENGINE_OPTIONS_H

#include "clusrace/fuzz.h"

/* Whose mutations: what the engine does to bytes is of use beside what we do to interleavings.
 * AFL++ makes its own in any case. */
typedef enum cr__mutator_choice {
  CR__MUTATOR_BOTH = 0,
  CR__MUTATOR_ENGINE,
  CR__MUTATOR_INTERLEAVINGS
} cr__mutator_choice;

typedef struct cr__engine_options {
  cr_scenario scenario;
  cr_subject subject;
  cr_judge judge;
  const char *store, *engine, *summary;
  unsigned feedback; /* CR_FEEDBACK_ bits */
  uint8_t mutator;   /* cr__mutator_choice */
  bool stop;         /* end with the first violation, and say when it came */
  const char *dll, *host, *type, *properties, *folder;
  bool heap_guard, fibres;
} cr__engine_options;

/* Defaults. */
void cr__engine_options_init(cr__engine_options *options);
/* Takes "--NAME" or "--NAME=VALUE"; ends the process with one line and a documented status when it
 * is wrong. word is kept. */
void cr__engine_option(cr__engine_options *options, const char *word);
/* Everything is there that is needed, else it ends the process. */
void cr__engine_options_done(const cr__engine_options *options);
/* Ends the process: "clusrace: TEXT". */
CR_NORETURN void cr__engine_give_up(cr_exit status, const char *text);

#endif
