/* json.c - see json.h. */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>

#include "clusrace/base.h"

void cli_json_print(json_t *value) {
  CR_ASSERT(value != NULL);
  char *text = json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS);
  CR_ASSERT(text != NULL);
  puts(text);
  free(text);
  json_decref(value);
}

json_t *cli_json_string(const char *text) {
  json_t *value = json_string(text);
  if (value != NULL) return value;
  char *copy = cr_strdup(text);
  for (char *p = copy; *p != '\0'; p++)
    if ((unsigned char)*p >= 0x80) *p = '?';
  value = json_string(copy);
  CR_ASSERT(value != NULL);
  free(copy);
  return value;
}
