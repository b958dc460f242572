/* schema_check.c - does a JSON file keep to a schema? As much of JSON Schema as ours use: type,
 * enum, required, properties, additionalProperties (false), items, minimum. Any other keyword is
 * refused, so that nothing is passed over. Of FILE.ndjson each line is checked.
 * Usage: schema_check SCHEMA FILE */
#define _POSIX_C_SOURCE 200809L /* getline */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

static void wrong(const char *where, const char *what) {
  fprintf(stderr, "%s: %s\n", where, what);
  failures++;
}

static bool has_type(const json_t *value, const char *type) {
  if (strcmp(type, "object") == 0) return json_is_object(value);
  if (strcmp(type, "array") == 0) return json_is_array(value);
  if (strcmp(type, "string") == 0) return json_is_string(value);
  if (strcmp(type, "integer") == 0) return json_is_integer(value);
  if (strcmp(type, "boolean") == 0) return json_is_boolean(value);
  fprintf(stderr, "the schema has the unknown type %s\n", type);
  exit(2);
}

static void known_keywords(json_t *schema) {
  static const char *const known[] = {"$schema",     "$id",        "title",
                                      "description", "type",       "enum",
                                      "required",    "properties", "additionalProperties",
                                      "items",       "minimum"};
  const char *key;
  json_t *value;
  json_object_foreach(schema, key, value) {
    bool found = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
      found = found || strcmp(known[i], key) == 0;
    if (found) continue;
    fprintf(stderr, "the schema has the unknown keyword %s\n", key);
    exit(2);
  }
}

static void check(json_t *schema, const json_t *value, const char *where);

static void check_object(json_t *schema, const json_t *value, const char *where) {
  json_t *properties = json_object_get(schema, "properties"), *one;
  size_t i;
  const char *key;
  char inner[512];
  json_array_foreach(json_object_get(schema, "required"), i, one) {
    if (json_object_get(value, json_string_value(one)) != NULL) continue;
    snprintf(inner, sizeof inner, "%s is missing", json_string_value(one));
    wrong(where, inner);
  }
  json_object_foreach((json_t *)value, key, one) {
    json_t *property = json_object_get(properties, key);
    snprintf(inner, sizeof inner, "%.400s.%.100s", where, key);
    if (property != NULL)
      check(property, one, inner);
    else if (json_is_false(json_object_get(schema, "additionalProperties")))
      wrong(inner, "is no key of the schema");
  }
}

static void check(json_t *schema, const json_t *value, const char *where) {
  const char *type = json_string_value(json_object_get(schema, "type"));
  json_t *list = json_object_get(schema, "enum"), *minimum = json_object_get(schema, "minimum");
  json_t *items = json_object_get(schema, "items"), *one;
  size_t i;
  known_keywords(schema);
  if (type != NULL && !has_type(value, type)) {
    wrong(where, "is of another type");
    return;
  }
  if (list != NULL) {
    bool found = false;
    json_array_foreach(list, i, one) found = found || json_equal(one, value);
    if (!found) wrong(where, "is none of the values");
  }
  if (minimum != NULL && json_integer_value(value) < json_integer_value(minimum))
    wrong(where, "is too small");
  if (json_is_object(value)) check_object(schema, value, where);
  if (!json_is_array(value) || items == NULL) return;
  json_array_foreach(value, i, one) {
    char inner[512];
    snprintf(inner, sizeof inner, "%.480s[%zu]", where, i);
    check(items, one, inner);
  }
}

static json_t *load(const char *path) {
  json_error_t error;
  json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
  if (value != NULL) return value;
  fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
  exit(2);
}

static void check_lines(json_t *schema, const char *path) {
  FILE *file = fopen(path, "r");
  char *line = NULL, where[32];
  size_t room = 0, number = 0;
  json_error_t error;
  while (file != NULL && getline(&line, &room, file) >= 0) {
    json_t *value = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    snprintf(where, sizeof where, "line %zu", ++number);
    if (value == NULL)
      wrong(where, error.text);
    else
      check(schema, value, where);
    json_decref(value);
  }
  if (number == 0) wrong(path, "has no lines");
  free(line);
  if (file != NULL) fclose(file);
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fputs("usage: schema_check SCHEMA FILE\n", stderr);
    return 2;
  }
  json_t *schema = load(argv[1]);
  size_t n = strlen(argv[2]);
  if (n > 7 && strcmp(argv[2] + n - 7, ".ndjson") == 0) {
    check_lines(schema, argv[2]);
  } else {
    json_t *value = load(argv[2]);
    check(schema, value, "$");
    json_decref(value);
  }
  json_decref(schema);
  return failures == 0 ? 0 : 1;
}
