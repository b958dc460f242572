/* mutate.c - one mutator core for every engine; see clusrace/fuzz.h.
 *
 * A choice is one byte (or two, for a model with more than 256 actions); all moves keep whole
 * choices, so that the rest of an interleaving keeps its meaning. */
#include <string.h>

#include "clusrace/fuzz.h"

typedef struct mutation {
  uint8_t *bytes;
  size_t n, max; /* in choices */
  size_t width;
  uint32_t actions;
  cr_rng rng;
} mutation;

static uint8_t *at(mutation *m, size_t i) { return m->bytes + i * m->width; }

static void put(mutation *m, size_t i, uint32_t choice) {
  at(m, i)[0] = (uint8_t)choice;
  if (m->width == 2) at(m, i)[1] = (uint8_t)(choice >> 8);
}

static size_t pick(mutation *m, size_t bound) { return cr_rng_below(&m->rng, (uint32_t)bound); }

static void insert_gap(mutation *m, size_t where, size_t count) {
  memmove(at(m, where + count), at(m, where), (m->n - where) * m->width);
  m->n += count;
}

static void cut(mutation *m, size_t where, size_t count) {
  memmove(at(m, where), at(m, where + count), (m->n - where - count) * m->width);
  m->n -= count;
}

static void change(mutation *m) { put(m, pick(m, m->n), cr_rng_below(&m->rng, m->actions)); }

static void insert_choice(mutation *m) {
  if (m->n == m->max) return;
  size_t where = pick(m, m->n + 1);
  insert_gap(m, where, 1);
  put(m, where, cr_rng_below(&m->rng, m->actions));
}

static void drop(mutation *m) {
  if (m->n < 2) return;
  size_t count = 1 + pick(m, m->n < 8 ? m->n - 1 : 4);
  cut(m, pick(m, m->n - count + 1), count);
}

static void swap_neighbours(mutation *m) {
  if (m->n < 2) return;
  size_t i = pick(m, m->n - 1);
  uint8_t kept[2];
  memcpy(kept, at(m, i), m->width);
  memmove(at(m, i), at(m, i + 1), m->width);
  memcpy(at(m, i + 1), kept, m->width);
}

/* One choice earlier or later: a Terminate or a racing open meets another moment. */
static void move(mutation *m) {
  if (m->n < 2) return;
  size_t from = pick(m, m->n), to = pick(m, m->n);
  uint8_t kept[2];
  memcpy(kept, at(m, from), m->width);
  cut(m, from, 1);
  insert_gap(m, to, 1);
  memcpy(at(m, to), kept, m->width);
}

static void duplicate(mutation *m) {
  size_t room = m->max - m->n;
  if (room == 0) return;
  size_t from = pick(m, m->n);
  size_t count = 1 + pick(m, m->n - from < 16 ? m->n - from : 16);
  if (count > room) count = room;
  uint8_t kept[2 * 16];
  memcpy(kept, at(m, from), count * m->width);
  size_t to = pick(m, m->n + 1);
  insert_gap(m, to, count);
  memcpy(at(m, to), kept, count * m->width);
}

/* A priority change: from here on one actor's choice is preferred for a while. */
static void prefer(mutation *m) {
  size_t from = pick(m, m->n);
  size_t count = 2 + pick(m, 12);
  uint32_t choice = cr_rng_below(&m->rng, m->actions);
  for (size_t i = from; i < from + count && i < m->max; i++) {
    if (i >= m->n) m->n = i + 1;
    put(m, i, choice);
  }
}

static void grow(mutation *m) {
  for (size_t count = 1 + pick(m, 24); count > 0 && m->n < m->max; count--)
    put(m, m->n++, cr_rng_below(&m->rng, m->actions));
}

size_t cr_fuzz_mutate(const cr_model *model, uint8_t *bytes, size_t n, size_t max, uint64_t seed) {
  static void (*const moves[])(mutation *) = {
      change, insert_choice, drop, swap_neighbours, move, move, duplicate, prefer, grow};
  uint32_t actions = cr_model_actions_count(model);
  size_t width = actions > 256 ? 2 : 1;
  mutation m = {
      .bytes = bytes, .n = n / width, .max = max / width, .width = width, .actions = actions};
  cr_rng_seed(&m.rng, seed);
  if (m.max == 0) return n;
  if (m.n == 0) {
    m.n = 1;
    put(&m, 0, cr_rng_below(&m.rng, actions));
  }
  for (uint32_t rounds = 1 + cr_rng_below(&m.rng, 4); rounds > 0; rounds--)
    moves[cr_rng_below(&m.rng, CR_ARRAY_LEN(moves))](&m);
  return m.n * width;
}

size_t cr_fuzz_splice(const uint8_t *a, size_t na, const uint8_t *b, size_t nb, uint8_t *out,
                      size_t max, uint64_t seed) {
  cr_rng rng;
  cr_rng_seed(&rng, seed);
  size_t head = na == 0 ? 0 : cr_rng_below(&rng, (uint32_t)na + 1);
  size_t from = nb == 0 ? 0 : cr_rng_below(&rng, (uint32_t)nb + 1);
  if (head > max) head = max;
  size_t tail = nb - from < max - head ? nb - from : max - head;
  if (head > 0) memcpy(out, a, head);
  if (tail > 0) memcpy(out + head, b + from, tail);
  return head + tail;
}
