/* test_stores.c - the tree of keys and the files' contents of the simulated surroundings. */
#include <check.h>
#include <string.h>

#include "file_store.h"
#include "key_tree.h"

/* A text of ASCII as the stores have it; up to four at a time. */
static const uint16_t *wide(const char *text) {
  static uint16_t room[4][256];
  static unsigned next;
  uint16_t *to = room[next++ % 4];
  size_t i = 0;
  for (; text[i] != '\0'; i++) to[i] = (uint8_t)text[i];
  to[i] = 0;
  return to;
}

static cr_tree tree;
static unsigned root;

static void tree_begin(void) {
  memset(&tree, 0, sizeof tree);
  root = cr_tree_root(&tree, wide("root"));
}

static unsigned make(const char *path) {
  unsigned key = CR_TREE_NONE;
  bool fresh;
  ck_assert_int_eq(cr_tree_make(&tree, root, wide(path), &key, &fresh), CR_TREE_OK);
  return key;
}

START_TEST(test_keys) {
  unsigned b, key;
  bool fresh;
  tree_begin();
  b = make("a\\b");
  ck_assert_uint_eq(cr_tree_find(&tree, root, wide("A\\B\\")), b);
  ck_assert_uint_eq(cr_tree_find(&tree, root, wide("a\\c")), CR_TREE_NONE);
  ck_assert_uint_eq(cr_tree_find(&tree, b, NULL), b);
  ck_assert_int_eq(cr_tree_make(&tree, root, wide("x\\\\y"), &key, &fresh), CR_TREE_BAD_NAME);
  make("a\\Zeta");
  make("a\\alpha");
  key = cr_tree_find(&tree, root, wide("a"));
  ck_assert_uint_eq(cr_tree_children(&tree, key), 3);
  ck_assert_uint_eq(cr_tree_child(&tree, key, 0), cr_tree_find(&tree, root, wide("a\\alpha")));
  ck_assert_uint_eq(cr_tree_child(&tree, key, 1), b);
  ck_assert_uint_eq(cr_tree_child(&tree, key, 3), CR_TREE_NONE);
  ck_assert_int_eq(cr_tree_delete(&tree, key), CR_TREE_HAS_KEYS);
}
END_TEST

/* The place of a key that is open is not another's, nor its parent's. */
START_TEST(test_deleted) {
  unsigned above, key;
  uint64_t number;
  tree_begin();
  key = make("a\\b");
  above = cr_tree_find(&tree, root, wide("a"));
  number = cr_tree_number(&tree, key, NULL);
  ck_assert(number == cr_tree_number(&tree, root, wide("A\\b")));
  cr_tree_hold(&tree, key);
  ck_assert_int_eq(cr_tree_empty(&tree, root), CR_TREE_OK);
  ck_assert(tree.key[key].used && tree.key[key].deleted && tree.key[above].used);
  ck_assert_uint_ne(make("other"), key);
  ck_assert_uint_ne(make("more"), above);
  ck_assert(number == cr_tree_number(&tree, key, NULL));
  cr_tree_let_go(&tree, key);
  ck_assert(!tree.key[key].used && !tree.key[above].used);
}
END_TEST

START_TEST(test_values) {
  uint8_t data[CR_TREE_DATA_MAX + 1] = {7};
  tree_begin();
  unsigned key = make("a");
  ck_assert_int_eq(cr_tree_set(&tree, key, wide("One"), 4, data, 4), CR_TREE_OK);
  ck_assert_int_eq(cr_tree_set(&tree, key, NULL, 3, data, 0), CR_TREE_OK);
  ck_assert_int_eq(cr_tree_set(&tree, key, wide("ONE"), 4, data, 1), CR_TREE_OK);
  ck_assert_uint_eq(cr_tree_values(&tree, key), 2);
  ck_assert_uint_eq(cr_tree_value_at(&tree, key, 0)->size, 1);
  ck_assert_int_eq(cr_tree_set(&tree, key, wide("Big"), 3, data, sizeof data), CR_TREE_NO_ROOM);
  ck_assert(cr_tree_unset(&tree, key, wide("one")) && !cr_tree_unset(&tree, key, wide("one")));
  tree.key[key].read_only = true;
  ck_assert_int_eq(cr_tree_set(&tree, key, wide("One"), 4, data, 4), CR_TREE_DENIED);
  ck_assert_int_eq(cr_tree_delete(&tree, key), CR_TREE_DENIED);
}
END_TEST

START_TEST(test_no_room) {
  char name[8] = "v";
  tree_begin();
  for (unsigned i = 0; i < CR_TREE_VALUES_MAX; i++) {
    name[1] = (char)('A' + i / 26), name[2] = (char)('a' + i % 26);
    ck_assert_int_eq(cr_tree_set(&tree, root, wide(name), 3, "x", 1), CR_TREE_OK);
  }
  ck_assert_int_eq(cr_tree_set(&tree, root, wide("more"), 3, "x", 1), CR_TREE_NO_ROOM);
  ck_assert(cr_tree_unset(&tree, root, wide("vAa")));
  ck_assert_int_eq(cr_tree_set(&tree, root, wide("more"), 3, "y", 1), CR_TREE_OK);
  ck_assert_uint_eq(cr_tree_value_at(&tree, root, CR_TREE_VALUES_MAX - 1)->data[0], 'y');
}
END_TEST

static cr_store store;

START_TEST(test_files) {
  unsigned a, b;
  bool existed;
  char room[8];
  memset(&store, 0, sizeof store);
  ck_assert_uint_eq(cr_store_open(&store, 0, wide("a"), 1, true, &a, &existed), 0);
  ck_assert_uint_eq(cr_store_open(&store, 0, wide("a"), 1, true, &b, &existed), 80);
  ck_assert_uint_eq(cr_store_open(&store, 1, wide("a"), 3, true, &b, &existed), 0);
  ck_assert(existed && b != a && store.file[b].size == CR_STORE_BYTES_MAX);
  ck_assert_uint_eq(cr_store_write(&store, a, 2, "xyz", 3), 0);
  ck_assert_uint_eq(cr_store_read(&store, a, 1, room, 8), 4);
  ck_assert(memcmp(room, "\0xyz", 4) == 0);
  ck_assert_uint_eq(cr_store_write(&store, a, CR_STORE_BYTES_MAX, "x", 1), 112);
  cr_store_settle(&store, 0, false);
  ck_assert_uint_eq(cr_store_write(&store, a, 0, "lost!!!", 7), 0);
  cr_store_settle(&store, 1, true); /* another volume's */
  ck_assert_uint_eq(store.file[a].size, 7);
  cr_store_settle(&store, 0, true);
  ck_assert_uint_eq(cr_store_read(&store, a, 0, room, 8), 5);
  ck_assert(memcmp(room, "\0\0xyz", 5) == 0);
}
END_TEST

START_TEST(test_delete) {
  unsigned a, b;
  bool existed;
  memset(&store, 0, sizeof store);
  ck_assert_uint_eq(cr_store_open(&store, 0, wide("a"), 2, true, &a, &existed), 0);
  ck_assert_uint_eq(cr_store_delete(&store, 0, wide("a"), false), 0);
  ck_assert_uint_eq(cr_store_open(&store, 0, wide("a"), 3, true, &b, &existed), 5);
  cr_store_close(&store, a, true);
  ck_assert_uint_eq(cr_store_open(&store, 0, wide("a"), 3, true, &b, &existed), 2);
  ck_assert_uint_eq(cr_store_move(&store, 0, wide("b"), wide("a"), false), 0);
  ck_assert_uint_eq(cr_store_look(&store, 0, wide("b"), &b), 2);
  ck_assert_uint_eq(cr_store_look(&store, 0, wide("a"), &b), 0);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("stores");
  TCase *keys = tcase_create("keys");
  tcase_add_test(keys, test_keys);
  tcase_add_test(keys, test_deleted);
  tcase_add_test(keys, test_values);
  tcase_add_test(keys, test_no_room);
  suite_add_tcase(suite, keys);
  TCase *files = tcase_create("files");
  tcase_add_test(files, test_files);
  tcase_add_test(files, test_delete);
  suite_add_tcase(suite, files);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
