/* observer_fields.h - the observer's variables with their widths in bits. */
#ifndef CLUSRACE_OBSERVER_FIELDS_H
#define CLUSRACE_OBSERVER_FIELDS_H

/* Per resource. */
#define CR_OBS_RESOURCE_FIELDS(X) X(mon, 4) /* cr_mon_state */

/* Per volume. */
#define CR_OBS_VOLUME_FIELDS(X) X(off, 1)

/* Per handle number. */
#define CR_OBS_OPEN_FIELDS(X) X(kind, 2) /* cr_open_kind */

#endif
