/* sarif_places.h - where in a trace's file a SARIF result lies, and the way there. Private to
 * reports/. */
#ifndef CR_REPORT_SARIF_PLACES_H
#define CR_REPORT_SARIF_PLACES_H

#include "clusrace/conformance.h"
#include "jsons.h"

/* {"text": ...} */
json_t *cr__sarif_text(const char *text);
/* The result's own place: the whole line of the step that decides. */
json_t *cr__sarif_place(const cr_conform_finding *finding);
/* The visible steps up to the one that decides, as a code flow. */
json_t *cr__sarif_flow(const cr_conform_finding *finding);
/* What the step that decides is about: the calls, reports, starts of workers and expiries before
 * it, the last ones. Appends a sentence to the message that points to them by their numbers. */
json_t *cr__sarif_related(const cr_conform_finding *finding, cr_buf *message);
/* Appends text so that nothing in it points to a place. */
void cr__sarif_plain(const char *text, cr_buf *message);

#endif
