/* picturing.c - see picturing.h. */
#include "picturing.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "graphing.h"

static void add(cli_pictures *p, const char *name, const char *title) {
  p->picture[p->count] = (cr_report_picture){
      .name = name, .title = title, .about = p->about[p->count].data, .svg = p->svg[p->count].data};
  p->count++;
}

cr_err cli_pictures_make(const cr_covering *covering, bool needed, cli_pictures *p,
                         cr_errinfo *info) {
  cr_buf dot = {0}, drawn = {0};
  if (!cr_covering_any(covering)) return CR_OK;
  cr_covering_states(covering, &dot);
  cr_err err = cli_graph_draw(&dot, "--pictures", &drawn, info);
  if (err == CR_OK) {
    const char *svg = strstr(drawn.data, "<svg"); /* what stands before it names dot's version */
    cr_buf_puts(&p->svg[p->count], svg == NULL ? drawn.data : svg);
    cr_covering_states_text(covering, &p->about[p->count]);
    add(p, "states", "A resource, as the monitor sees it");
  }
  cr_buf_free(&dot);
  cr_buf_free(&drawn);
  if (err != CR_OK && needed) return err;
  cr_covering_pairs(covering, &p->svg[p->count]);
  cr_covering_pairs_text(covering, &p->about[p->count]);
  add(p, "pairs", "Operations that race");
  return CR_OK;
}

cr_err cli_pictures_write(const cli_pictures *p, const char *folder, cr_errinfo *info) {
  cr_err err = CR_OK;
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return cr_fail(info, CR_ERR_ENVIRONMENT, "%s: cannot be made: %s", folder, strerror(errno));
  for (size_t i = 0; err == CR_OK && i < p->count; i++) {
    cr_buf path = {0};
    cr_buf_printf(&path, "%s/%s.svg", folder, p->picture[i].name);
    err = cr_file_write(path.data, p->svg[i].data, p->svg[i].len, info);
    cr_buf_free(&path);
  }
  return err;
}

void cli_pictures_free(cli_pictures *p) {
  for (size_t i = 0; i < CLI_PICTURES; i++) {
    cr_buf_free(&p->svg[i]);
    cr_buf_free(&p->about[i]);
  }
}
