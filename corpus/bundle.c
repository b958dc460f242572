/* bundle.c - a whole store as one compressed text; see corpus_carry.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "clusrace/corpus_carry.h"
#include "private.h"

enum { LEVEL = 12, PIECE = 1 << 17 };
static const size_t packed_bytes_max = (size_t)1 << 30;

/* ---- writing ----------------------------------------------------------------------------------
 */

typedef struct packer {
  ZSTD_CCtx *zstd;
  cr_buf out;
  cr_corpus *corpus;
  cr_corpus_packed *sum;
  uint64_t *behaviours; /* of what was packed, for the replays */
  size_t cap;
} packer;

/* No failure is possible but for lack of memory: the parameters are constants. */
static void pack(packer *p, const char *text, size_t n, ZSTD_EndDirective end) {
  char piece[4096];
  ZSTD_inBuffer in = {text, n, 0};
  size_t left;
  p->sum->bytes += n;
  do {
    ZSTD_outBuffer out = {piece, sizeof piece, 0};
    left = ZSTD_compressStream2(p->zstd, &out, &in, end);
    CR_ASSERT(!ZSTD_isError(left));
    cr_buf_add(&p->out, piece, out.pos);
  } while (end == ZSTD_e_end ? left != 0 : in.pos < in.size);
}

static void pack_line(packer *p, const char *format, ...) CR_PRINTF(2, 3);
static void pack_line(packer *p, const char *format, ...) {
  char line[80];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(line, sizeof line, format, args);
  va_end(args);
  CR_ASSERT(n > 0 && (size_t)n < sizeof line);
  pack(p, line, (size_t)n, ZSTD_e_continue);
}

static cr_err pack_item(void *arg, const cr_corpus_item *item, cr_errinfo *info) {
  packer *p = arg;
  (void)info;
  pack_line(p, "# engine %s\n", cr_engine_name(item->engine));
  pack(p, item->text, item->text_len, ZSTD_e_continue);
  if (p->sum->traces == p->cap) {
    p->cap = p->cap == 0 ? 256 : p->cap * 2;
    p->behaviours = cr_realloc(p->behaviours, p->cap * sizeof *p->behaviours);
  }
  p->behaviours[p->sum->traces++] = item->behaviour;
  return CR_OK;
}

static cr_err pack_replay(void *arg, const cr_corpus_replay *replay, cr_errinfo *info) {
  packer *p = arg;
  (void)info;
  pack_line(p, "# replay of %016llx\n", (unsigned long long)replay->behaviour);
  pack(p, replay->text, replay->text_len, ZSTD_e_continue);
  p->sum->replays++;
  return CR_OK;
}

static int by_number(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* In the order of the digests, so that the order of filters does not matter. */
static cr_err pack_replays(packer *p, cr_errinfo *info) {
  cr_err err = CR_OK;
  if (p->sum->traces == 0) return CR_OK;
  qsort(p->behaviours, p->sum->traces, sizeof *p->behaviours, by_number);
  for (uint64_t i = 0; err == CR_OK && i < p->sum->traces; i++)
    err = cr_corpus_each_replay(p->corpus, p->behaviours[i], pack_replay, p, info);
  return err;
}

cr_err cr_corpus_bundle(cr_corpus *corpus, const cr_corpus_filter *filter, const char *path,
                        cr_corpus_packed *packed, cr_errinfo *info) {
  *packed = (cr_corpus_packed){0};
  packer p = {.zstd = ZSTD_createCCtx(), .corpus = corpus, .sum = packed};
  CR_ASSERT(p.zstd != NULL);
  ZSTD_CCtx_setParameter(p.zstd, ZSTD_c_compressionLevel, LEVEL);
  ZSTD_CCtx_setParameter(p.zstd, ZSTD_c_checksumFlag, 1);
  cr_err err = cr_corpus_each(corpus, filter, pack_item, &p, info);
  if (err == CR_OK) err = pack_replays(&p, info);
  pack(&p, "", 0, ZSTD_e_end);
  packed->packed_bytes = p.out.len;
  if (err == CR_OK) err = cr_file_write(path, p.out.data, p.out.len, info);
  ZSTD_freeCCtx(p.zstd);
  cr_buf_free(&p.out);
  free(p.behaviours);
  return err;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

bool cr_corpus_is_bundle(const char *path) {
  static const unsigned char magic[4] = {0x28, 0xB5, 0x2F, 0xFD};
  unsigned char head[4];
  FILE *file = fopen(path, "rb");
  if (file == NULL) return false;
  bool is =
      fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, magic, sizeof magic) == 0;
  fclose(file);
  return is;
}

/* A bundle is cut into traces as it is unpacked, so that a small file cannot fill the memory. */
typedef struct unpacker {
  cr__intake *in;
  const char *path;
  cr_buf text;        /* of the trace that is being gathered */
  size_t line_begins; /* in text, its last line */
  bool too_long;
  cr_engine engine;
  bool replay;
  uint64_t behaviour; /* of the interleaving that was replayed */
  uint64_t number;    /* of the trace in the bundle */
  bool writing;       /* a transaction for replays is open */
  cr__ids ids;
  uint64_t replays_open;
} unpacker;

static void refuse(unpacker *u, const char *reason) {
  cr_errinfo text;
  cr_fail(&text, CR_ERR_INPUT, "%s: trace %llu: %s", u->path, (unsigned long long)u->number,
          reason);
  cr__intake_refuse(u->in, text.text);
}

static cr_err end_replays(unpacker *u, cr_errinfo *info) {
  if (!u->writing) return CR_OK;
  u->writing = false;
  u->replays_open = 0;
  return cr__commit(u->in->corpus, info);
}

/* What was gathered is a replay: its interleaving was in the bundle before it. */
static cr_err take_replay(unpacker *u, cr_errinfo *info) {
  bool known, inserted;
  cr_err err = u->writing ? CR_OK : cr_corpus_batch_flush(u->in->batch, info);
  if (err == CR_OK && !u->writing) err = cr__begin(u->in->corpus, info);
  if (err != CR_OK) return err;
  u->writing = true;
  err = cr__replay_store(u->in->corpus, &u->ids, u->behaviour, &u->in->trace, &known, &inserted,
                         info);
  if (err != CR_OK) return err;
  if (!known) refuse(u, "a replay of an interleaving that was refused or is not in the bundle");
  u->in->taken->replays += inserted;
  return ++u->replays_open < CR_CORPUS_BATCH_ROWS ? CR_OK : end_replays(u, info);
}

static cr_err take_gathered(unpacker *u, cr_errinfo *info) {
  cr_err err = CR_OK;
  cr_errinfo reason;
  if (u->text.len == 0 && !u->too_long) return CR_OK;
  u->number++;
  if (!u->replay) u->in->taken->read++;
  cr_buf name = {0};
  cr_buf_printf(&name, "%s: trace %llu", u->path, (unsigned long long)u->number);
  if (u->too_long)
    refuse(u, "is longer than a trace may be");
  else if (cr_trace_read(u->text.data, u->text.len, name.data, &u->in->trace, &reason) != CR_OK)
    cr__intake_refuse(u->in, reason.text);
  else if (u->replay)
    err = take_replay(u, info);
  else if ((err = end_replays(u, info)) == CR_OK)
    err = cr__intake_take(u->in, NULL, u->engine, 0, info);
  cr_buf_free(&name);
  cr_buf_clear(&u->text);
  u->too_long = false;
  u->replay = false;
  u->engine = u->in->how->engine == CR_ENGINE_INVALID ? CR_ENGINE_IMPORT : u->in->how->engine;
  return err;
}

static bool begins(const char *line, const char *with) {
  return strncmp(line, with, strlen(with)) == 0;
}

/* A line of the text, without its end. */
static cr_err take_line(unpacker *u, const char *line, cr_errinfo *info) {
  static const char engine[] = "# engine ", replay[] = "# replay of ";
  bool trace = begins(line, "clusrace-trace ");
  cr_err err = CR_OK;
  if (trace || begins(line, engine) || begins(line, replay)) err = take_gathered(u, info);
  if (begins(line, engine)) {
    cr_engine known = cr_engine_by_name(line + sizeof engine - 1);
    if (known != CR_ENGINE_INVALID) u->engine = known;
  } else if (begins(line, replay)) {
    u->replay = cr__unhex(line + sizeof replay - 1, &u->behaviour);
  } else if (u->text.len + strlen(line) >= CR_TRACE_BYTES_MAX) {
    u->too_long = true;
    cr_buf_clear(&u->text);
  } else if (line[0] != '#' && !u->too_long) {
    cr_buf_puts(&u->text, line);
    cr_buf_putc(&u->text, '\n');
  }
  return err;
}

/* Cuts a piece of the text into lines; what is left of the last one waits in rest. */
static cr_err take_piece(unpacker *u, const char *piece, size_t n, cr_buf *rest, cr_errinfo *info) {
  cr_err err = CR_OK;
  while (err == CR_OK && n > 0) {
    const char *end = memchr(piece, '\n', n);
    size_t length = end == NULL ? n : (size_t)(end - piece);
    if (rest->len + length < CR_TRACE_BYTES_MAX) cr_buf_add(rest, piece, length);
    if (end == NULL) break;
    err = take_line(u, rest->data == NULL ? "" : rest->data, info);
    cr_buf_clear(rest);
    piece += length + 1;
    n -= length + 1;
  }
  return err;
}

static cr_err unpack(unpacker *u, const cr_buf *file, cr_errinfo *info) {
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  char *piece = cr_alloc(PIECE);
  cr_buf rest = {0};
  ZSTD_inBuffer in = {file->data, file->len, 0};
  cr_err err = CR_OK;
  size_t left = 1;
  bool broken = false;
  CR_ASSERT(zstd != NULL);
  while (err == CR_OK && in.pos < in.size && !broken) {
    ZSTD_outBuffer out = {piece, PIECE, 0};
    left = ZSTD_decompressStream(zstd, &out, &in);
    broken = ZSTD_isError(left) != 0;
    if (!broken) err = take_piece(u, piece, out.pos, &rest, info);
  }
  /* What the library holds back when the input has ended. */
  while (err == CR_OK && !broken && left != 0) {
    ZSTD_outBuffer out = {piece, PIECE, 0};
    left = ZSTD_decompressStream(zstd, &out, &in);
    broken = ZSTD_isError(left) != 0 || (out.pos == 0 && left != 0);
    if (!broken) err = take_piece(u, piece, out.pos, &rest, info);
  }
  if (err == CR_OK && !broken) {
    if (rest.len > 0) err = take_line(u, rest.data, info);
    if (err == CR_OK) err = take_gathered(u, info);
  } else if (err == CR_OK) {
    refuse(u, "the bundle is cut off or damaged from here on; fetch it again");
  }
  cr_buf_free(&rest);
  free(piece);
  ZSTD_freeDCtx(zstd);
  return err;
}

cr_err cr_corpus_unbundle(cr_corpus *corpus, const char *path, const cr_corpus_intake *how,
                          cr_corpus_taken *taken, cr_errinfo *info) {
  cr_buf file = {0};
  cr__intake in;
  *taken = (cr_corpus_taken){0};
  cr_err err = cr_file_read(path, packed_bytes_max, &file, info);
  if (err == CR_OK) {
    cr__intake_open(&in, corpus, how, taken);
    unpacker u = {.in = &in, .path = path};
    u.engine = in.how->engine == CR_ENGINE_INVALID ? CR_ENGINE_IMPORT : in.how->engine;
    err = unpack(&u, &file, info);
    if (err == CR_OK)
      err = end_replays(&u, info);
    else if (u.writing)
      cr__rollback(corpus);
    err = cr__intake_close(&in, err, info);
    cr__ids_free(&u.ids);
    cr_buf_free(&u.text);
  }
  cr_buf_free(&file);
  return err;
}
