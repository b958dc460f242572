/* file_store.h - what the files of the simulated volumes hold: plain data of a bounded size.
 *
 * Whether a file can be reached at all is the volume model's matter (volume.h). A file that nobody
 * has made or deleted yet is there when it is looked for (4,096 zeros), and is not when it is to be
 * made new: so no DLL is refused because its files are not installed here. A name that begins with
 * "missing" stands for one that is not there. Folders are there without being made.
 *
 * What was written and not yet flushed is lost when the volume model says so.
 */
#ifndef CR_HOST_FILE_STORE_H
#define CR_HOST_FILE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  CR_STORE_FILES_MAX = 24,
  CR_STORE_FINDS_MAX = 8,
  CR_STORE_PATH_MAX = 128,
  CR_STORE_BYTES_MAX = 4096, /* of one file */
  CR_STORE_NONE = CR_STORE_FILES_MAX
};

/* A file or folder whose state somebody has asked for or changed. */
typedef struct cr_stored {
  bool used, there, folder;
  bool deleting;            /* gone with its last open */
  uint8_t volume;           /* index */
  uint16_t opens, unshared; /* of them those that do not share deleting */
  uint32_t size, kept_size; /* as it is read; as it is on the disk */
  uint16_t path[CR_STORE_PATH_MAX];
  uint8_t data[CR_STORE_BYTES_MAX], kept[CR_STORE_BYTES_MAX];
} cr_stored;

/* A listing that goes on. */
typedef struct cr_store_find {
  bool used;
  uint8_t volume;
  unsigned next;
  uint16_t pattern[CR_STORE_PATH_MAX];
} cr_store_find;

typedef struct cr_store {
  bool used; /* anything below may differ from zero */
  cr_stored file[CR_STORE_FILES_MAX];
  cr_store_find find[CR_STORE_FINDS_MAX];
} cr_store;

/* Answers are system error codes. */

void cr_store_reset(cr_store *store);
/* A path below its volume in the one form that it is known under: lower case, single backslashes,
 * none at the ends. False when it is too long. */
bool cr_store_path(const uint16_t *from, uint16_t to[CR_STORE_PATH_MAX]);
/* Opens as CreateFile's disposition (1 to 5) says. *slot: the file; *existed: it was there. */
uint32_t cr_store_open(cr_store *store, unsigned volume, const uint16_t *path, uint32_t disposition,
                       bool shares_delete, unsigned *slot, bool *existed);
void cr_store_close(cr_store *store, unsigned slot, bool shares_delete);
/* Is it there? *slot receives it, as if it had been opened and closed. */
uint32_t cr_store_look(cr_store *store, unsigned volume, const uint16_t *path, unsigned *slot);
uint32_t cr_store_delete(cr_store *store, unsigned volume, const uint16_t *path, bool folder);
uint32_t cr_store_move(cr_store *store, unsigned volume, const uint16_t *from, const uint16_t *to,
                       bool replace);
uint32_t cr_store_folder(cr_store *store, unsigned volume, const uint16_t *path);

/* Up to n bytes; how many there were. */
uint32_t cr_store_read(const cr_store *store, unsigned slot, uint64_t at, void *to, uint32_t n);
uint32_t cr_store_write(cr_store *store, unsigned slot, uint64_t at, const void *from, uint32_t n);
uint32_t cr_store_cut(cr_store *store, unsigned slot, uint64_t size);
/* What is written of the volume's files is on the disk, or (lost) what is not is dropped. */
void cr_store_settle(cr_store *store, unsigned volume, bool lost);

/* The next file that the listing's pattern fits, in the order of their names: its slot, or NONE. */
unsigned cr_store_next(const cr_store *store, const cr_store_find *find);
/* The last name of a path. */
const uint16_t *cr_store_name(const uint16_t *path);

#endif
