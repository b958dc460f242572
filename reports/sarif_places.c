/* sarif_places.c - see sarif_places.h. */
#include "sarif_places.h"

#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "lanes.h"

/* What those who show SARIF take: a longer flow keeps its end. RELATED_MAX: more say nothing. */
enum { FLOW_STEPS_MAX = 1000, RELATED_MAX = 6 };

json_t *cr__sarif_text(const char *text) {
  json_t *o = json_object();
  cr__json_set(o, "text", cr__json_text(text));
  return o;
}

void cr__sarif_plain(const char *text, cr_buf *message) {
  for (; *text != '\0'; text++) {
    if (*text == '[' || *text == ']') cr_buf_putc(message, '\\');
    cr_buf_putc(message, *text);
  }
}

/* A path as a reference: what has a meaning in one, or is no ASCII, as %XX. */
static void put_uri(const char *path, cr_buf *out) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  if (*path == '/') cr_buf_puts(out, "file://");
  for (; *path != '\0'; path++)
    if (strchr(plain, *path) != NULL)
      cr_buf_putc(out, *path);
    else
      cr_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*path);
}

static json_t *artifact(const cr_conform_finding *f) {
  json_t *o = json_object();
  const char *path = f->place == NULL ? f->file : f->place;
  cr_buf uri = {0};
  put_uri(path, &uri);
  cr__json_set(o, "uri", cr__json_text(uri.data));
  if (*path != '/') cr__json_set(o, "uriBaseId", cr__json_text("%SRCROOT%"));
  cr_buf_free(&uri);
  return o;
}

static json_t *location(const cr_conform_finding *f, unsigned line, const char *message) {
  json_t *o = json_object(), *physical = json_object(), *region = json_object();
  cr__json_set(region, "startLine", cr__json_number(line));
  cr__json_set(physical, "artifactLocation", artifact(f));
  cr__json_set(physical, "region", region);
  cr__json_set(o, "physicalLocation", physical);
  if (message != NULL) cr__json_set(o, "message", cr__sarif_text(message));
  return o;
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* Of a trace's text the line on which a step stands (steps are numbered lines behind the head), and
 * the column behind its end, counted in units of UTF-16; the first line when there is none. */
static unsigned line_of_step(const cr_trace *trace, uint32_t step, unsigned *end) {
  cr_buf text = {0};
  char begin[16];
  int n = snprintf(begin, sizeof begin, "%u ", step);
  unsigned line = 1, found = 1;
  cr_trace_write(trace, &text);
  const char *there = text.data;
  for (const char *at = text.data; at != NULL && *at != '\0'; line++) {
    if (strncmp(at, begin, (size_t)n) == 0) {
      found = line;
      there = at;
      break;
    }
    at = strchr(at, '\n');
    if (at != NULL) at++;
  }
  *end = 1;
  for (; there != NULL && *there != '\n' && *there != '\0'; there++) {
    unsigned char byte = (unsigned char)*there;
    if ((byte & 0xC0) != 0x80) *end += byte >= 0xF0 ? 2 : 1;
  }
  cr_buf_free(&text);
  return found;
}

static unsigned first_line(const cr_conform_finding *f) {
  unsigned end;
  return line_of_step(f->trace, 1, &end);
}

/* The number of steps up to the one that decides. */
static size_t decides(const cr_conform_finding *f) {
  uint32_t step = f->trace->verdict.step;
  return step == 0 || step > f->trace->steps_count ? f->trace->steps_count : step;
}

json_t *cr__sarif_place(const cr_conform_finding *f) {
  unsigned end, line = line_of_step(f->trace, (uint32_t)decides(f), &end);
  json_t *place = location(f, line, NULL);
  json_t *region = json_object_get(json_object_get(place, "physicalLocation"), "region");
  cr__json_set(region, "startColumn", cr__json_number(1));
  cr__json_set(region, "endLine", cr__json_number(line));
  cr__json_set(region, "endColumn", cr__json_number(end));
  return place;
}

/* ---- the way there --------------------------------------------------------------------------- */

json_t *cr__sarif_flow(const cr_conform_finding *f) {
  const cr_trace *t = f->trace;
  json_t *steps = json_array();
  unsigned first = first_line(f);
  size_t end = decides(f), shown = 0, skip;
  for (size_t i = 0; i < end; i++) shown += cr__lane_shows(t, i) || i + 1 == end;
  skip = shown > FLOW_STEPS_MAX ? shown - FLOW_STEPS_MAX : 0;
  for (size_t i = 0; i < end; i++) {
    if (!cr__lane_shows(t, i) && i + 1 != end) continue;
    if (skip > 0) {
      skip--;
      continue;
    }
    cr_buf text = {0};
    json_t *step = json_object();
    cr_trace_write_event(&t->scenario, &t->steps[i].event, &text);
    cr__json_set(step, "location", location(f, first + (unsigned)i, text.data));
    cr__json_set(step, "importance", cr__json_text(i + 1 == end ? "essential" : "important"));
    json_array_append_new(steps, step);
    cr_buf_free(&text);
  }
  json_t *thread = json_object(), *threads = json_array(), *whole = json_object();
  json_t *flows = json_array();
  cr__json_set(thread, "locations", steps);
  json_array_append_new(threads, thread);
  cr__json_set(whole, "threadFlows", threads);
  json_array_append_new(flows, whole);
  return flows;
}

json_t *cr__sarif_related(const cr_conform_finding *f, cr_buf *message) {
  const cr_trace *t = f->trace;
  json_t *list = json_array();
  size_t found[RELATED_MAX], count = 0, end = decides(f);
  unsigned first = first_line(f);
  for (size_t i = end == 0 ? 0 : end - 1; i > 0 && count < RELATED_MAX; i--) {
    uint8_t kind = t->steps[i - 1].event.kind;
    if (kind == CR_EV_CALL || kind == CR_EV_STATUS || kind == CR_EV_SPAWN || kind == CR_EV_EXPIRE)
      found[count++] = i - 1;
  }
  for (size_t n = 0; n < count; n++) {
    size_t step = found[count - 1 - n];
    cr_buf text = {0};
    cr_trace_write_event(&t->scenario, &t->steps[step].event, &text);
    json_t *place = location(f, first + (unsigned)step, text.data);
    cr__json_set(place, "id", cr__json_number(n + 1));
    json_array_append_new(list, place);
    cr_buf_printf(message, "%s[step %zu](%zu)", n == 0 ? " Before: " : ", ", step + 1, n + 1);
    cr_buf_free(&text);
  }
  if (count != 0) cr_buf_putc(message, '.');
  return list;
}
