/* race_remount.c - the handle that dismounted is closed and the volume opened again to take it
 * offline. In between any open mounts a file system, which then stays bound to an offline volume.
 */
#include "disk_common.h"

const struct disk_traits disk_traits = {.reopen_before_offline = TRUE};
