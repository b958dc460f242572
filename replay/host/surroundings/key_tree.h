/* key_tree.h - a tree of keys with values, as a registry has it: plain data of a bounded size.
 *
 * Names are UTF-16 and compared without regard to case (ASCII). Keys are numbers; a key that is
 * deleted while somebody has it open keeps its number until the last one has let it go.
 */
#ifndef CR_HOST_KEY_TREE_H
#define CR_HOST_KEY_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  CR_TREE_KEYS_MAX = 128,
  CR_TREE_VALUES_MAX = 128,
  CR_TREE_NAME_MAX = 128,  /* with its end; the system takes 256 */
  CR_TREE_DATA_MAX = 1024, /* bytes */
  CR_TREE_DEPTH_MAX = 32,
  CR_TREE_NONE = CR_TREE_KEYS_MAX
};

typedef struct cr_tree_key {
  bool used, deleted;
  bool read_only;  /* so are all below */
  uint16_t parent; /* CR_TREE_NONE: a root */
  uint16_t opens;  /* those who have it open */
  uint16_t name[CR_TREE_NAME_MAX];
} cr_tree_key;

typedef struct cr_tree_value {
  bool used;
  uint16_t key;
  uint16_t name[CR_TREE_NAME_MAX]; /* "": the key's unnamed value */
  uint32_t type, size;
  uint8_t data[CR_TREE_DATA_MAX];
} cr_tree_value;

typedef struct cr_tree {
  cr_tree_key key[CR_TREE_KEYS_MAX];
  cr_tree_value value[CR_TREE_VALUES_MAX];
} cr_tree;

typedef enum cr_tree_error {
  CR_TREE_OK = 0,
  CR_TREE_NO_ROOM,
  CR_TREE_BAD_NAME, /* empty between two backslashes, too long, or too deep */
  CR_TREE_DENIED,   /* below a key that is read-only */
  CR_TREE_HAS_KEYS  /* a key that has keys below it is not deleted */
} cr_tree_error;

/* A new root; CR_TREE_NONE when there is no room. */
unsigned cr_tree_root(cr_tree *tree, const uint16_t *name);

/* The key below `key` that a path of names with backslashes between them leads to; "" and NULL lead
 * to the key itself. CR_TREE_NONE when there is none. */
unsigned cr_tree_find(const cr_tree *tree, unsigned key, const uint16_t *path);
/* The same, and makes what is missing. *fresh: the last one is new. */
cr_tree_error cr_tree_make(cr_tree *tree, unsigned key, const uint16_t *path, unsigned *result,
                           bool *fresh);
/* May nothing be changed in it? */
bool cr_tree_read_only(const cr_tree *tree, unsigned key);
/* Deletes the key with its values. */
cr_tree_error cr_tree_delete(cr_tree *tree, unsigned key);
/* Deletes all keys below it and its values, not itself. */
cr_tree_error cr_tree_empty(cr_tree *tree, unsigned key);
/* Somebody opens it, or lets it go. */
void cr_tree_hold(cr_tree *tree, unsigned key);
void cr_tree_let_go(cr_tree *tree, unsigned key);

/* How many keys are right below it; and the index-th of them, in the order of their names, or
 * CR_TREE_NONE. */
unsigned cr_tree_children(const cr_tree *tree, unsigned key);
unsigned cr_tree_child(const cr_tree *tree, unsigned key, unsigned index);
/* Is it `above` or below it? */
bool cr_tree_within(const cr_tree *tree, unsigned key, unsigned above);

/* Values: by name (NULL is ""), by index in the order of their making. NULL when there is none. */
const cr_tree_value *cr_tree_value_find(const cr_tree *tree, unsigned key, const uint16_t *name);
const cr_tree_value *cr_tree_value_at(const cr_tree *tree, unsigned key, unsigned index);
unsigned cr_tree_values(const cr_tree *tree, unsigned key);
cr_tree_error cr_tree_set(cr_tree *tree, unsigned key, const uint16_t *name, uint32_t type,
                          const void *data, uint32_t size);
/* False when there is none of that name. */
bool cr_tree_unset(cr_tree *tree, unsigned key, const uint16_t *name);

/* A number for a place in the tree, whether there is a key or not: the same in every replay. */
uint64_t cr_tree_number(const cr_tree *tree, unsigned key, const uint16_t *path);

/* Characters of a name, without its end. */
size_t cr_tree_length(const uint16_t *name);

#endif
