/* scenario.c - reading and writing scenarios; see clusrace/scenario.h. */
#include "clusrace/scenario.h"

#include <stdio.h>
#include <string.h>

#include "clusrace/control_codes.h"
#include "scenario_check.h"

static const struct {
  const char *name, *meaning;
  uint8_t initial;
} budgets[] = {
#define BUDGET_ROW(ID, name, initial, meaning) {name, meaning, initial},
    CR_BUDGETS(BUDGET_ROW)
#undef BUDGET_ROW
};

static const struct {
  const char *name, *meaning;
} options[] = {
#define OPTION_ROW(ID, name, meaning) {name, meaning},
    CR_OPTIONS(OPTION_ROW)
#undef OPTION_ROW
};

static const struct {
  const char *name;
} parts[] = {
#define PART(ID, lower, meaning) {#lower},
#include "clusrace/parts.def"
#undef PART
};

static const char *const part_meanings[] = {
#define PART(ID, lower, meaning) meaning,
#include "clusrace/parts.def"
#undef PART
};

/* One more than there are, so that the table may be empty. */
static const struct {
  const char *name, *meaning;
  uint8_t part, initial, max;
} params[CR_PARAM_COUNT + 1] = {
#define PARAM(PART, ID, name, initial, max, meaning) {name, meaning, CR_PART_##PART, initial, max},
#include "clusrace/params.def"
#undef PARAM
    {NULL, NULL, 0, 0, 0}};

static const char *const detach_names[] = {"cleanup", "once", "any"};

const char *cr_part_name(cr_part part) { return parts[part].name; }
const char *cr_part_meaning(cr_part part) { return part_meanings[part]; }
const char *cr_param_name(cr_param param) { return params[param].name; }
const char *cr_param_meaning(cr_param param) { return params[param].meaning; }
unsigned cr_param_initial(cr_param param) { return params[param].initial; }
unsigned cr_param_max(cr_param param) { return params[param].max; }
const char *cr_budget_name(cr_budget budget) { return budgets[budget].name; }
const char *cr_budget_meaning(cr_budget budget) { return budgets[budget].meaning; }
const char *cr_option_name(cr_option option) { return options[option].name; }
const char *cr_option_meaning(cr_option option) { return options[option].meaning; }

static bool name_is_valid(const char *name) {
  size_t n = strlen(name);
  if (n == 0 || n >= CR_NAME_MAX) return false;
  for (size_t i = 0; i < n; i++) {
    char c = name[i];
    bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '-' || c == '_';
    if (!good) return false;
  }
  return true;
}

static unsigned volume_by_name(const cr_scenario *s, const char *name) {
  for (unsigned i = 0; i < s->volumes_count; i++)
    if (strcmp(s->volume[i].name, name) == 0) return i;
  return CR_NO_VOLUME;
}

static bool name_is_taken(const cr_scenario *s, const char *name) {
  for (unsigned i = 0; i < s->resources_count; i++)
    if (strcmp(s->resource[i].name, name) == 0) return true;
  for (unsigned i = 0; i < s->apps_count; i++)
    if (strcmp(s->app[i].name, name) == 0) return true;
  return volume_by_name(s, name) != CR_NO_VOLUME || strcmp(name, "monitor") == 0 ||
         strcmp(name, "env") == 0 || strcmp(name, "cluster") == 0 || strcmp(name, "pnp") == 0;
}

/* A new named object: checks name and room. */
static cr_err object_begin(const cr_lines *lines, const cr_line *line, const cr_scenario *s,
                           unsigned count, unsigned max, char *name, cr_errinfo *info) {
  if (line->words_count < 2) return cr__line_fail(lines, info, "%s needs a name", line->word[0]);
  if (!name_is_valid(line->word[1]))
    return cr__line_fail(lines, info,
                         "\"%.60s\" is no name; use letters, digits, - and _ (at most %d)",
                         line->word[1], CR_NAME_MAX - 1);
  if (name_is_taken(s, line->word[1]))
    return cr__line_fail(lines, info, "the name \"%s\" is taken; choose another", line->word[1]);
  if (count == max)
    return cr__line_fail(lines, info, "too many objects of this kind; at most %u", max);
  memcpy(name, line->word[1], strlen(line->word[1]) + 1);
  return CR_OK;
}

static cr_err unknown_word(const cr_lines *lines, const char *word, const char *expected,
                           cr_errinfo *info) {
  return cr__line_fail(lines, info, "\"%.60s\" is not known here; expected %s", word, expected);
}

static cr_err parse_volume(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                           cr_errinfo *info) {
  cr_scenario_volume *v = &s->volume[s->volumes_count < CR_VOLUMES_MAX ? s->volumes_count : 0];
  char name[CR_NAME_MAX] = {0};
  cr_err err = object_begin(lines, line, s, s->volumes_count, CR_VOLUMES_MAX, name, info);
  if (err != CR_OK) return err;
  memset(v, 0, sizeof *v);
  memcpy(v->name, name, sizeof name);
  v->off = 1;
  for (unsigned i = 2; i < line->words_count; i += 2) {
    const char *key = line->word[i];
    const char *value = i + 1 < line->words_count ? line->word[i + 1] : "";
    if (strcmp(key, "letter") == 0) {
      if (value[0] < 'A' || value[0] > 'Z' || value[1] != '\0')
        return cr__line_fail(lines, info, "letter needs one of A to Z");
      for (unsigned k = 0; k < s->volumes_count; k++)
        if (s->volume[k].letter == value[0])
          return cr__line_fail(lines, info, "the letter %s is taken; choose another", value);
      v->letter = value[0];
    } else if (strcmp(key, "state") == 0) {
      if (strcmp(value, "offline") != 0 && strcmp(value, "online") != 0)
        return unknown_word(lines, value, "offline or online", info);
      v->off = strcmp(value, "offline") == 0;
    } else if (strcmp(key, "detach") == 0) {
      unsigned k = 0;
      while (k < CR_ARRAY_LEN(detach_names) && strcmp(detach_names[k], value) != 0) k++;
      if (k == CR_ARRAY_LEN(detach_names))
        return unknown_word(lines, value, "cleanup, once or any", info);
      v->detach = (uint8_t)k;
    } else {
      return unknown_word(lines, key, "letter, state or detach", info);
    }
  }
  if (v->letter == '\0') return cr__line_fail(lines, info, "a volume needs `letter X`");
  s->volumes_count++;
  return CR_OK;
}

/* `volume NAME` within a resource or app line. */
static cr_err parse_volume_ref(const cr_lines *lines, const cr_scenario *s, const char *value,
                               uint8_t *volume, cr_errinfo *info) {
  unsigned index = volume_by_name(s, value);
  if (index == CR_NO_VOLUME)
    return cr__line_fail(lines, info, "there is no volume \"%.60s\"; declare it above", value);
  *volume = (uint8_t)index;
  return CR_OK;
}

static cr_err parse_resource(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                             cr_errinfo *info) {
  char name[CR_NAME_MAX] = {0};
  cr_err err = object_begin(lines, line, s, s->resources_count, CR_RESOURCES_MAX, name, info);
  if (err != CR_OK) return err;
  cr_scenario_resource *r = &s->resource[s->resources_count];
  memset(r, 0, sizeof *r);
  memcpy(r->name, name, sizeof name);
  memcpy(r->type, "Clusrace Disk", sizeof "Clusrace Disk");
  r->volume = CR_NO_VOLUME;
  for (unsigned i = 2; i < line->words_count; i += 2) {
    const char *key = line->word[i];
    const char *value = i + 1 < line->words_count ? line->word[i + 1] : "";
    if (strcmp(key, "type") == 0) {
      size_t n = strlen(value);
      if (n == 0 || n >= CR_NAME_MAX)
        return cr__line_fail(lines, info, "type needs a name of 1 to %d characters",
                             CR_NAME_MAX - 1);
      memset(r->type, 0, sizeof r->type);
      memcpy(r->type, value, n);
    } else if (strcmp(key, "volume") == 0) {
      err = parse_volume_ref(lines, s, value, &r->volume, info);
      if (err != CR_OK) return err;
    } else if (strcmp(key, "depends") == 0) {
      unsigned provider = 0;
      while (provider < s->resources_count && strcmp(s->resource[provider].name, value) != 0)
        provider++;
      r->needs = (uint8_t)(provider + 1);
      if (provider == s->resources_count)
        return cr__line_fail(lines, info,
                             "there is no resource \"%.60s\" above; declare it before the one that "
                             "depends on it",
                             value);
    } else {
      return unknown_word(lines, key, "type, volume or depends", info);
    }
  }
  s->resources_count++;
  return CR_OK;
}

static cr_err parse_app(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                        cr_errinfo *info) {
  char name[CR_NAME_MAX] = {0};
  cr_err err = object_begin(lines, line, s, s->apps_count, CR_APPS_MAX, name, info);
  if (err != CR_OK) return err;
  if (line->words_count != 4 || strcmp(line->word[2], "volume") != 0)
    return cr__line_fail(lines, info, "expected `app NAME volume VOLUME`");
  cr_scenario_app *a = &s->app[s->apps_count];
  memset(a, 0, sizeof *a);
  memcpy(a->name, name, sizeof name);
  err = parse_volume_ref(lines, s, line->word[3], &a->volume, info);
  if (err != CR_OK) return err;
  s->apps_count++;
  return CR_OK;
}

static cr_err parse_option(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                           cr_errinfo *info) {
  for (unsigned i = 1; i < line->words_count; i++) {
    unsigned k = 0;
    while (k < CR_OPTION_COUNT && strcmp(options[k].name, line->word[i]) != 0) k++;
    if (k == CR_OPTION_COUNT)
      return cr__line_fail(lines, info, "there is no option \"%.60s\"; see docs/scenario-format.md",
                           line->word[i]);
    s->option[k] = true;
  }
  return CR_OK;
}

static cr_err parse_codes(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                          cr_errinfo *info) {
  uint64_t most;
  if (line->words_count < 3 || !cr__parse_u64(line->word[1], CR_CODES_MAX, &most) || most == 0)
    return cr__line_fail(lines, info, "expected `codes NUMBER CODE ...`, the number from 1 to %d",
                         CR_CODES_MAX);
  s->codes_most = (uint8_t)most;
  for (unsigned i = 2; i < line->words_count; i++) {
    unsigned row = cr_control_row_find(line->word[i]);
    if (row == cr_control_rows())
      return cr__line_fail(lines, info,
                           "there is no control code \"%.60s\"; see docs/scenario-format.md",
                           line->word[i]);
    if (s->codes_count == CR_CODES_MAX)
      return cr__line_fail(lines, info, "too many control codes; at most %d", CR_CODES_MAX);
    s->code[s->codes_count++] = (uint8_t)row;
  }
  return CR_OK;
}

bool cr_scenario_has_codes(const cr_scenario *s) {
  return s->option[CR_OPTION_CONTROL] || s->option[CR_OPTION_CONTROL_FEW] || s->codes_most != 0;
}

static cr_err parse_part(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                         cr_errinfo *info) {
  for (unsigned i = 1; i < line->words_count; i++) {
    unsigned k = 0;
    while (k < CR_PART_COUNT && strcmp(parts[k].name, line->word[i]) != 0) k++;
    if (k == CR_PART_COUNT)
      return cr__line_fail(lines, info, "there is no part \"%.60s\"; see docs/scenario-format.md",
                           line->word[i]);
    s->part[k] = true;
  }
  return CR_OK;
}

static cr_err parse_set(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                        cr_errinfo *info) {
  if (line->words_count != 3) return cr__line_fail(lines, info, "expected `set NAME NUMBER`");
  unsigned k = 0;
  while (k < CR_PARAM_COUNT && strcmp(params[k].name, line->word[1]) != 0) k++;
  if (k == CR_PARAM_COUNT)
    return cr__line_fail(lines, info, "there is no setting \"%.60s\"; see docs/scenario-format.md",
                         line->word[1]);
  if (!s->part[params[k].part])
    return cr__line_fail(lines, info, "\"%.60s\" needs the part %s; put `part %s` above",
                         line->word[1], parts[params[k].part].name, parts[params[k].part].name);
  uint64_t value;
  if (!cr__parse_u64(line->word[2], params[k].max, &value))
    return cr__line_fail(lines, info, "\"%.60s\" is no number from 0 to %u", line->word[2],
                         params[k].max);
  s->param[k] = (uint8_t)value;
  return CR_OK;
}

static cr_err parse_budget(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                           cr_errinfo *info) {
  if (line->words_count != 3) return cr__line_fail(lines, info, "expected `budget NAME NUMBER`");
  unsigned k = 0;
  while (k < CR_BUDGET_COUNT && strcmp(budgets[k].name, line->word[1]) != 0) k++;
  if (k == CR_BUDGET_COUNT)
    return cr__line_fail(lines, info, "there is no budget \"%.60s\"; see docs/scenario-format.md",
                         line->word[1]);
  uint64_t value;
  if (strcmp(line->word[2], "forever") == 0 && k != CR_BUDGET_PROGRESS)
    value = CR_BUDGET_FOREVER;
  else if (!cr__parse_u64(line->word[2], CR_BUDGET_MAX, &value))
    return cr__line_fail(lines, info, "\"%.60s\" is no number from 0 to %d%s", line->word[2],
                         CR_BUDGET_MAX, k == CR_BUDGET_PROGRESS ? "" : " or `forever`");
  s->budget[k] = (uint8_t)value;
  return CR_OK;
}

/* `about` takes the rest of the raw line. */
static cr_err parse_about(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                          cr_errinfo *info) {
  const char *p = line->start, *end = line->start + line->start_len;
  while (p < end && (*p == ' ' || *p == '\t')) p++;
  p += strlen("about");
  while (p < end && (*p == ' ' || *p == '\t')) p++;
  size_t n = (size_t)(end - p);
  while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t')) n--;
  if (n == 0 || n >= sizeof s->about)
    return cr__line_fail(lines, info, "about needs a sentence of at most %zu characters",
                         sizeof s->about - 1);
  memset(s->about, 0, sizeof s->about);
  memcpy(s->about, p, n);
  return CR_OK;
}

static cr_err parse_line(const cr_lines *lines, const cr_line *line, cr_scenario *s,
                         cr_errinfo *info) {
  const char *key = line->word[0];
  if (strcmp(key, "name") == 0) {
    if (line->words_count != 2 || !name_is_valid(line->word[1]))
      return cr__line_fail(lines, info, "expected `name NAME` (letters, digits, - and _)");
    memset(s->name, 0, sizeof s->name);
    memcpy(s->name, line->word[1], strlen(line->word[1]));
    return CR_OK;
  }
  if (strcmp(key, "about") == 0) return parse_about(lines, line, s, info);
  if (strcmp(key, "volume") == 0) return parse_volume(lines, line, s, info);
  if (strcmp(key, "resource") == 0) return parse_resource(lines, line, s, info);
  if (strcmp(key, "app") == 0) return parse_app(lines, line, s, info);
  if (strcmp(key, "option") == 0) return parse_option(lines, line, s, info);
  if (strcmp(key, "codes") == 0) return parse_codes(lines, line, s, info);
  if (strcmp(key, "part") == 0) return parse_part(lines, line, s, info);
  if (strcmp(key, "set") == 0) return parse_set(lines, line, s, info);
  if (strcmp(key, "budget") == 0) return parse_budget(lines, line, s, info);
  return unknown_word(
      lines, key, "name, about, volume, resource, app, option, codes, part, set or budget", info);
}

static void write_lines(const cr_scenario *s, const char *indent, bool about, cr_buf *out) {
  cr_buf_printf(out, "%sclusrace-scenario 1\n%sname %s\n", indent, indent, s->name);
  if (about && s->about[0] != '\0') cr_buf_printf(out, "%sabout %s\n", indent, s->about);
  for (unsigned i = 0; i < s->volumes_count; i++) {
    const cr_scenario_volume *v = &s->volume[i];
    cr_buf_printf(out, "%svolume %s letter %c state %s detach %s\n", indent, v->name, v->letter,
                  v->off ? "offline" : "online", detach_names[v->detach]);
  }
  for (unsigned i = 0; i < s->resources_count; i++) {
    const cr_scenario_resource *r = &s->resource[i];
    cr_buf_printf(out, "%sresource %s type \"%s\"", indent, r->name, r->type);
    if (r->volume != CR_NO_VOLUME) cr_buf_printf(out, " volume %s", s->volume[r->volume].name);
    if (r->needs != 0) cr_buf_printf(out, " depends %s", s->resource[r->needs - 1].name);
    cr_buf_putc(out, '\n');
  }
  for (unsigned i = 0; i < s->apps_count; i++)
    cr_buf_printf(out, "%sapp %s volume %s\n", indent, s->app[i].name,
                  s->volume[s->app[i].volume].name);
  for (unsigned i = 0; i < CR_OPTION_COUNT; i++)
    if (s->option[i]) cr_buf_printf(out, "%soption %s\n", indent, options[i].name);
  if (s->codes_most != 0) cr_buf_printf(out, "%scodes %u", indent, s->codes_most);
  for (unsigned i = 0; i < s->codes_count; i++) {
    const cr_control_row *row = cr_control_row_at(s->code[i]);
    cr_buf_printf(out, " %s%s%s", row->name, row->how == NULL ? "" : ":",
                  row->how == NULL ? "" : row->how);
  }
  if (s->codes_most != 0) cr_buf_putc(out, '\n');
  for (unsigned i = 0; i < CR_PART_COUNT; i++)
    if (s->part[i]) cr_buf_printf(out, "%spart %s\n", indent, parts[i].name);
  for (unsigned i = 0; i < CR_PARAM_COUNT; i++)
    if (s->part[params[i].part])
      cr_buf_printf(out, "%sset %s %u\n", indent, params[i].name, s->param[i]);
  for (unsigned i = 0; i < CR_BUDGET_COUNT; i++)
    if (s->budget[i] == CR_BUDGET_FOREVER)
      cr_buf_printf(out, "%sbudget %s forever\n", indent, budgets[i].name);
    else
      cr_buf_printf(out, "%sbudget %s %u\n", indent, budgets[i].name, s->budget[i]);
}

void cr_scenario_write(const cr_scenario *scenario, const char *indent, cr_buf *out) {
  write_lines(scenario, indent, true, out);
}

cr_err cr_scenario_parse(const char *text, size_t n, const char *file, unsigned first_line,
                         cr_scenario *scenario, cr_errinfo *info) {
  cr_lines lines = {text, text + n, file, first_line - 1};
  cr_line line;
  bool more;
  memset(scenario, 0, sizeof *scenario);
  for (unsigned i = 0; i < CR_BUDGET_COUNT; i++) scenario->budget[i] = budgets[i].initial;
  for (unsigned i = 0; i < CR_PARAM_COUNT; i++) scenario->param[i] = params[i].initial;

  cr_err err = cr__line_next(&lines, &line, &more, info);
  if (err != CR_OK) return err;
  if (!more || line.words_count != 2 || strcmp(line.word[0], "clusrace-scenario") != 0)
    return cr__line_fail(&lines, info,
                         "not a scenario; the first line must be `clusrace-scenario 1`");
  if (strcmp(line.word[1], "1") != 0)
    return cr__line_fail(&lines, info, "scenario format %.20s is not known; this version reads 1",
                         line.word[1]);
  for (;;) {
    err = cr__line_next(&lines, &line, &more, info);
    if (err != CR_OK) return err;
    if (!more) break;
    err = parse_line(&lines, &line, scenario, info);
    if (err != CR_OK) return err;
  }
  err = cr__scenario_check(&lines, scenario, info);
  if (err != CR_OK) return err;
  cr_buf canonical = {0};
  write_lines(scenario, "", false, &canonical);
  scenario->digest = cr_digest(canonical.data, canonical.len);
  cr_buf_free(&canonical);
  return CR_OK;
}
