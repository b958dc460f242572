/* stack_scripts.h - what the programs of the part "stack" do, as data. */
#ifndef CR_MODEL_PARTS_STACK_SCRIPTS_H
#define CR_MODEL_PARTS_STACK_SCRIPTS_H

#include <stdint.h>

enum { CR__PROGRAMS = 3, CR__PROGRAM_HANDLES = 3 };

/* Handles of a program: of the volume, of a file, and one more. */
enum { CR__HANDLE_V = 0, CR__HANDLE_F, CR__HANDLE_X };

/* Words of a notification (words.def). */
enum { CR__NOTE_LOCK = 1, CR__NOTE_LOCK_FAILED, CR__NOTE_DISMOUNT, CR__NOTE_DISMOUNT_FAILED };

/* Words of disk controls and of conclusions (words.def). */
enum { CR__DISK_LOCK = 1, CR__DISK_DISMOUNT };
enum { CR__USABLE = 1, CR__UNUSABLE };

/* Extra of a close: the system does it, for a program that has died. */
enum { CR__AFTER_DEATH = 1 };

/* One operation of a script. */
typedef struct cr_script_op {
  uint8_t kind;   /* cr_event_kind */
  uint8_t handle; /* CR__HANDLE_ */
  uint8_t extra;  /* access of an open; word of a notification and the like */
  uint8_t fail;   /* where to go on after a refusal; 0: as after success */
  uint8_t then;   /* where to go on after success; 0: the next operation */
  uint8_t may;    /* so many operations from this one on may be left out */
} cr_script_op;

typedef struct cr_script {
  const cr_script_op *op;
  uint8_t count;
} cr_script;

/* The script of a program (below CR__PROGRAMS) in a story, or the one that it follows instead as a
 * mutant (cr_mutant); NULL when there is no such story. */
const cr_script *cr__stack_script(unsigned story, unsigned program, uint32_t mutant);

#endif
