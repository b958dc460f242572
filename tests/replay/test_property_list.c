/* test_property_list.c - property lists, sound and hostile. Every list is read from memory of
 * exactly its size, so that the address sanitizer sees a read beyond it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "property_list.h"

static const uint16_t name_a[] = {'A', 'l', 'p', 'h', 'a', 0};
static const uint16_t name_b[] = {'B', 0}; /* with its zero a multiple of four bytes */
static const uint16_t name_c[] = {'c', 'C', 0};
static const uint16_t name_none[] = {'A', 'l', 'p', 'h', 0};
static const uint16_t name_longer[] = {'A', 'l', 'p', 'h', 'a', 's', 0};
static const uint16_t name_lower[] = {'a', 'L', 'P', 'H', 'A', 0};
static const uint16_t text[] = {'x', 'y', 0};
static const uint16_t texts[] = {'o', 'n', 'e', 0, 't', 'w', 'o', 0, 0};

/* A list with three properties of different formats. Returns its size. */
static size_t make(uint8_t *bytes, size_t room) {
  const uint8_t number[4] = {1, 2, 3, 4};
  cr_plist_writer w;
  cr_plist_begin(&w, bytes, room);
  cr_plist_add(&w, name_a, CR_PLIST_SYNTAX(CR_PLIST_DWORD), number, sizeof number);
  cr_plist_add(&w, name_b, CR_PLIST_SYNTAX(CR_PLIST_SZ), text, sizeof text);
  cr_plist_add(&w, name_c, CR_PLIST_SYNTAX(CR_PLIST_MULTI_SZ), texts, sizeof texts);
  cr_plist_finish(&w);
  return w.size;
}

static void put32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }

/* cr_plist_check on memory of exactly that size, at an address of that remainder. */
static cr_plist_result check_at(const uint8_t *bytes, size_t size, size_t remainder, size_t *used) {
  uint8_t *memory = malloc(size + remainder + (size + remainder == 0));
  ck_assert_ptr_nonnull(memory);
  if (size != 0) memcpy(memory + remainder, bytes, size);
  cr_plist_result result = cr_plist_check(memory + remainder, size, used);
  free(memory);
  return result;
}

static cr_plist_result check(const uint8_t *bytes, size_t size) {
  return check_at(bytes, size, 0, NULL);
}

/* ---- ordinary -------------------------------------------------------------------------------- */

START_TEST(test_bytes) {
  /* The layout by hand, so that reader and writer cannot be wrong together. */
  static const uint8_t expected[] = {1, 0, 0, 0,                             /* count */
                                     3, 0, 4, 0, 4, 0, 0, 0, 'B', 0, 0,   0, /* name */
                                     3, 0, 1, 0, 6, 0, 0, 0, 'x', 0, 'y', 0,
                                     0, 0, 0, 0, 0, 0, 0, /* value, padding, end mark */
                                     0};
  uint8_t bytes[64];
  cr_plist_writer w;
  memset(bytes, 0xAA, sizeof bytes);
  cr_plist_begin(&w, bytes, sizeof bytes);
  cr_plist_add(&w, name_b, CR_PLIST_SYNTAX(CR_PLIST_SZ), text, sizeof text);
  ck_assert(cr_plist_finish(&w));
  ck_assert_uint_eq(w.size, sizeof expected);
  ck_assert_mem_eq(bytes, expected, sizeof expected);
  ck_assert_uint_eq(bytes[w.size], 0xAA);
}
END_TEST

START_TEST(test_read) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes), used = 0;
  cr_plist_reader reader;
  cr_plist_item item;
  uint16_t name[8];
  ck_assert_int_eq(cr_plist_open(&reader, bytes, size), CR_PLIST_OK);
  ck_assert_int_eq(cr_plist_next(&reader, &item), CR_PLIST_OK);
  cr_plist_name(&item, name, 8);
  ck_assert_mem_eq(name, name_a, sizeof name_a);
  ck_assert_uint_eq(item.values, 1);
  ck_assert_uint_eq(item.value.syntax, 0x00010002);
  ck_assert_uint_eq(item.value.size, 4);
  ck_assert_uint_eq(item.value.data[3], 4);
  ck_assert(!cr_plist_value_next(&item, &item.value));
  ck_assert_int_eq(cr_plist_next(&reader, &item), CR_PLIST_OK);
  ck_assert_mem_eq(item.value.data, text, sizeof text);
  ck_assert_int_eq(cr_plist_next(&reader, &item), CR_PLIST_OK);
  ck_assert_int_eq(cr_plist_next(&reader, &item), CR_PLIST_END);
  ck_assert_int_eq(cr_plist_next(&reader, &item), CR_PLIST_END);
  ck_assert_int_eq(cr_plist_check(bytes, sizeof bytes, &used), CR_PLIST_OK);
  ck_assert_uint_eq(used, size);
}
END_TEST

START_TEST(test_find) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes);
  cr_plist_item item;
  ck_assert_int_eq(cr_plist_find(bytes, size, name_lower, &item), CR_PLIST_OK);
  ck_assert(cr_plist_named(&item, name_a));
  ck_assert_int_eq(cr_plist_find(bytes, size, name_c, &item), CR_PLIST_OK);
  ck_assert_uint_eq(item.value.size, sizeof texts);
  ck_assert_int_eq(cr_plist_find(bytes, size, name_none, &item), CR_PLIST_END);
  ck_assert_int_eq(cr_plist_find(bytes, size, name_longer, &item), CR_PLIST_END);
  /* Found before the broken part; not found behind it. */
  ck_assert_int_eq(cr_plist_find(bytes, size - 4, name_b, &item), CR_PLIST_OK);
  ck_assert_int_eq(cr_plist_find(bytes, size - 4, name_c, &item), CR_PLIST_CUT);
}
END_TEST

START_TEST(test_several_values) {
  static const uint8_t bytes[] = {1, 0, 0, 0, 3, 0, 4, 0, 4,   0, 0, 0, 'B', 0, 0, 0,
                                  4, 0, 1, 0, 2, 0, 0, 0, 0,   0, 9, 9, /* padding of any content */
                                  8, 0, 1, 0, 4, 0, 0, 0, 'z', 0, 0, 0, 0,   0, 0, 0};
  cr_plist_item item;
  ck_assert_int_eq(cr_plist_find(bytes, sizeof bytes, name_b, &item), CR_PLIST_OK);
  ck_assert_uint_eq(item.values, 2);
  cr_plist_value value = item.value;
  ck_assert_uint_eq(value.syntax, CR_PLIST_SYNTAX(CR_PLIST_EXPAND_SZ));
  ck_assert(cr_plist_value_next(&item, &value));
  ck_assert_uint_eq(value.syntax, CR_PLIST_SYNTAX(CR_PLIST_EXPANDED_SZ));
  ck_assert_uint_eq(value.data[0], 'z');
  ck_assert(!cr_plist_value_next(&item, &value));
}
END_TEST

START_TEST(test_resume) {
  uint8_t one[256], two[256];
  size_t size = make(one, sizeof one);
  cr_plist_writer w;
  cr_plist_item item;
  memcpy(two, one, size);
  ck_assert(cr_plist_resume(&w, two, sizeof two, size));
  ck_assert_int_eq(cr_plist_find(one, size, name_b, &item), CR_PLIST_OK);
  cr_plist_add_item(&w, &item);
  ck_assert(cr_plist_finish(&w));
  ck_assert_uint_eq(two[0], 4);
  ck_assert_uint_eq(w.size, size + item.size);
  ck_assert_int_eq(check(two, w.size), CR_PLIST_OK);
  /* Onto nothing, and onto what is no list. */
  ck_assert(cr_plist_resume(&w, two, sizeof two, 0));
  ck_assert(cr_plist_finish(&w));
  ck_assert_int_eq(check(two, 4), CR_PLIST_OK);
  ck_assert(!cr_plist_resume(&w, one, sizeof one, size - 1));
  ck_assert(!cr_plist_resume(&w, one, size - 1, size));
}
END_TEST

/* ---- boundaries ------------------------------------------------------------------------------ */

START_TEST(test_empty) {
  static const uint8_t none[4], one[4] = {1};
  ck_assert_int_eq(check(none, 4), CR_PLIST_OK);
  ck_assert_int_eq(check(none, 3), CR_PLIST_CUT);
  ck_assert_int_eq(check(none, 0), CR_PLIST_CUT);
  ck_assert_int_eq(check(one, 4), CR_PLIST_CUT);
  ck_assert_int_eq(cr_plist_check(NULL, 4, NULL), CR_PLIST_CUT);
}
END_TEST

START_TEST(test_too_short) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes);
  for (size_t n = 0; n < size; n++) ck_assert_int_eq(check(bytes, n), CR_PLIST_CUT);
  ck_assert_int_eq(check(bytes, size), CR_PLIST_OK);
}
END_TEST

START_TEST(test_room) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes);
  for (size_t room = 0; room < size; room++) {
    uint8_t *small = malloc(room + (room == 0));
    ck_assert_ptr_nonnull(small);
    ck_assert_uint_eq(make(small, room), size);
    free(small);
  }
  cr_plist_writer w;
  cr_plist_begin(&w, NULL, 0);
  cr_plist_add(&w, name_a, CR_PLIST_SYNTAX(CR_PLIST_BINARY), NULL, 0);
  ck_assert(!cr_plist_finish(&w));
  ck_assert_uint_eq(w.size, 4 + 8 + 12 + 8 + 4);
}
END_TEST

START_TEST(test_misaligned) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes);
  for (size_t remainder = 1; remainder < 4; remainder++) {
    size_t used = 0;
    ck_assert_int_eq(check_at(bytes, size, remainder, &used), CR_PLIST_OK);
    ck_assert_uint_eq(used, size);
  }
}
END_TEST

/* One field of a sound list replaced. The first property: name at 4, its value at 24, its end mark
 * at 36. */
static cr_plist_result check_with(size_t at, uint32_t value) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes);
  put32(bytes + at, value);
  return check(bytes, size);
}

START_TEST(test_lies) {
  ck_assert_int_eq(check_with(0, 4), CR_PLIST_CUT); /* more than there are */
  ck_assert_int_eq(check_with(0, UINT32_MAX), CR_PLIST_CUT);
  ck_assert_int_eq(check_with(0, 2), CR_PLIST_OK);           /* fewer: the rest is not the list's */
  ck_assert_int_eq(check_with(4, 0x00010003), CR_PLIST_BAD); /* a value in a name's place */
  ck_assert_int_eq(check_with(4, 0), CR_PLIST_BAD);
  ck_assert_int_eq(check_with(8, 0), CR_PLIST_BAD); /* no name, an empty one, half a character */
  ck_assert_int_eq(check_with(12, 0), CR_PLIST_BAD);
  ck_assert_int_eq(check_with(8, 11), CR_PLIST_BAD);
  ck_assert_int_eq(check_with(8, 10), CR_PLIST_BAD); /* its final zero is not counted */
  static const uint32_t lengths[] = {
      UINT32_MAX,      UINT32_MAX - 1, UINT32_MAX - 3, UINT32_MAX - 7,
      UINT32_MAX - 11, 0x80000000,     0x7FFFFFFF,     1000};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    ck_assert_int_eq(check_with(8, lengths[i]), CR_PLIST_CUT);
    ck_assert_int_eq(check_with(28, lengths[i]), CR_PLIST_CUT);
  }
  ck_assert_int_eq(check_with(24, 0), CR_PLIST_BAD);             /* no value */
  ck_assert_int_eq(check_with(24, CR_PLIST_NAME), CR_PLIST_BAD); /* a name in its place */
  ck_assert_int_ne(check_with(36, 0x00010002), CR_PLIST_OK);     /* no end mark */
}
END_TEST

START_TEST(test_no_end_mark) {
  uint8_t bytes[256], other[256];
  size_t size = make(bytes, sizeof bytes);
  /* The first end mark left out: the next name stands where a value or the mark must be. */
  memcpy(other, bytes, 36);
  memcpy(other + 36, bytes + 40, size - 40);
  ck_assert_int_eq(check(other, size - 4), CR_PLIST_BAD);
}
END_TEST

START_TEST(test_sound) {
  const uint8_t bytes[10] = {'a', 0, 0, 0, 0, 0, 0, 0, 0, 0};
  ck_assert(cr_plist_data_sound(CR_PLIST_DWORD, bytes, 4));
  ck_assert(!cr_plist_data_sound(CR_PLIST_DWORD, bytes, 3));
  ck_assert(!cr_plist_data_sound(CR_PLIST_LONG, bytes, 8));
  ck_assert(cr_plist_data_sound(CR_PLIST_ULARGE, bytes, 8));
  ck_assert(cr_plist_data_sound(CR_PLIST_WORD, bytes, 2));
  ck_assert(cr_plist_data_sound(CR_PLIST_SZ, bytes, 4));
  ck_assert(!cr_plist_data_sound(CR_PLIST_SZ, bytes, 2));
  ck_assert(!cr_plist_data_sound(CR_PLIST_SZ, bytes, 3));
  ck_assert(!cr_plist_data_sound(CR_PLIST_SZ, bytes, 0));
  ck_assert(cr_plist_data_sound(CR_PLIST_MULTI_SZ, bytes, 0));
  ck_assert(cr_plist_data_sound(CR_PLIST_MULTI_SZ, bytes + 2, 2));
  ck_assert(!cr_plist_data_sound(CR_PLIST_MULTI_SZ, bytes, 4));
  ck_assert(cr_plist_data_sound(CR_PLIST_MULTI_SZ, bytes, 6));
  ck_assert(!cr_plist_data_sound(CR_PLIST_MULTI_SZ, bytes, 7));
  ck_assert(cr_plist_data_sound(CR_PLIST_BINARY, bytes, 0));
}
END_TEST

START_TEST(test_name_cut) {
  uint8_t bytes[256];
  size_t size = make(bytes, sizeof bytes);
  cr_plist_item item;
  uint16_t name[4] = {9, 9, 9, 9};
  ck_assert_int_eq(cr_plist_find(bytes, size, name_a, &item), CR_PLIST_OK);
  cr_plist_name(&item, name, 0);
  ck_assert_uint_eq(name[0], 9);
  cr_plist_name(&item, name, 3);
  ck_assert_uint_eq(name[1], 'l');
  ck_assert_uint_eq(name[2], 0);
  ck_assert_uint_eq(name[3], 9);
}
END_TEST

/* ---- mutations ------------------------------------------------------------------------------- */

static uint64_t state;

static uint32_t random_below(uint32_t n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 33) % n;
}

static size_t random_list(uint8_t *bytes, size_t room) {
  cr_plist_writer w;
  cr_plist_begin(&w, bytes, room);
  for (uint32_t n = random_below(6); n > 0; n--) {
    uint16_t name[9] = {0};
    uint8_t data[24];
    for (uint32_t i = 0, length = 1 + random_below(8); i < length; i++)
      name[i] = (uint16_t)('a' + random_below(26));
    for (size_t i = 0; i < sizeof data; i++) data[i] = (uint8_t)random_below(3);
    cr_plist_add(&w, name, CR_PLIST_SYNTAX(random_below(14)), data, random_below(sizeof data + 1));
  }
  ck_assert(cr_plist_finish(&w));
  return w.size;
}

static void mutate(uint8_t *bytes, size_t *size) {
  static const uint32_t words[] = {0, 1,          2,          3,          4,
                                   7, 0x00040003, 0x00010003, 0x7FFFFFFF, UINT32_MAX};
  size_t at = random_below((uint32_t)*size);
  switch (random_below(5)) {
    case 0: bytes[at] ^= (uint8_t)(1u << random_below(8)); break;
    case 1: bytes[at] = (uint8_t)random_below(256); break;
    case 2: /* a field */
      if (at / 4 * 4 + 4 <= *size)
        put32(bytes + at / 4 * 4, words[random_below(sizeof words / sizeof *words)]);
      break;
    case 3: *size = at + 1; break;
    default: /* bytes taken out of the middle */
      memmove(bytes + at, bytes + at + 1, *size - at - 1);
      if (*size > 1) (*size)--;
  }
}

/* Everything that reads: within the list's bytes, and the same from a bare walk as from check. */
static void read_all(const uint8_t *bytes, size_t size) {
  cr_plist_reader reader;
  cr_plist_item item;
  size_t used = 0, sum = 4;
  cr_plist_result result = cr_plist_open(&reader, bytes, size);
  while (result == CR_PLIST_OK && (result = cr_plist_next(&reader, &item)) == CR_PLIST_OK) {
    uint16_t name[8];
    ck_assert(item.bytes == bytes + sum && item.size <= size - sum);
    sum += item.size;
    cr_plist_name(&item, name, 8);
    uint32_t values = 0;
    cr_plist_value value = item.value;
    do {
      ck_assert(value.data >= bytes && value.data <= bytes + size);
      ck_assert_uint_le(value.size, (size_t)(bytes + size - value.data));
      (void)cr_plist_value_sound(&value);
      values++;
    } while (cr_plist_value_next(&item, &value));
    ck_assert_uint_eq(values, item.values);
  }
  if (result == CR_PLIST_END) {
    ck_assert_int_eq(cr_plist_check(bytes, size, &used), CR_PLIST_OK);
    ck_assert_uint_eq(used, sum);
  } else {
    ck_assert_int_eq(cr_plist_check(bytes, size, &used), result);
  }
  (void)cr_plist_find(bytes, size, name_a, &item);
}

START_TEST(test_mutations) {
  state = 17;
  for (unsigned round = 0; round < 25000; round++) {
    uint8_t bytes[512];
    size_t size = random_list(bytes, sizeof bytes);
    ck_assert_int_eq(cr_plist_check(bytes, size, NULL), CR_PLIST_OK);
    for (uint32_t n = random_below(5); n > 0; n--) mutate(bytes, &size);
    uint8_t *memory = malloc(size);
    ck_assert_ptr_nonnull(memory);
    memcpy(memory, bytes, size);
    read_all(memory, size);
    free(memory);
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("property_list");
  TCase *ordinary = tcase_create("ordinary");
  tcase_add_test(ordinary, test_bytes);
  tcase_add_test(ordinary, test_read);
  tcase_add_test(ordinary, test_find);
  tcase_add_test(ordinary, test_several_values);
  tcase_add_test(ordinary, test_resume);
  suite_add_tcase(suite, ordinary);
  TCase *boundaries = tcase_create("boundaries");
  tcase_add_test(boundaries, test_empty);
  tcase_add_test(boundaries, test_too_short);
  tcase_add_test(boundaries, test_room);
  tcase_add_test(boundaries, test_misaligned);
  tcase_add_test(boundaries, test_lies);
  tcase_add_test(boundaries, test_no_end_mark);
  tcase_add_test(boundaries, test_sound);
  tcase_add_test(boundaries, test_name_cut);
  suite_add_tcase(suite, boundaries);
  TCase *mutations = tcase_create("mutations");
  tcase_set_timeout(mutations, 60);
  tcase_add_test(mutations, test_mutations);
  suite_add_tcase(suite, mutations);
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? 0 : 1;
}
