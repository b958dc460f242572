/* heap.h - the DLL's own heap: blocks in one region at a fixed place, so that addresses repeat and
 * the whole of it can be put back to what it was after loading.
 *
 * A block is never used again within a replay: what reads or writes it after it was freed does not
 * meet a new owner. Freed blocks are filled and looked at again, and every block has a rim behind
 * it, so writes that go astray are noticed at the latest when the replay ends. With guard pages
 * each block ends at a page that cannot be touched, and freed ones are such pages: then the very
 * access faults.
 */
#ifndef CR_HOST_HEAP_H
#define CR_HOST_HEAP_H

#include <windows.h>

#include "clusrace/base.h"

typedef enum cr_block_state { CR_BLOCK_FREE = 0, CR_BLOCK_USED } cr_block_state;

typedef struct cr_block {
  uint32_t at; /* offset of its first byte */
  uint32_t bytes;
  uint8_t state; /* cr_block_state */
  uint8_t owner; /* 1 + resource whose thread asked for it, 0 = none */
  HANDLE heap;   /* for HeapDestroy */
} cr_block;

enum { CR_HEAP_BYTES = 64 * 1024 * 1024, CR_BLOCKS_MAX = 20000 };

typedef struct cr_heap {
  uint8_t *region;
  uint8_t *before; /* what the part that loading has used was then */
  cr_block *block;
  cr_block *block_before;
  unsigned blocks_count, blocks_before;
  uint32_t used, used_before;
  uint32_t committed;
  uint8_t *shadow; /* contents when cr_heap_changed last looked; as far as `shadow_used` */
  uint32_t shadow_used;
  uint32_t shadow_room;
  bool guard;
} cr_heap;

/* Reserves the region. False when this system does not give it. */
bool cr_heap_init(cr_heap *heap, bool guard);
/* Loading is over: this is what every replay begins with. */
void cr_heap_keep(cr_heap *heap);
void cr_heap_restore(cr_heap *heap);
/* Whose blocks have changed since the last call: a set of owners. With guard pages: everybody's. */
uint32_t cr_heap_changed(cr_heap *heap);

void *cr_heap_alloc(cr_heap *heap, size_t bytes, bool zero, uint8_t owner, HANDLE of);
/* The block that begins there, or NULL. */
cr_block *cr_heap_block(cr_heap *heap, const void *address);
/* Bytes from the address to the end of its block; SIZE_MAX when it is not in the region. */
size_t cr_heap_room(const cr_heap *heap, const void *address);
bool cr_heap_owns(const cr_heap *heap, const void *address);
/* With guard pages: what an access that faulted met ("reads freed memory"; static storage), NULL
 * when it is no matter of the heap. */
const char *cr_heap_access(const cr_heap *heap, const void *address, bool writes);
/* NULL, or what is wrong with it ("frees memory twice"; static storage). */
const char *cr_heap_free(cr_heap *heap, void *address);
/* NULL, or what was written where nothing may be written. */
const char *cr_heap_check(const cr_heap *heap);
/* Blocks in use that were not there after loading. */
unsigned cr_heap_blocks_left(const cr_heap *heap);

#endif
