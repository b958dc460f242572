/* heap.c - see heap.h; and the functions of kernel32 and the C runtimes that end there. */
#include "heap.h"

#include <stdlib.h>
#include <string.h>

#include "../same.h"
#include "../session.h"

enum { ALIGN = 16, RIM = 16, PAGE = 4096 };
/* What the DLL may and may not touch, for a build that watches (replay/native/heap_marks.h). */
#ifndef CR_HEAP_OPEN
#define CR_HEAP_OPEN(at, bytes) ((void)0)
#define CR_HEAP_SHUT(at, bytes) ((void)0)
#endif

static const uint8_t fresh = 0xCD, freed = 0xDD, rim = 0xFD;

/* Far from where systems put modules, stacks and heaps. */
#define REGION_AT ((void *)0x0000000620000000)

/* ---- the region ------------------------------------------------------------------------------ */

bool cr_heap_init(cr_heap *h, bool guard) {
  *h = (cr_heap){.guard = guard};
  h->region = VirtualAlloc(REGION_AT, CR_HEAP_BYTES, MEM_RESERVE, PAGE_READWRITE);
  if (h->region == NULL) return false;
  h->block = cr_alloc(CR_BLOCKS_MAX * sizeof *h->block);
  return true;
}

static bool commit(cr_heap *h, uint32_t end) {
  if (end <= h->committed) return true;
  uint32_t to = (end + 0xFFFFu) & ~0xFFFFu;
  if (to > CR_HEAP_BYTES ||
      VirtualAlloc(h->region + h->committed, to - h->committed, MEM_COMMIT, PAGE_READWRITE) == NULL)
    return false;
  h->committed = to;
  return true;
}

static uint32_t round_up(uint32_t n, uint32_t to) { return (n + to - 1) / to * to; }

static void protect(cr_heap *h, uint32_t from, uint32_t to, DWORD how) {
  DWORD old;
  if (to > from) VirtualProtect(h->region + from, to - from, how, &old);
}

void *cr_heap_alloc(cr_heap *h, size_t bytes, bool zero, uint8_t owner, HANDLE of) {
  if (bytes > CR_HEAP_BYTES / 4 || h->blocks_count == CR_BLOCKS_MAX || h->region == NULL)
    return NULL;
  uint32_t n = (uint32_t)bytes, at = h->used, end;
  if (h->guard) { /* the block's end, as aligned as it must be, is the end of a page */
    uint32_t room = round_up(n == 0 ? 1 : n, ALIGN);
    uint32_t first = round_up(at, PAGE), pages = round_up(room, PAGE);
    at = first + pages - room;
    end = first + pages + PAGE;
    if (!commit(h, end)) return NULL;
    protect(h, first + pages, end, PAGE_NOACCESS);
    memset(h->region + at + n, rim,
           room - n); /* what alignment leaves is watched by its contents */
  } else {
    end = round_up(at + n + RIM, ALIGN);
    if (!commit(h, end)) return NULL;
    memset(h->region + at + n, rim, end - at - n);
  }
  h->used = end;
  h->block[h->blocks_count++] =
      (cr_block){.at = at, .bytes = n, .state = CR_BLOCK_USED, .owner = owner, .heap = of};
  memset(h->region + at, zero ? 0 : fresh, n);
  CR_HEAP_OPEN(h->region + at, n);
  CR_HEAP_SHUT(h->region + at + n, end - at - n);
  return h->region + at;
}

bool cr_heap_owns(const cr_heap *h, const void *address) {
  const uint8_t *p = address;
  return h->region != NULL && p >= h->region && p < h->region + CR_HEAP_BYTES;
}

const char *cr_heap_access(const cr_heap *h, const void *address, bool writes) {
  if (!h->guard || !cr_heap_owns(h, address)) return NULL;
  size_t at = (size_t)((const uint8_t *)address - h->region);
  for (unsigned i = 0; i < h->blocks_count; i++) { /* a block is followed by one page of nobody */
    const cr_block *b = &h->block[i];
    size_t from = b->at / PAGE * PAGE, end = round_up(b->at + b->bytes, PAGE);
    if (at >= from && at < end && b->state == CR_BLOCK_FREE)
      return writes ? "writes to freed memory" : "reads freed memory";
    if (at >= end && at < end + PAGE)
      return writes ? "writes behind a block of memory" : "reads behind a block of memory";
  }
  return NULL;
}

cr_block *cr_heap_block(cr_heap *h, const void *address) {
  if (!cr_heap_owns(h, address)) return NULL;
  uint32_t at = (uint32_t)((const uint8_t *)address - h->region);
  unsigned low = 0, high = h->blocks_count;
  while (low < high) {
    unsigned middle = (low + high) / 2;
    if (h->block[middle].at < at)
      low = middle + 1;
    else
      high = middle;
  }
  return low < h->blocks_count && h->block[low].at == at ? &h->block[low] : NULL;
}

size_t cr_heap_room(const cr_heap *h, const void *address) {
  if (!cr_heap_owns(h, address)) return SIZE_MAX;
  uint32_t at = (uint32_t)((const uint8_t *)address - h->region);
  for (unsigned i = h->blocks_count; i-- > 0;)
    if (h->block[i].at <= at)
      return at < h->block[i].at + h->block[i].bytes ? h->block[i].at + h->block[i].bytes - at : 0;
  return 0;
}

static bool filled(const uint8_t *p, size_t n, uint8_t with) {
  return n == 0 || (p[0] == with && cr_same(p, p + 1, n - 1));
}

static const char *block_check(const cr_heap *h, const cr_block *b) {
  const uint8_t *p = h->region + b->at;
  if (h->guard) { /* a freed one cannot be looked at, and nobody can have written to it */
    uint32_t room = round_up(b->bytes == 0 ? 1 : b->bytes, ALIGN);
    bool good = b->state == CR_BLOCK_FREE || filled(p + b->bytes, room - b->bytes, rim);
    return good ? NULL : "has written behind a block of memory";
  }
  size_t behind = round_up(b->at + b->bytes + RIM, ALIGN) - b->at - b->bytes;
  if (!filled(p + b->bytes, behind, rim)) return "has written behind a block of memory";
  if (b->state == CR_BLOCK_FREE && !filled(p, b->bytes, freed))
    return "has written to freed memory";
  return NULL;
}

const char *cr_heap_free(cr_heap *h, void *address) {
  cr_block *b = cr_heap_block(h, address);
  if (b == NULL) return "frees what is no block of memory";
  if (b->state == CR_BLOCK_FREE) return "frees memory twice";
  const char *wrong = block_check(h, b);
  b->state = CR_BLOCK_FREE;
  if (h->guard)
    protect(h, b->at / PAGE * PAGE, round_up(b->at + b->bytes, PAGE), PAGE_NOACCESS);
  else
    memset(h->region + b->at, freed, b->bytes);
  CR_HEAP_SHUT(h->region + b->at, b->bytes);
  return wrong;
}

const char *cr_heap_check(const cr_heap *h) {
  for (unsigned i = 0; i < h->blocks_count; i++) {
    const char *wrong = block_check(h, &h->block[i]);
    if (wrong != NULL) return wrong;
  }
  return NULL;
}

unsigned cr_heap_blocks_left(const cr_heap *h) {
  unsigned left = 0;
  for (unsigned i = h->blocks_before; i < h->blocks_count; i++)
    left += h->block[i].state == CR_BLOCK_USED;
  return left;
}

/* ---- from one replay to the next ------------------------------------------------------------- */

void cr_heap_keep(cr_heap *h) {
  h->used_before = h->used;
  h->blocks_before = h->blocks_count;
  h->before = cr_alloc(h->used + 1);
  h->block_before = cr_alloc((h->blocks_count + 1) * sizeof *h->block_before);
  if (!h->guard && h->used != 0) memcpy(h->before, h->region, h->used);
  for (unsigned i = 0; h->guard && i < h->blocks_count; i++) /* between them nothing can be read */
    if (h->block[i].state == CR_BLOCK_USED)
      memcpy(h->before + h->block[i].at, h->region + h->block[i].at, h->block[i].bytes);
  if (h->blocks_count != 0) memcpy(h->block_before, h->block, h->blocks_count * sizeof *h->block);
}

void cr_heap_restore(cr_heap *h) {
  if (h->region == NULL) return;
  for (unsigned i = 0; h->guard && i < h->blocks_before; i++) {
    const cr_block *b = &h->block_before[i];
    if (b->state != CR_BLOCK_USED) continue;
    protect(h, b->at / PAGE * PAGE, round_up(b->at + b->bytes, PAGE), PAGE_READWRITE);
    memcpy(h->region + b->at, h->before + b->at, b->bytes);
  }
  if (h->guard)
    protect(h, round_up(h->used_before, PAGE), h->committed, PAGE_READWRITE);
  else if (h->used_before != 0)
    memcpy(h->region, h->before, h->used_before);
  if (h->blocks_before != 0) memcpy(h->block, h->block_before, h->blocks_before * sizeof *h->block);
  h->blocks_count = h->blocks_before;
  h->used = h->used_before;
  h->shadow_used = 0;
  for (unsigned i = 0; i < h->blocks_count; i++)
    if (h->block[i].state == CR_BLOCK_USED)
      CR_HEAP_OPEN(h->region + h->block[i].at, h->block[i].bytes);
}

uint32_t cr_heap_changed(cr_heap *h) {
  uint32_t owners = 0;
  if (h->guard) return UINT32_MAX;
  if (h->shadow_room < h->used) {
    h->shadow_room = h->used * 2;
    h->shadow = cr_realloc(h->shadow, h->shadow_room);
  }
  for (unsigned i = 0; i < h->blocks_count; i++) {
    const cr_block *b = &h->block[i];
    bool fresh_one = b->at + b->bytes > h->shadow_used;
    if (!fresh_one && cr_same(h->shadow + b->at, h->region + b->at, b->bytes)) continue;
    memcpy(h->shadow + b->at, h->region + b->at, b->bytes);
    owners |= (uint32_t)1 << b->owner;
  }
  h->shadow_used = h->used;
  return owners;
}

/* ---- who asks -------------------------------------------------------------------------------- */

static cr_heap *heap(void) { return &cr_session_get()->heap; }

/* Memory is the DLL's when its own code asks: not the system's modules that work for it. */
static bool from_image(const void *caller) {
  cr_session *s =
      cr_session_get(); /* what it does at the start of a pooled thread is done once only */
  return !s->sched.filling && cr_image_calls(&s->image, caller);
}

static uint8_t owner(void) {
  const cr_thread *t = cr_self();
  return t == NULL ? 0 : (uint8_t)(1 + t->resource);
}

static void complain(const char *wrong) {
  cr_thread *t = cr_self();
  if (wrong != NULL && t != NULL) cr_misuse(t, wrong);
}

static bool give_back(void *address) {
  const char *wrong = cr_heap_free(heap(), address);
  complain(wrong);
  return wrong == NULL;
}

static void *resize(void *old, size_t bytes, bool zero, HANDLE of) {
  cr_block *b = cr_heap_block(heap(), old);
  if (b == NULL || b->state == CR_BLOCK_FREE) {
    complain(b == NULL ? "resizes what is no block of memory" : "resizes freed memory");
    return NULL;
  }
  uint32_t before = b->bytes;
  void *fresh_block = cr_heap_alloc(heap(), bytes, zero, owner(), of);
  if (fresh_block == NULL) return NULL;
  memcpy(fresh_block, old, before < bytes ? before : bytes);
  give_back(old);
  return fresh_block;
}

/* ---- kernel32 -------------------------------------------------------------------------------- */

#define CALLER __builtin_return_address(0)

static LPVOID WINAPI hook_HeapAlloc(HANDLE of, DWORD flags, SIZE_T bytes) {
  if (!from_image(CALLER)) return HeapAlloc(of, flags, bytes);
  return cr_heap_alloc(heap(), bytes, (flags & HEAP_ZERO_MEMORY) != 0, owner(), of);
}

static BOOL WINAPI hook_HeapFree(HANDLE of, DWORD flags, LPVOID address) {
  if (address == NULL) return TRUE;
  if (cr_heap_owns(heap(), address)) return give_back(address);
  if (cr_self() != NULL && from_image(CALLER))
    return TRUE; /* of the time of loading: kept for later replays */
  return HeapFree(of, flags, address);
}

static LPVOID WINAPI hook_HeapReAlloc(HANDLE of, DWORD flags, LPVOID old, SIZE_T bytes) {
  if (!cr_heap_owns(heap(), old)) return HeapReAlloc(of, flags, old, bytes);
  cr_block *b = cr_heap_block(heap(), old);
  if ((flags & HEAP_REALLOC_IN_PLACE_ONLY) != 0) return b != NULL && bytes <= b->bytes ? old : NULL;
  return resize(old, bytes, (flags & HEAP_ZERO_MEMORY) != 0, of);
}

static SIZE_T WINAPI hook_HeapSize(HANDLE of, DWORD flags, LPCVOID address) {
  if (!cr_heap_owns(heap(), address)) return HeapSize(of, flags, address);
  const cr_block *b = cr_heap_block(heap(), address);
  return b == NULL ? (SIZE_T)-1 : b->bytes;
}

static BOOL WINAPI hook_HeapValidate(HANDLE of, DWORD flags, LPCVOID address) {
  if (address == NULL || !cr_heap_owns(heap(), address)) return HeapValidate(of, flags, address);
  return cr_heap_block(heap(), address) != NULL;
}

static BOOL WINAPI hook_HeapDestroy(HANDLE of) {
  cr_heap *h = heap();
  if (cr_self() == NULL || !from_image(CALLER)) return HeapDestroy(of);
  for (unsigned i = 0; i < h->blocks_count; i++)
    if (h->block[i].heap == of && h->block[i].state == CR_BLOCK_USED)
      give_back(h->region + h->block[i].at);
  return TRUE; /* the real one is kept: the next replay finds it again */
}

static HLOCAL WINAPI hook_LocalAlloc(UINT flags, SIZE_T bytes) {
  if (!from_image(CALLER) || (flags & LMEM_MOVEABLE) != 0) return LocalAlloc(flags, bytes);
  return cr_heap_alloc(heap(), bytes, (flags & LMEM_ZEROINIT) != 0, owner(), NULL);
}

static HLOCAL WINAPI hook_LocalFree(HLOCAL address) {
  if (cr_heap_owns(heap(), address)) return give_back(address) ? NULL : address;
  return LocalFree(address);
}

static HLOCAL WINAPI hook_LocalReAlloc(HLOCAL old, SIZE_T bytes, UINT flags) {
  if (!cr_heap_owns(heap(), old)) return LocalReAlloc(old, bytes, flags);
  return resize(old, bytes, (flags & LMEM_ZEROINIT) != 0, NULL);
}

static SIZE_T WINAPI hook_LocalSize(HLOCAL address) {
  if (!cr_heap_owns(heap(), address)) return LocalSize(address);
  const cr_block *b = cr_heap_block(heap(), address);
  return b == NULL ? 0 : b->bytes;
}

static HGLOBAL WINAPI hook_GlobalAlloc(UINT flags, SIZE_T bytes) {
  if (!from_image(CALLER) || (flags & GMEM_MOVEABLE) != 0) return GlobalAlloc(flags, bytes);
  return cr_heap_alloc(heap(), bytes, (flags & GMEM_ZEROINIT) != 0, owner(), NULL);
}

static HGLOBAL WINAPI hook_GlobalFree(HGLOBAL address) {
  if (cr_heap_owns(heap(), address)) return give_back(address) ? NULL : address;
  return GlobalFree(address);
}

/* ---- C runtimes that are DLLs of their own --------------------------------------------------- */

static void *hook_malloc(size_t bytes) {
  return from_image(CALLER) ? cr_heap_alloc(heap(), bytes, false, owner(), NULL) : malloc(bytes);
}

static void *hook_calloc(size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / size) return NULL;
  return from_image(CALLER) ? cr_heap_alloc(heap(), count * size, true, owner(), NULL)
                            : calloc(count, size);
}

/* What is not ours came from that runtime (while loading, or by a function like _strdup): it is
 * kept, for it may be needed again in the next replay. */
static void hook_free(void *address) {
  if (cr_heap_owns(heap(), address)) give_back(address);
}

static void *hook_realloc(void *old, size_t bytes) {
  if (old == NULL) return cr_heap_alloc(heap(), bytes, false, owner(), NULL);
  if (cr_heap_owns(heap(), old)) {
    if (bytes != 0) return resize(old, bytes, false, NULL);
    give_back(old);
    return NULL;
  }
  size_t room = HeapSize(GetProcessHeap(), 0, old);
  void *fresh_block = cr_heap_alloc(heap(), bytes, false, owner(), NULL);
  if (fresh_block != NULL && room != (size_t)-1)
    memcpy(fresh_block, old, room < bytes ? room : bytes);
  return fresh_block;
}

static size_t hook__msize(void *address) {
  const cr_block *b = cr_heap_block(heap(), address);
  return b == NULL ? 0 : b->bytes;
}

/* Microsoft's and GCC's names of operator new, new[], delete, delete[]. */
#define CR_HOOK_AS(name, function) \
  { name, (void (*)(void))hook_##function }

const cr_hook cr_hooks_heap[] = {CR_HOOK(HeapAlloc),
                                 CR_HOOK(HeapFree),
                                 CR_HOOK(HeapReAlloc),
                                 CR_HOOK(HeapSize),
                                 CR_HOOK(HeapValidate),
                                 CR_HOOK(HeapDestroy),
                                 CR_HOOK(LocalAlloc),
                                 CR_HOOK(LocalFree),
                                 CR_HOOK(LocalReAlloc),
                                 CR_HOOK(LocalSize),
                                 CR_HOOK(GlobalAlloc),
                                 CR_HOOK(GlobalFree),
                                 CR_HOOK(malloc),
                                 CR_HOOK(calloc),
                                 CR_HOOK(realloc),
                                 CR_HOOK(free),
                                 CR_HOOK(_msize),
                                 CR_HOOK_AS("??2@YAPEAX_K@Z", malloc),
                                 CR_HOOK_AS("??_U@YAPEAX_K@Z", malloc),
                                 CR_HOOK_AS("??3@YAXPEAX@Z", free),
                                 CR_HOOK_AS("??3@YAXPEAX_K@Z", free),
                                 CR_HOOK_AS("??_V@YAXPEAX@Z", free),
                                 CR_HOOK_AS("_Znwy", malloc),
                                 CR_HOOK_AS("_Znay", malloc),
                                 CR_HOOK_AS("_ZdlPv", free),
                                 CR_HOOK_AS("_ZdlPvy", free),
                                 CR_HOOK_AS("_ZdaPv", free),
                                 CR_HOOK_END};
