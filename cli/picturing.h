/* picturing.h - the static pictures of a report. Private to cli/. */
#ifndef CR_CLI_PICTURING_H
#define CR_CLI_PICTURING_H

#include "cli.h"
#include "clusrace/picture.h"
#include "clusrace/report.h"

enum { CLI_PICTURES = 2 };

typedef struct cli_pictures {
  cr_report_picture picture[CLI_PICTURES];
  size_t count;
  cr_buf svg[CLI_PICTURES], about[CLI_PICTURES];
} cli_pictures;

/* Draws what was covered; pictures must be zero. Without dot there is no picture of the states:
 * with needed this fails, otherwise it is left out. */
CR_WARN_UNUSED cr_err cli_pictures_make(const cr_covering *covering, bool needed,
                                        cli_pictures *pictures, cr_errinfo *info);
/* Writes each as NAME.svg into the folder, which is made when it is missing. */
CR_WARN_UNUSED cr_err cli_pictures_write(const cli_pictures *pictures, const char *folder,
                                         cr_errinfo *info);
void cli_pictures_free(cli_pictures *pictures);

#endif
