/* key_tree.c - see key_tree.h. */
#include "key_tree.h"

#include <string.h>

static uint16_t lower(uint16_t c) { return c >= 'A' && c <= 'Z' ? (uint16_t)(c - 'A' + 'a') : c; }

size_t cr_tree_length(const uint16_t *name) {
  size_t n = 0;
  while (name != NULL && name[n] != 0) n++;
  return n;
}

static int compare(const uint16_t *a, const uint16_t *b, size_t b_len) {
  for (size_t i = 0;; i++) {
    uint16_t x = lower(a[i]), y = i < b_len ? lower(b[i]) : 0;
    if (x != y) return x < y ? -1 : 1;
    if (x == 0) return 0;
  }
}

/* ---- keys ------------------------------------------------------------------------------------ */

static unsigned key_new(cr_tree *tree, unsigned parent, const uint16_t *name, size_t n) {
  unsigned i = 0;
  while (i < CR_TREE_KEYS_MAX && tree->key[i].used) i++;
  if (i == CR_TREE_KEYS_MAX) return CR_TREE_NONE;
  tree->key[i] = (cr_tree_key){.used = true, .parent = (uint16_t)parent};
  memcpy(tree->key[i].name, name, n * sizeof *name);
  return i;
}

unsigned cr_tree_root(cr_tree *tree, const uint16_t *name) {
  return key_new(tree, CR_TREE_NONE, name, cr_tree_length(name));
}

static bool lives(const cr_tree_key *key) { return key->used && !key->deleted; }

static unsigned child_named(const cr_tree *tree, unsigned key, const uint16_t *name, size_t n) {
  for (unsigned i = 0; i < CR_TREE_KEYS_MAX; i++)
    if (lives(&tree->key[i]) && tree->key[i].parent == key &&
        compare(tree->key[i].name, name, n) == 0)
      return i;
  return CR_TREE_NONE;
}

/* The next name of a path; one backslash behind the last name is passed over. */
static bool next_name(const uint16_t **path, const uint16_t **name, size_t *n) {
  const uint16_t *at = *path;
  if (at == NULL || *at == 0) return false;
  *name = at;
  while (*at != 0 && *at != '\\') at++;
  *n = (size_t)(at - *name);
  *path = *at == 0 ? at : at + 1;
  return true;
}

unsigned cr_tree_find(const cr_tree *tree, unsigned key, const uint16_t *path) {
  const uint16_t *name;
  size_t n;
  while (key != CR_TREE_NONE && next_name(&path, &name, &n)) key = child_named(tree, key, name, n);
  return key;
}

static unsigned depth(const cr_tree *tree, unsigned key) {
  unsigned n = 0;
  for (; key != CR_TREE_NONE; key = tree->key[key].parent) n++;
  return n;
}

bool cr_tree_read_only(const cr_tree *tree, unsigned key) {
  for (; key != CR_TREE_NONE; key = tree->key[key].parent)
    if (tree->key[key].read_only) return true;
  return false;
}

cr_tree_error cr_tree_make(cr_tree *tree, unsigned key, const uint16_t *path, unsigned *result,
                           bool *fresh) {
  const uint16_t *name;
  size_t n;
  *fresh = false;
  while (next_name(&path, &name, &n)) {
    unsigned below = child_named(tree, key, name, n);
    if (below == CR_TREE_NONE) {
      if (n == 0 || n >= CR_TREE_NAME_MAX || depth(tree, key) >= CR_TREE_DEPTH_MAX)
        return CR_TREE_BAD_NAME;
      if (cr_tree_read_only(tree, key)) return CR_TREE_DENIED;
      below = key_new(tree, key, name, n);
      if (below == CR_TREE_NONE) return CR_TREE_NO_ROOM;
      *fresh = true;
    }
    key = below;
  }
  *result = key;
  return CR_TREE_OK;
}

static void values_delete(cr_tree *tree, unsigned key) {
  for (unsigned i = 0; i < CR_TREE_VALUES_MAX; i++)
    if (tree->value[i].used && tree->value[i].key == key) tree->value[i].used = false;
}

cr_tree_error cr_tree_delete(cr_tree *tree, unsigned key) {
  if (cr_tree_children(tree, key) != 0) return CR_TREE_HAS_KEYS;
  if (cr_tree_read_only(tree, key)) return CR_TREE_DENIED;
  values_delete(tree, key);
  tree->key[key].deleted = true;
  tree->key[key].used = tree->key[key].opens != 0;
  if (tree->key[key].used && tree->key[key].parent != CR_TREE_NONE)
    cr_tree_hold(tree, tree->key[key].parent); /* its place must not become another's */
  return CR_TREE_OK;
}

bool cr_tree_within(const cr_tree *tree, unsigned key, unsigned above) {
  for (; key != CR_TREE_NONE; key = tree->key[key].parent)
    if (key == above) return true;
  return false;
}

/* The deepest first: each is deleted when nothing is below it any more. */
cr_tree_error cr_tree_empty(cr_tree *tree, unsigned key) {
  for (unsigned i = 0; i < CR_TREE_KEYS_MAX; i++)
    if (lives(&tree->key[i]) && cr_tree_within(tree, i, key) && cr_tree_read_only(tree, i))
      return CR_TREE_DENIED;
  for (unsigned below; (below = cr_tree_child(tree, key, 0)) != CR_TREE_NONE;) {
    for (unsigned deeper; (deeper = cr_tree_child(tree, below, 0)) != CR_TREE_NONE;) below = deeper;
    cr_tree_error error = cr_tree_delete(tree, below);
    if (error != CR_TREE_OK) return error;
  }
  values_delete(tree, key);
  return CR_TREE_OK;
}

void cr_tree_hold(cr_tree *tree, unsigned key) { tree->key[key].opens++; }

void cr_tree_let_go(cr_tree *tree, unsigned key) {
  cr_tree_key *k = &tree->key[key];
  k->opens--;
  if (!k->deleted || k->opens != 0) return;
  k->used = false;
  if (k->parent != CR_TREE_NONE) cr_tree_let_go(tree, k->parent);
}

unsigned cr_tree_children(const cr_tree *tree, unsigned key) {
  unsigned count = 0;
  for (unsigned i = 0; i < CR_TREE_KEYS_MAX; i++)
    count += lives(&tree->key[i]) && tree->key[i].parent == key;
  return count;
}

/* How many of its brothers come before it? */
static unsigned rank(const cr_tree *tree, unsigned key) {
  unsigned before = 0;
  const cr_tree_key *own = &tree->key[key];
  for (unsigned i = 0; i < CR_TREE_KEYS_MAX; i++)
    before += lives(&tree->key[i]) && tree->key[i].parent == own->parent &&
              compare(tree->key[i].name, own->name, CR_TREE_NAME_MAX) < 0;
  return before;
}

unsigned cr_tree_child(const cr_tree *tree, unsigned key, unsigned index) {
  for (unsigned i = 0; i < CR_TREE_KEYS_MAX; i++)
    if (lives(&tree->key[i]) && tree->key[i].parent == key && rank(tree, i) == index) return i;
  return CR_TREE_NONE;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* New ones go behind the last, so that the order of places is that of their making. */
static cr_tree_value *value_new(cr_tree *tree) {
  unsigned end = CR_TREE_VALUES_MAX, to = 0;
  while (end > 0 && !tree->value[end - 1].used) end--;
  if (end < CR_TREE_VALUES_MAX) return &tree->value[end];
  for (unsigned i = 0; i < CR_TREE_VALUES_MAX; i++)
    if (tree->value[i].used) {
      if (to != i) tree->value[to] = tree->value[i];
      to++;
    }
  if (to == CR_TREE_VALUES_MAX) return NULL;
  for (unsigned i = to; i < CR_TREE_VALUES_MAX; i++) tree->value[i].used = false;
  return &tree->value[to];
}

const cr_tree_value *cr_tree_value_find(const cr_tree *tree, unsigned key, const uint16_t *name) {
  for (unsigned i = 0; i < CR_TREE_VALUES_MAX; i++) {
    const cr_tree_value *v = &tree->value[i];
    if (v->used && v->key == key && compare(v->name, name, cr_tree_length(name)) == 0) return v;
  }
  return NULL;
}

const cr_tree_value *cr_tree_value_at(const cr_tree *tree, unsigned key, unsigned index) {
  for (unsigned i = 0; i < CR_TREE_VALUES_MAX; i++) {
    const cr_tree_value *v = &tree->value[i];
    if (v->used && v->key == key && index-- == 0) return v;
  }
  return NULL;
}

unsigned cr_tree_values(const cr_tree *tree, unsigned key) {
  unsigned count = 0;
  while (cr_tree_value_at(tree, key, count) != NULL) count++;
  return count;
}

cr_tree_error cr_tree_set(cr_tree *tree, unsigned key, const uint16_t *name, uint32_t type,
                          const void *data, uint32_t size) {
  size_t n = cr_tree_length(name);
  if (n >= CR_TREE_NAME_MAX) return CR_TREE_BAD_NAME;
  if (size > CR_TREE_DATA_MAX) return CR_TREE_NO_ROOM;
  if (cr_tree_read_only(tree, key)) return CR_TREE_DENIED;
  const cr_tree_value *old = cr_tree_value_find(tree, key, name);
  cr_tree_value *v = old == NULL ? value_new(tree) : &tree->value[old - tree->value];
  if (v == NULL) return CR_TREE_NO_ROOM;
  if (old == NULL) {
    *v = (cr_tree_value){.used = true, .key = (uint16_t)key};
    if (n != 0) memcpy(v->name, name, n * sizeof *name);
  }
  v->type = type;
  v->size = size;
  if (size != 0) memcpy(v->data, data, size);
  return CR_TREE_OK;
}

bool cr_tree_unset(cr_tree *tree, unsigned key, const uint16_t *name) {
  const cr_tree_value *v = cr_tree_value_find(tree, key, name);
  if (v != NULL) tree->value[v - tree->value].used = false;
  return v != NULL;
}

/* ---- numbers --------------------------------------------------------------------------------- */

/* FNV-1a over the lower-case names from the root on, each with its end. */
static uint64_t mix(uint64_t number, const uint16_t *name, size_t n) {
  for (size_t i = 0; i <= n; i++) {
    uint16_t c = i < n ? lower(name[i]) : 0;
    number = (number ^ (c & 0xFFu)) * 0x100000001B3u;
    number = (number ^ (unsigned)(c >> 8)) * 0x100000001B3u;
  }
  return number;
}

uint64_t cr_tree_number(const cr_tree *tree, unsigned key, const uint16_t *path) {
  unsigned way[CR_TREE_DEPTH_MAX + 1], n = 0;
  uint64_t number = 0xCBF29CE484222325u;
  const uint16_t *name;
  size_t length;
  for (; key != CR_TREE_NONE && n <= CR_TREE_DEPTH_MAX; key = tree->key[key].parent) way[n++] = key;
  while (n-- > 0)
    number = mix(number, tree->key[way[n]].name, cr_tree_length(tree->key[way[n]].name));
  while (next_name(&path, &name, &length)) number = mix(number, name, length);
  return number >> 8; /* a thing's kind is in the eight bits above */
}
