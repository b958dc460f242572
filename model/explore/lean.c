/* lean.c - see lean.h. */
#include "lean.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 8, ARRAY_BYTES_MIN = 1 << 12 };

/* ---- prints ---------------------------------------------------------------------------------- */

/* Numbers of so many bits onto each other: shifts by half of them or more undo themselves, and odd
 * factors have an inverse. */
#define FACTOR_1 UINT64_C(0xBF58476D1CE4E5B9)
#define FACTOR_2 UINT64_C(0x94D049BB133111EB)

/* Newton's iteration doubles the bits that are right; an odd number is its own inverse in 3. */
static uint64_t inverse_of(uint64_t odd) {
  uint64_t inverse = odd;
  for (unsigned right = 3; right < 64; right *= 2) inverse *= 2 - odd * inverse;
  return inverse;
}

static uint64_t scramble(uint64_t x, unsigned bits, uint64_t first, uint64_t second) {
  uint64_t mask = UINT64_MAX >> (64 - bits);
  unsigned half = (bits + 1) / 2;
  x ^= x >> half;
  x = x * first & mask;
  x ^= x >> half;
  x = x * second & mask;
  return x ^ x >> half;
}

static uint64_t mixed(const cr__xlean *lean, uint64_t name) {
  return scramble(name, lean->bits, FACTOR_1, FACTOR_2) << (64 - lean->bits);
}

static uint64_t unmixed(const cr__xlean *lean, uint64_t print) {
  return scramble(print >> (64 - lean->bits), lean->bits, inverse_of(FACTOR_2),
                  inverse_of(FACTOR_1));
}

static uint64_t short_name(const cr__xlean *lean, const void *key) {
  uint64_t name = 0;
  if (lean->store->key_bytes == sizeof name) {
    memcpy(&name, key, sizeof name);
    return name;
  }
  const unsigned char *bytes = key;
  for (size_t i = 0; i < lean->store->key_bytes; i++) name |= (uint64_t)bytes[i] << (8 * i);
  return name;
}

bool cr__xlean_print(cr__xlean *lean, unsigned worker, const void *key, uint64_t *print) {
  uint64_t name;
  if (lean->kind != CR__XLEAN_EXACT) {
    *print = cr__xspace_digest(lean->space, worker, key) & ~(UINT64_MAX >> 1 >> (lean->bits - 1));
    return true;
  }
  if (!lean->trees)
    name = short_name(lean, key);
  else if (!cr__xtree_find(&lean->tree, &lean->glance[worker], key, &name))
    return false;
  *print = mixed(lean, name);
  return true;
}

bool cr__xlean_name(cr__xlean *lean, const void *key, uint64_t *print) {
  uint64_t name;
  if (!lean->trees) return cr__xlean_print(lean, 0, key, print);
  if (!cr__xtree_add(&lean->tree, &lean->glance[lean->workers], key, &name, lean->store))
    return false;
  *print = mixed(lean, name);
  return true;
}

/* ---- bits ------------------------------------------------------------------------------------ */

enum { BITS_A_STATE = 3 };

static uint64_t bit_of(const cr__xbits *array, uint64_t print, unsigned i) {
  uint64_t x = print + i * UINT64_C(0x9E3779B97F4A7C15);
  return scramble(x, 64, FACTOR_1, FACTOR_2) % array->bits;
}

static bool bits_known(const cr__xbits *array, uint64_t print) {
  for (unsigned i = 0; i < BITS_A_STATE; i++) {
    uint64_t bit = bit_of(array, print, i);
    if ((array->words[bit / 64] >> (bit % 64) & 1) == 0) return false;
  }
  return true;
}

static bool bits_put(cr__xbits *array, uint64_t print) {
  bool new = false;
  for (unsigned i = 0; i < BITS_A_STATE; i++) {
    uint64_t bit = bit_of(array, print, i), one = UINT64_C(1) << bit % 64;
    if ((array->words[bit / 64] & one) != 0) continue;
    array->words[bit / 64] |= one;
    array->ones++;
    new = true;
  }
  return new;
}

static cr_err array_new(cr__xlean *lean, size_t bytes, cr_errinfo *info) {
  size_t words = bytes / CR__XSEGMENTS / sizeof(uint64_t);
  if (bytes < ARRAY_BYTES_MIN)
    return cr_fail(info, CR_ERR_INPUT, "an array of %zu bytes is too small; use %d or more", bytes,
                   (int)ARRAY_BYTES_MIN);
  if (!cr__xstore_reserve(lean->store, words * CR__XSEGMENTS * sizeof(uint64_t)))
    return cr_fail(info, CR_ERR_INPUT,
                   "an array of %zu bytes is beyond the bound on memory; allow "
                   "more",
                   bytes);
  for (size_t i = 0; i < CR__XSEGMENTS; i++) {
    lean->array[i] = (cr__xbits){.words = calloc(words, sizeof(uint64_t)), .bits = words * 64};
    if (lean->array[i].words == NULL)
      return cr_fail(info, CR_ERR_ENVIRONMENT, "there is no memory for an array of %zu bytes",
                     bytes);
  }
  return CR_OK;
}

/* ---- the set --------------------------------------------------------------------------------- */

void cr__xlean_prefetch(const cr__xlean *lean, uint64_t print) {
  unsigned segment = cr__xstore_segment(print);
  if (lean->kind != CR__XLEAN_BITS)
    cr__xcompact_prefetch(&lean->table[segment], print);
  else
    CR__PREFETCH(&lean->array[segment].words[bit_of(&lean->array[segment], print, 0) / 64]);
}

bool cr__xlean_known(const cr__xlean *lean, uint64_t print) {
  unsigned segment = cr__xstore_segment(print);
  return lean->kind == CR__XLEAN_BITS ? bits_known(&lean->array[segment], print)
                                      : cr__xcompact_known(&lean->table[segment], print);
}

bool cr__xlean_make_room(cr__xlean *lean, const uint32_t more[CR__XSEGMENTS]) {
  if (lean->kind == CR__XLEAN_BITS) return true;
  for (size_t i = 0; i < CR__XSEGMENTS; i++)
    if (!cr__xcompact_ensure(&lean->table[i], more[i], lean->store)) return false;
  return true;
}

bool cr__xlean_put(cr__xlean *lean, uint64_t print) {
  unsigned segment = cr__xstore_segment(print);
  return lean->kind == CR__XLEAN_BITS ? bits_put(&lean->array[segment], print)
                                      : cr__xcompact_put(&lean->table[segment], print);
}

/* A state that comes after n others has the print of one of them with a chance of at most n in
 * 2^bits; one that comes to an array has all its bits set there already with the cube of the part
 * that is set. The latter is taken as it is after all states were added: too high. */
void cr__xlean_account(cr__xlean *lean) {
  double added = (double)(lean->store->count - lean->added);
  if (lean->kind == CR__XLEAN_HASHED) {
    double values = 2.0 * (double)(UINT64_C(1) << (lean->bits - 1));
    double count = (double)lean->store->count;
    lean->omissions = count * (count + 1) / 2 / values;
  } else if (lean->kind == CR__XLEAN_BITS) {
    double chance = 0;
    for (size_t i = 0; i < CR__XSEGMENTS; i++) {
      double set = (double)lean->array[i].ones / (double)lean->array[i].bits;
      chance += set * set * set / CR__XSEGMENTS;
    }
    lean->omissions += added * chance;
  }
  lean->added = lean->store->count;
}

/* ---- another form of the keys ---------------------------------------------------------------- */

static unsigned bits_for(const cr__xlean *lean) {
  unsigned bits = lean->trees ? 64 : cr__xspace_key_bits(lean->space);
  return bits < CR__XCOMPACT_BITS_MIN ? CR__XCOMPACT_BITS_MIN : bits;
}

static void shape(cr__xlean *lean) {
  size_t key_bytes = lean->store->key_bytes;
  lean->trees = lean->kind == CR__XLEAN_EXACT && key_bytes > WORD_BYTES;
  if (lean->kind == CR__XLEAN_EXACT) lean->bits = bits_for(lean);
  unsigned table_bits = lean->bits < CR__XCOMPACT_BITS_MIN ? CR__XCOMPACT_BITS_MIN : lean->bits;
  for (size_t i = 0; i < CR__XSEGMENTS; i++) cr__xcompact_init(&lean->table[i], table_bits);
  if (!lean->trees) return;
  cr__xtree_init(&lean->tree, key_bytes);
  lean->glance = cr_alloc((lean->workers + 1) * sizeof *lean->glance);
  for (unsigned i = 0; i <= lean->workers; i++) cr__xglance_init(&lean->glance[i], &lean->tree);
}

static void table_free(cr__xlean *lean, size_t segment) {
  cr__xstore_release(lean->store, cr__xcompact_bytes(&lean->table[segment]));
  cr__xcompact_free(&lean->table[segment]);
}

static void shape_free(cr__xlean *lean) {
  for (size_t i = 0; i < CR__XSEGMENTS; i++) table_free(lean, i);
  for (unsigned i = 0; i <= lean->workers && lean->glance != NULL; i++)
    cr__xglance_free(&lean->glance[i]);
  free(lean->glance);
  lean->glance = NULL;
  cr__xtree_free(&lean->tree, lean->store);
}

typedef struct conversion {
  cr__xlean *new;
  const cr__xlean *old;
  cr__xrekey *rekey;
  void *arg;
} conversion;

static bool convert_one(void *arg, uint64_t print) {
  const conversion *c = arg;
  unsigned char old[CR_XSTATE_BYTES_MAX], key[CR_XSTATE_BYTES_MAX];
  uint64_t name = unmixed(c->old, print);
  if (c->old->trees)
    cr__xtree_key(&c->old->tree, name, old);
  else
    memcpy(old, &name, sizeof name);
  c->rekey(c->arg, old, key);
  if (!cr__xlean_name(c->new, key, &print)) return false;
  cr__xcompact *table = &c->new->table[cr__xstore_segment(print)];
  if (!cr__xcompact_ensure(table, 1, c->new->store)) return false;
  bool new = cr__xcompact_put(table, print);
  CR_ASSERT(new);
  return true;
}

/* Digests stay. The old tables go one by one. */
bool cr__xlean_rekey(cr__xlean *lean, cr__xrekey *rekey, void *arg) {
  if (lean->kind != CR__XLEAN_EXACT) return true;
  cr__xlean old = *lean;
  lean->tree = (cr__xtree){0};
  lean->glance = NULL;
  shape(lean);
  conversion c = {lean, &old, rekey, arg};
  bool room = true;
  for (unsigned i = 0; i < CR__XSEGMENTS; i++) {
    if (room) room = cr__xcompact_walk(&old.table[i], i, convert_one, &c);
    table_free(&old, i);
  }
  shape_free(&old);
  return room;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static cr_err options_check(const cr_xmodel *model, const cr_xoptions *options, cr__xspace *space,
                            cr_errinfo *info) {
  unsigned ways = (options->compress ? 1u : 0u) + (options->hash_bits != 0 ? 1u : 0u) +
                  (options->bitstate_bytes != 0 ? 1u : 0u);
  if (ways > 1)
    return cr_fail(info, CR_ERR_INPUT,
                   "compression, hash compaction and bitstate exclude each other; choose one");
  if (options->hash_bits != 0 &&
      (options->hash_bits < CR_XHASH_BITS_MIN || options->hash_bits > CR_XHASH_BITS_MAX))
    return cr_fail(info, CR_ERR_INPUT, "hash compaction to %u bits is out of bounds; use %d to %d",
                   options->hash_bits, (int)CR_XHASH_BITS_MIN, (int)CR_XHASH_BITS_MAX);
  if (ways == 1 && cr__xspace_live(space))
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: its duties are judged on whole states; explore it without "
                   "compression, hash compaction and bitstate",
                   model->name);
  if (ways == 1 &&
      (options->spill != NULL || options->checkpoint != NULL || options->resume != NULL))
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: to spill states or to keep a checkpoint of them they are needed "
                   "whole; leave it out, or compression, hash compaction and bitstate",
                   model->name);
  if (ways == 1 && (options->symmetry || options->partial_order))
    return cr_fail(info, CR_ERR_INPUT,
                   "model %s: symmetry and partial order look for whole states; leave them out, or "
                   "compression, hash compaction and bitstate",
                   model->name);
  return CR_OK;
}

cr_err cr__xlean_new(const cr_xmodel *model, const cr_xoptions *options, cr__xspace *space,
                     cr__xstore *store, unsigned workers, cr__xlean **lean, cr_errinfo *info) {
  *lean = NULL;
  cr_err err = options_check(model, options, space, info);
  if (err != CR_OK) return err;
  if (!options->compress && options->hash_bits == 0 && options->bitstate_bytes == 0) return CR_OK;
  cr__xlean *new = cr_alloc(sizeof *new);
  *new = (cr__xlean){.kind = options->compress         ? CR__XLEAN_EXACT
                             : options->hash_bits != 0 ? CR__XLEAN_HASHED
                                                       : CR__XLEAN_BITS,
                     .space = space,
                     .store = store,
                     .workers = workers,
                     .bits = options->hash_bits != 0 ? options->hash_bits : 64};
  store->lean = new;
  shape(new);
  if (new->kind == CR__XLEAN_BITS) err = array_new(new, options->bitstate_bytes, info);
  if (err == CR_OK)
    *lean = new;
  else
    cr__xlean_free(new);
  return err;
}

void cr__xlean_free(cr__xlean *lean) {
  if (lean == NULL) return;
  shape_free(lean);
  cr__xtrail_free(&lean->trail, lean->store);
  for (size_t i = 0; i < CR__XSEGMENTS; i++) free(lean->array[i].words);
  lean->store->lean = NULL;
  free(lean);
}
