/* limit.c - what the memory of this machine gives to somebody who reads and writes random cache
 * lines and knows the places in batches ahead: the limit of any explorer that keeps its states in a
 * hash table.
 *
 * usage: bench_limit [MIBIBYTES]; prints a line "threads pages million-lines-per-second" for one
 * and two threads, on pages of 4 KiB and on huge ones, where the kernel gives huge ones. Best of
 * three. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "clusrace/base.h"

enum { BATCH = 256, BATCHES = 1 << 16, TIMES = 3, THREADS_MAX = 2, WORDS = 8 };

typedef struct walker {
  pthread_t thread;
  uint64_t *lines;
  uint64_t lines_count, seed, sum;
} walker;

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The walkers share the table, as threads of an explorer do: relaxed loads and stores. */
static void *walk(void *arg) {
  walker *w = arg;
  uint64_t x = w->seed, sum = 0, *where[BATCH];
  for (unsigned batch = 0; batch < BATCHES; batch++) {
    for (unsigned i = 0; i < BATCH; i++) {
      x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      where[i] = w->lines + ((x >> 32) * w->lines_count >> 32) * WORDS;
      __builtin_prefetch(where[i], 1);
    }
    for (unsigned i = 0; i < BATCH; i++) {
      uint64_t word = __atomic_load_n(where[i], __ATOMIC_RELAXED);
      sum += word;
      __atomic_store_n(where[i], word + 1, __ATOMIC_RELAXED);
    }
  }
  w->sum = sum;
  return NULL;
}

static double rate(uint64_t *lines, uint64_t lines_count, unsigned threads, uint64_t *sum) {
  double best = 0;
  for (unsigned k = 0; k < TIMES; k++) {
    walker walkers[THREADS_MAX];
    double begun = seconds();
    for (unsigned i = 0; i < threads; i++) {
      walkers[i] = (walker){.lines = lines, .lines_count = lines_count, .seed = i + 1};
      if (pthread_create(&walkers[i].thread, NULL, walk, &walkers[i]) != 0) exit(3);
    }
    for (unsigned i = 0; i < threads; i++) {
      pthread_join(walkers[i].thread, NULL);
      *sum += walkers[i].sum;
    }
    double now = (double)threads * BATCHES * BATCH / (seconds() - begun);
    if (now > best) best = now;
  }
  return best;
}

/* How much of this process lies on huge pages, in KiB; 0 when the system does not tell. */
static unsigned long huge_kib(void) {
  unsigned long kib = 0;
  char line[256];
  FILE *file = fopen("/proc/self/smaps_rollup", "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL)
    if (sscanf(line, "AnonHugePages: %lu", &kib) == 1) break;
  if (file != NULL) fclose(file);
  return kib;
}

int main(int argc, char **argv) {
  size_t mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 1024;
  if (mib < 1 || mib > 65536) {
    fputs("bench_limit: the size of the table is 1 to 65536 MiB\n", stderr);
    return 2;
  }
  size_t bytes = mib << 20;
  uint64_t sum = 0;
  for (unsigned huge = 0; huge < 2; huge++) {
    uint64_t *lines = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (lines == MAP_FAILED) {
      fprintf(stderr, "bench_limit: no %zu MiB of memory\n", mib);
      return 3;
    }
    (void)madvise(lines, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    memset(lines, 1, bytes);
    if (!huge || huge_kib() >= bytes / 1024 / 2)
      for (unsigned threads = 1; threads <= THREADS_MAX; threads++)
        printf("%u %s %.1f\n", threads, huge ? "huge" : "4KiB",
               rate(lines, bytes / (WORDS * sizeof *lines), threads, &sum) / 1e6);
    munmap(lines, bytes);
  }
  if (sum == 12345) puts(""); /* the sum is used, so nothing is left out */
  return 0;
}
