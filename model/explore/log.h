/* log.h - a file of records that only grows, and of which either the last commit or the one before
 * is valid at any moment, whatever kills the process (private to the explorer).
 *
 * Layout     a text line with the version, then at fixed places two slots (sequence number, length,
 *            digest of the last record, digest of the slot), then the records. A record is its
 * kind, its length, a digest and its bytes; the digest runs on from that of the record before, so
 * that none can be missing or changed unnoticed. Numbers are in the machine's order. Commit     the
 * new records are written and synced; then the older slot is written over and synced. What lies
 * behind the committed length is of a commit that did not come to its end. Creation   under another
 * name (PATH.new), which becomes PATH with the first commit. So a file with the name is never half
 * a file, and what bears the name already is never written over. Errors     every message begins
 * with the path. A file that cannot be trusted is CR_ERR_INPUT, trouble of the machine
 * CR_ERR_ENVIRONMENT.
 */
#ifndef CLUSRACE_EXPLORE_LOG_H
#define CLUSRACE_EXPLORE_LOG_H

#include "clusrace/base.h"

enum { CR__XRECORD_BYTES_MAX = 1 << 28 };

typedef struct cr__xlog cr__xlog;

/* A new log. Refused when the path is taken. The caller frees it; without a commit it leaves
 * nothing behind. */
CR_WARN_UNUSED cr_err cr__xlog_create(const char *path, cr__xlog **log, cr_errinfo *info);
/* Opens a log for reading its committed records. */
CR_WARN_UNUSED cr_err cr__xlog_open(const char *path, cr__xlog **log, cr_errinfo *info);
/* The next committed record; *kind is 0 after the last. */
CR_WARN_UNUSED cr_err cr__xlog_next(cr__xlog *log, uint32_t *kind, cr_buf *bytes, cr_errinfo *info);
/* A log that was read to its end is written to from now on. Refused when another process does. */
CR_WARN_UNUSED cr_err cr__xlog_continue(cr__xlog *log, cr_errinfo *info);
void cr__xlog_free(cr__xlog *log);

/* Adds a record (kind is not 0), or forgets those since the last commit, or makes them valid. After
 * an error only going back is allowed. */
CR_WARN_UNUSED cr_err cr__xlog_put(cr__xlog *log, uint32_t kind, const cr_buf *bytes,
                                   cr_errinfo *info);
void cr__xlog_back(cr__xlog *log);
CR_WARN_UNUSED cr_err cr__xlog_commit(cr__xlog *log, cr_errinfo *info);

#endif
