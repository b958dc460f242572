/* scenario_check.c - what no single line of a scenario shows; see scenario_check.h. */
#include "scenario_check.h"

#include "parts/stack_scripts.h"

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

/* Settings that say what the scripts' programs meet; the resource DLL does not reckon with them. */
static const cr_param of_programs[] = {CR_PARAM_STACK_SYSTEM, CR_PARAM_STACK_LOCK_DISMOUNTS,
                                       CR_PARAM_STACK_NOTES, CR_PARAM_STACK_TOOL,
                                       CR_PARAM_STACK_CSV};

static bool manages_volume(const cr_scenario *s) {
  for (unsigned i = 0; i < s->resources_count; i++)
    if (s->resource[i].volume != CR_NO_VOLUME) return true;
  return false;
}

/* The scripts of part stack go with their own programs, and with one resource that rests. */
static cr_err check_stack_told(const cr_lines *lines, const cr_scenario *s, cr_errinfo *info) {
  enum {
    STEP_BY_STEP = 8,
    REMOVING = 9,
    VANISHING = 10,
    DYING = 12
  }; /* model/parts/stack_scripts.c */
  unsigned story = s->param[CR_PARAM_STACK_STORY];
  bool managed = manages_volume(s), scripted_story = cr__stack_script(story, 0, 0) != NULL;
  if (!s->part[CR_PART_STACK]) return CR_OK;
  if (s->resources_count > 1)
    return cr__line_fail(lines, info, "part stack has one resource; remove a `resource`");
  if (scripted_story && (s->option[CR_OPTION_APP_FILE] || s->option[CR_OPTION_APP_VOLUME]))
    return cr__line_fail(lines, info,
                         "the programs follow a script; remove the options for programs, or write "
                         "`set stack.story 31`");
  for (size_t i = 0; i < CR_ARRAY_LEN(of_programs); i++)
    if (s->param[of_programs[i]] && (managed || !scripted_story))
      return cr__line_fail(lines, info,
                           "`set %s 1` tells of programs that follow a script, without a resource "
                           "that has a volume; remove `%s`",
                           cr_param_name(of_programs[i]), managed ? "volume" : "set");
  if (s->param[CR_PARAM_STACK_NOTES] && story != STEP_BY_STEP)
    return cr__line_fail(lines, info, "`set stack.notes 1` goes with `set stack.story %d` alone",
                         STEP_BY_STEP);
  if (s->param[CR_PARAM_STACK_SYSTEM] && story == STEP_BY_STEP)
    return cr__line_fail(lines, info,
                         "`set stack.story %d` locks and dismounts; remove `set stack.system 1`",
                         STEP_BY_STEP);
  if (s->param[CR_PARAM_STACK_TOOL] && story == DYING)
    return cr__line_fail(
        lines, info,
        "`set stack.story %d` lets the tool die, which no resource DLL does; remove "
        "`set stack.tool 1`",
        DYING);
  if ((story == REMOVING || story == VANISHING) && managed)
    return cr__line_fail(lines, info,
                         "`set stack.story %u` takes the volume away; remove `volume` from the "
                         "resource",
                         story);
  return CR_OK;
}

/* The observer of the nodes' caches follows one instance of a file system, which nobody keeps in
 * use.
 */
static cr_err check_nodes_told(const cr_lines *lines, const cr_scenario *s, cr_errinfo *info) {
  if (!s->part[CR_PART_NODES]) return CR_OK;
  for (unsigned i = 0; i < s->volumes_count; i++)
    if (s->volume[i].detach != CR_DETACH_CLEANUP)
      return cr__line_fail(lines, info,
                           "part nodes follows the cache of a volume until its handle is closed; "
                           "write `detach cleanup` for the volume %s",
                           s->volume[i].name);
  bool programs = s->option[CR_OPTION_APP_FILE] || s->option[CR_OPTION_APP_VOLUME];
  if (s->param[CR_PARAM_NODES_LOCK_FLUSHES] && programs)
    return cr__line_fail(lines, info,
                         "`set nodes.lock-flushes 1` wants a volume that Offline can lock; remove "
                         "the options for programs");
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
  unsigned count = 0;
  for (unsigned i = 0; i < CR_PART_COUNT; i++) count += s->part[i];
  if (count > 1)
    return cr__line_fail(lines, info, "a part goes with no other part; leave one `part`");
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
  if (err == CR_OK) err = check_stack_told(lines, s, info);
  if (err == CR_OK) err = check_nodes_told(lines, s, info);
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
