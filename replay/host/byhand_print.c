/* byhand_print.c - what a person reads, and JSON; see byhand_private.h. */
#include "byhand_private.h"

#include <stdio.h>

int cr_byhand_fail(cr_err err, const cr_errinfo *info) {
  fprintf(stderr, CR_HOST_NAME ": %s\n", info->text);
  return err == CR_ERR_INPUT ? CR_EXIT_INPUT : CR_EXIT_ENVIRONMENT;
}

void cr_byhand_print(const cr_buf *text) {
  if (text->len != 0) fwrite(text->data, 1, text->len, stdout);
  fflush(stdout);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_string(cr_buf *out, const char *text) {
  cr_buf_putc(out, '"');
  for (const char *c = text; *c != '\0'; c++) {
    unsigned char u = (unsigned char)*c;
    if (*c == '"' || *c == '\\')
      cr_buf_printf(out, "\\%c", *c);
    else if (u < ' ' || u == 0x7F)
      cr_buf_printf(out, "\\u%04x", u);
    else
      cr_buf_putc(out, *c);
  }
  cr_buf_putc(out, '"');
}

void cr_byhand_json_text(cr_buf *out, const char *key, const char *text) {
  cr_buf_printf(out, "%s\"%s\": ", out->data[out->len - 1] == '{' ? "" : ", ", key);
  json_string(out, text);
}

void cr_byhand_json_number(cr_buf *out, const char *key, unsigned long long number) {
  cr_buf_printf(out, "%s\"%s\": %llu", out->data[out->len - 1] == '{' ? "" : ", ", key, number);
}

void cr_byhand_json_bool(cr_buf *out, const char *key, bool value) {
  cr_buf_printf(out, "%s\"%s\": %s", out->data[out->len - 1] == '{' ? "" : ", ", key,
                value ? "true" : "false");
}

/* What is unusual about the DLL and what nobody simulates, for a report. */
void cr_byhand_json_image(cr_buf *out) {
  const cr_image *image = &cr_session_get()->image;
  cr_buf unseen = {0};
  if (image->remarks.len != 0) cr_byhand_json_text(out, "remarks", image->remarks.data);
  if (cr_image_imports(image, true, &unseen) != 0)
    cr_byhand_json_text(out, "not_simulated", unseen.data);
  cr_buf_free(&unseen);
}

/* One replay on one line. */
void cr_byhand_row(const cr_byhand *b, const char *name, const cr_trace *observed, bool same) {
  cr_buf row = {0}, subject = {0}, verdict = {0};
  int status = same ? (int)cr_verdict_exit(&observed->verdict) : CR_EXIT_NONDET;
  cr_subject_write(&observed->subject, &subject);
  cr_verdict_write(&observed->verdict, &verdict);
  if (b->json) {
    cr_buf_puts(&row, "{");
    cr_byhand_json_text(&row, "trace", name);
    cr_byhand_json_text(&row, "subject", subject.data);
    cr_byhand_json_text(&row, "verdict", verdict.data);
    cr_byhand_json_text(&row, "note", observed->verdict.note);
    cr_byhand_json_number(&row, "steps", observed->steps_count);
    cr_byhand_json_bool(&row, "deterministic", same);
    cr_byhand_json_number(&row, "status", (unsigned)status);
    cr_byhand_json_image(&row);
    cr_buf_puts(&row, "}\n");
  } else {
    cr_buf_printf(&row, "%s on %s: %s%s\n", name, subject.data, verdict.data,
                  same ? "" : "; another replay differs");
  }
  cr_byhand_print(&row);
  cr_buf_free(&row);
  cr_buf_free(&subject);
  cr_buf_free(&verdict);
}

/* Loading has failed: one line on standard error, and with --json the same as an object. */
int cr_byhand_cannot_load(const cr_byhand *b, cr_err err, const cr_errinfo *info) {
  if (b->json) {
    cr_buf row = {0};
    cr_buf_puts(&row, "{");
    cr_byhand_json_text(&row, "dll", cr_path_name(b->how.dll));
    cr_byhand_json_text(&row, "refused", info->text);
    cr_buf_puts(&row, "}\n");
    cr_byhand_print(&row);
    cr_buf_free(&row);
  }
  return cr_byhand_fail(err, info);
}
