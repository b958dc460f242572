/* why_not.c - see why_not.h. */
#include "why_not.h"

#include <string.h>

void cli_lacking(const cr_scenario *const *ours, unsigned count, const cr_scenario *wanted,
                 cr_buf *out) {
  bool volume = wanted->volumes_count == 0, apps = wanted->apps_count == 0;
  bool resources = wanted->resources_count < 2;
  for (unsigned i = 0; i < count; i++) {
    volume = volume || ours[i]->volumes_count > 0;
    resources = resources || ours[i]->resources_count >= wanted->resources_count;
    apps = apps || ours[i]->apps_count > 0;
  }
  if (!volume) {
    cr_buf_puts(out, "needs a volume");
    return;
  }
  if (!resources) {
    cr_buf_puts(out, "needs two resources");
    return;
  }
  if (!apps) {
    cr_buf_puts(out, "needs a program beside the DLL");
    return;
  }
  for (unsigned o = 0; o < CR_OPTION_COUNT; o++) {
    bool has = !wanted->option[o];
    for (unsigned i = 0; i < count; i++) has = has || ours[i]->option[o];
    if (has) continue;
    cr_buf_printf(out, "needs a scenario with the option %s", cr_option_name((cr_option)o));
    return;
  }
  for (unsigned b = 0; b < CR_BUDGET_COUNT; b++) {
    bool has = wanted->budget[b] == 0;
    for (unsigned i = 0; i < count; i++) has = has || ours[i]->budget[b] != 0;
    if (has) continue;
    cr_buf_printf(out, "needs a scenario with the budget %s", cr_budget_name((cr_budget)b));
    return;
  }
}

static void part_lacking(const cr_scenario *ours, const cr_scenario *wanted, cr_buf *out) {
  for (unsigned p = 0; p < CR_PART_COUNT; p++)
    if (wanted->part[p] && !ours->part[p]) {
      cr_buf_printf(out, "needs the part %s", cr_part_name((cr_part)p));
      return;
    }
}

void cli_suite_why(const cr_scenario *scenario, bool complete, cr_clause clause, cr_buf *why,
                   cr_buf *see) {
  const cr_clause_row *row = cr_clause_row_of(clause);
  cr_scenario wanted;
  cr_errinfo info;
  for (uint32_t m = 1; m < CR_MUTANT_COUNT; m++) {
    const cr_mutant_row *mutant = cr_mutant_row_of(m);
    if (strcmp(mutant->clause, row->id) != 0 ||
        cli_load_scenario(mutant->scenario, &wanted, &info) != CR_OK)
      continue;
    part_lacking(scenario, &wanted, why);
    if (why->len == 0 && !complete) cr_buf_puts(why, "the walk ended before it came up");
    if (why->len == 0) cli_lacking(&scenario, 1, &wanted, why);
    if (why->len == 0) cr_buf_puts(why, "does not come up here");
    cr_buf_puts(see, wanted.name);
    return;
  }
  cr_buf_puts(why, "no scenario is known to exercise it");
}
