/* json.h - JSON on standard output. Private to cli/. */
#ifndef CR_CLI_JSON_H
#define CR_CLI_JSON_H

#include <jansson.h>

/* Prints a value with sorted keys and gives it up. */
void cli_json_print(json_t *value);
/* A string of any bytes: what is no ASCII becomes a question mark where the text is no UTF-8. */
json_t *cli_json_string(const char *text);

#endif
