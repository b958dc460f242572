/* story_fields.h - the variables of a part whose actors follow scripts (model/story.h), and of an
 * observer that is an automaton over bits (model/observer/automaton.h). */
#ifndef CLUSRACE_PART_STORY_FIELDS_H
#define CLUSRACE_PART_STORY_FIELDS_H

/* Where each of up to four threads stands in its script; flags that the steps wait for. */
#define CR_STORY_FIELDS(X) \
  X(at0, 8)                \
  X(at1, 8)                \
  X(at2, 8)                \
  X(at3, 8)                \
  X(flags, 8)

/* Sixty-four bits of memory. */
#define CR_AUTOMATON_FIELDS(X) \
  X(m0, 8)                     \
  X(m1, 8)                     \
  X(m2, 8)                     \
  X(m3, 8)                     \
  X(m4, 8)                     \
  X(m5, 8)                     \
  X(m6, 8)                     \
  X(m7, 8)

#endif
