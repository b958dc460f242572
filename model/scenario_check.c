/* scenario_check.c - what no single line of a scenario shows; see scenario_check.h. */
#include "scenario_check.h"

/* Parts whose actors follow scripts of their own: nobody else acts beside them. */
static const cr_part scripted[] = {CR_PART_LOADING, CR_PART_CONTROLS, CR_PART_HEALTH,
                                   CR_PART_POLICY,  CR_PART_INSIDE,   CR_PART_DISK,
                                   CR_PART_REMOVAL};

static unsigned handles_needed(const cr_scenario *s) {
  static const unsigned slots[CR_PART_COUNT] = {
#define PART(ID, lower, meaning) CR_PART_##ID##_SLOTS,
#include "clusrace/parts.def"
#undef PART
  };
  unsigned count = 2u * s->apps_count + s->resources_count * (2u + CR_WORKERS_MAX);
  for (unsigned i = 0; i < CR_PART_COUNT; i++) count += s->part[i] ? slots[i] : 0;
  return count;
}

/* The scripted steps that open volumes say what comes of it, so they hold for one state of the
 * first volume only; a story that is not listed opens none. */
static const struct {
  cr_part part;
  cr_param param;
  uint8_t story, volumes; /* that many have to be there, all in the same state */
  bool off;
} told_of_volumes[] = {
    {CR_PART_DISK, CR_PARAM_DISK_STORY, 1, 1, false},
    {CR_PART_DISK, CR_PARAM_DISK_STORY, 2, 1, false},
    {CR_PART_DISK, CR_PARAM_DISK_STORY, 3, 1, false},
    {CR_PART_DISK, CR_PARAM_DISK_STORY, 4, 1, true},
    {CR_PART_DISK, CR_PARAM_DISK_STORY, 5, 1, false},
    {CR_PART_DISK, CR_PARAM_DISK_STORY, 6, 1, false},
    {CR_PART_REMOVAL, CR_PARAM_REMOVAL_STORY, 3, 2, false},
    {CR_PART_REMOVAL, CR_PARAM_REMOVAL_STORY, 4, 1, false},
};

/* A story begins with its volumes as its steps expect them. */
static cr_err check_volumes_told(const cr_lines *lines, const cr_scenario *s, cr_errinfo *info) {
  for (size_t i = 0; i < CR_ARRAY_LEN(told_of_volumes); i++) {
    cr_param param = told_of_volumes[i].param;
    unsigned story = told_of_volumes[i].story, volumes = told_of_volumes[i].volumes;
    if (!s->part[told_of_volumes[i].part] || s->param[param] != story) continue;
    if (s->volumes_count < volumes)
      return cr__line_fail(lines, info, "`set %s %u` tells of %u volumes; add a `volume`",
                           cr_param_name(param), story, volumes);
    for (unsigned k = 0; k < volumes; k++)
      if (s->volume[k].off != told_of_volumes[i].off) {
        const char *state = told_of_volumes[i].off ? "offline" : "online";
        return cr__line_fail(lines, info,
                             "`set %s %u` begins with the volume %s %s; write `state %s` there",
                             cr_param_name(param), story, s->volume[k].name, state, state);
      }
  }
  return CR_OK;
}

/* The other scripts tell of services: they bring resources online without any volume. */
static cr_err check_services_told(const cr_lines *lines, const cr_scenario *s, cr_errinfo *info) {
  for (size_t i = 0; i < CR_ARRAY_LEN(scripted); i++) {
    cr_part part = scripted[i];
    if (!s->part[part] || part == CR_PART_DISK || part == CR_PART_REMOVAL) continue;
    for (unsigned k = 0; k < s->resources_count; k++)
      if (s->resource[k].volume != CR_NO_VOLUME)
        return cr__line_fail(
            lines, info, "part %s tells of a service; remove `volume %s` from the resource %s",
            cr_part_name(part), s->volume[s->resource[k].volume].name, s->resource[k].name);
  }
  return CR_OK;
}

/* Parts that do not go together, or want something that is not there. */
static cr_err check_parts(const cr_lines *lines, const cr_scenario *s, cr_errinfo *info) {
  unsigned count = 0, told = 0;
  for (unsigned i = 0; i < CR_PART_COUNT; i++) count += s->part[i];
  for (size_t i = 0; i < CR_ARRAY_LEN(scripted); i++) told += s->part[scripted[i]];
  if (told > 0 && count > 1)
    return cr__line_fail(lines, info,
                         "a part that follows a script goes with no other part; leave one `part`");
  if (count > 0 && s->option[CR_OPTION_LIVE])
    return cr__line_fail(lines, info,
                         "liveness is judged without parts; remove `option live` or `part`");
  bool programs = s->part[CR_PART_DISK] || s->part[CR_PART_REMOVAL];
  if (programs && (s->volumes_count == 0 || s->apps_count == 0))
    return cr__line_fail(
        lines, info,
        "the parts disk and removal tell of a program and its volume; add `volume` and `app`");
  if (s->part[CR_PART_STACK] && s->volumes_count == 0)
    return cr__line_fail(lines, info, "part stack tells of a volume; add `volume`");
  if (s->part[CR_PART_NODES] && s->resources_count > 2)
    return cr__line_fail(lines, info,
                         "part nodes has two nodes with a resource each; remove a `resource`");
  cr_err err = check_volumes_told(lines, s, info);
  return err == CR_OK ? check_services_told(lines, s, info) : err;
}

cr_err cr__scenario_check(const cr_lines *lines, const cr_scenario *s, cr_errinfo *info) {
  if (s->name[0] == '\0')
    return cr__line_fail(lines, info, "the scenario has no name; add `name NAME`");
  if (s->resources_count == 0)
    return cr__line_fail(lines, info, "the scenario has no resource; add `resource NAME ...`");
  if (!s->option[CR_OPTION_SYNC] && !s->option[CR_OPTION_PENDING])
    return cr__line_fail(lines, info,
                         "operations could never end; add `option sync` or `option pending`");
  if ((s->option[CR_OPTION_APP_FILE] || s->option[CR_OPTION_APP_VOLUME]) && s->apps_count == 0 &&
      s->volumes_count == 0)
    return cr__line_fail(lines, info,
                         "options for programs, but no volume; add `volume` and `app`");
  bool controls = cr_scenario_has_codes(s) || s->option[CR_OPTION_CANCEL];
  if (controls && s->resources_count > 1)
    return cr__line_fail(lines, info,
                         "control calls are judged for one resource alone; remove a `resource`");
  if (handles_needed(s) > CR_OPENS_MAX)
    return cr__line_fail(lines, info,
                         "the scenario needs %u handles, and the state holds %d; remove resources, "
                         "programs or parts",
                         handles_needed(s), CR_OPENS_MAX);
  return check_parts(lines, s, info);
}
