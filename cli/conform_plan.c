/* conform_plan.c - which scenarios a campaign runs, and how much of each. See conforming.h. */
#include <stdlib.h>
#include <string.h>

#include "conforming.h"
#include "hunting.h"

static cr_err plan_add(cli_conforming *c, const char *name, unsigned preemptions, uint32_t samples,
                       bool guides_only, cr_errinfo *info) {
  if (c->count == CLI_CONFORM_SCENARIOS_MAX)
    return cr_fail(info, CR_ERR_INPUT, "--scenario: at most %d of them", CLI_CONFORM_SCENARIOS_MAX);
  cli_conform_plan *plan = &c->plan[c->count];
  *plan = (cli_conform_plan){
      .preemptions = (uint8_t)preemptions, .samples = samples, .guides_only = guides_only};
  cr_err err = cli_load_scenario(name, &plan->scenario, info);
  for (unsigned p = 0; err == CR_OK && p < CR_PART_COUNT; p++)
    if (plan->scenario.part[p])
      err = cr_fail(info, CR_ERR_INPUT,
                    "scenario %s: the host does not play the part %s; take one without parts",
                    plan->scenario.name, cr_part_name((cr_part)p));
  if (err == CR_OK) c->count++;
  return err;
}

/* As a hunt has them, and more for guides alone: polls, the pending timer, failures. */
static const struct {
  bool volume;
  uint8_t preemptions;
  uint16_t samples;
  bool guides_only;
  const char *name;
} rows[] = {{true, 2, 0, false, "hunt-life"},      {true, 1, 0, false, "hunt-again"},
            {true, 0, 0, false, "hunt-opener"},    {true, 0, 500, false, "hunt-two"},
            {true, 0, 0, false, "hunt-codes"},     {true, 1, 0, false, "hunt-control"},
            {true, 0, 0, true, "disk-small"},      {true, 0, 0, true, "disk-faults"},
            {false, 2, 0, false, "plain-life"},    {false, 1, 0, false, "plain-again"},
            {false, 0, 500, false, "plain-two"},   {false, 0, 0, false, "plain-codes"},
            {false, 1, 0, false, "plain-control"}, {false, 0, 0, true, "plain-basic"},
            {false, 0, 0, true, "plain-faults"}};

static cr_err plan_default(cli_conforming *c, bool volume, cr_errinfo *info) {
  cr_err err = CR_OK;
  for (size_t i = 0; err == CR_OK && i < CR_ARRAY_LEN(rows); i++)
    if (rows[i].volume == volume)
      err = plan_add(c, rows[i].name, rows[i].preemptions, rows[i].samples, rows[i].guides_only,
                     info);
  return err;
}

static cr_err plan_given(cli_conforming *c, const char *given, cr_errinfo *info) {
  char *list = cr_strdup(given);
  cr_err err = CR_OK;
  for (char *at = list; err == CR_OK && at != NULL;) {
    char *comma = strchr(at, ',');
    if (comma != NULL) *comma = '\0';
    unsigned preemptions = 2;
    uint32_t samples = 0;
    for (size_t i = 0; i < CR_ARRAY_LEN(rows); i++) /* one of ours is searched as by default */
      if (!rows[i].guides_only && strcmp(rows[i].name, at) == 0) {
        preemptions = rows[i].preemptions;
        samples = rows[i].samples;
      }
    err = plan_add(c, at, preemptions, samples, false, info);
    at = comma == NULL ? NULL : comma + 1;
  }
  free(list);
  return err;
}

cr_err cli_conforming_plan(cli_conforming *c, cr_errinfo *info) {
  const char *given = cli_value(c->args, "scenario");
  cr_scenario probe;
  bool volume = true;
  if (given != NULL) return plan_given(c, given, info);
  cr_err err = cli_load_scenario("hunt-life", &probe, info);
  if (err == CR_OK) err = cli_uses_volume(c->host, &probe, &volume, info);
  if (err == CR_OK) err = plan_default(c, volume, info);
  return err;
}
