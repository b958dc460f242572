/* ranks_mpi.c - the transport of ranks.h over MPI-3. A shared object of its own, which the command
 * loads when it was started by mpirun, so that nothing else depends on MPI. Its functions are those
 * that ranks_mpi.h names. MPI ends all processes when one of its functions fails.
 */
#include "ranks_mpi.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 1 << 30, TAG = 1 }; /* MPI-3 counts in int */

/* Transfers under way. */
typedef struct transfers {
  MPI_Request *request;
  int count, cap;
} transfers;

static transfers under_way;

static MPI_Request *transfer_add(void) {
  transfers *t = &under_way;
  if (t->count == t->cap) {
    t->cap = t->cap == 0 ? 64 : t->cap * 2;
    t->request = realloc(t->request, (size_t)t->cap * sizeof(MPI_Request));
    if (t->request == NULL) MPI_Abort(MPI_COMM_WORLD, 3);
  }
  return &t->request[t->count++];
}

static int own_rank(void) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

static int all_ranks(void) {
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

static void counts(void *arg, const uint64_t *send, uint64_t *receive) {
  (void)arg;
  MPI_Alltoall(send, 1, MPI_UINT64_T, receive, 1, MPI_UINT64_T, MPI_COMM_WORLD);
}

static int piece(uint64_t left) { return left < PIECE_BYTES ? (int)left : PIECE_BYTES; }

static void receive_start(int from, unsigned char *at, uint64_t left) {
  for (int n; left > 0; at += n, left -= (uint64_t)n) {
    n = piece(left);
    MPI_Irecv(at, n, MPI_BYTE, from, TAG, MPI_COMM_WORLD, transfer_add());
  }
}

static void send_start(int to, const unsigned char *at, uint64_t left) {
  for (int n; left > 0; at += n, left -= (uint64_t)n) {
    n = piece(left);
    MPI_Isend(at, n, MPI_BYTE, to, TAG, MPI_COMM_WORLD, transfer_add());
  }
}

/* Only those that have something for each other exchange messages. */
static void exchange(void *arg, const unsigned char *const *send, const uint64_t *send_bytes,
                     unsigned char *receive, const uint64_t *receive_bytes) {
  (void)arg;
  int size = all_ranks(), rank = own_rank();
  under_way.count = 0;
  for (int r = 0; r < size; receive += receive_bytes[r], r++) {
    if (r != rank)
      receive_start(r, receive, receive_bytes[r]);
    else if (send_bytes[r] > 0)
      memcpy(receive, send[r], send_bytes[r]);
  }
  for (int i = 1; i < size; i++) { /* not all to the same one first */
    int to = (rank + i) % size;
    send_start(to, send[to], send_bytes[to]);
  }
  MPI_Waitall(under_way.count, under_way.request, MPI_STATUSES_IGNORE);
}

static void sum(void *arg, uint64_t *values, unsigned count) {
  (void)arg;
  MPI_Allreduce(MPI_IN_PLACE, values, (int)count, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
}

static void greatest(void *arg, uint64_t *values, unsigned count) {
  (void)arg;
  MPI_Allreduce(MPI_IN_PLACE, values, (int)count, MPI_UINT64_T, MPI_MAX, MPI_COMM_WORLD);
}

static uint64_t before(void *arg, uint64_t value) {
  (void)arg;
  uint64_t result = 0;
  MPI_Exscan(&value, &result, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  return own_rank() == 0 ? 0 : result; /* MPI leaves it undefined there */
}

static void broadcast(void *arg, unsigned from, void *data, size_t bytes) {
  (void)arg;
  MPI_Bcast(data, (int)bytes, MPI_BYTE, (int)from, MPI_COMM_WORLD);
}

static cr_xranks ranks = {.counts = counts,
                          .exchange = exchange,
                          .sum = sum,
                          .greatest = greatest,
                          .before = before,
                          .broadcast = broadcast};

const cr_xranks *clusrace_ranks_open(unsigned version) {
  if (version != CR__XRANKS_VERSION || MPI_Init(NULL, NULL) != MPI_SUCCESS) return NULL;
  ranks.size = (unsigned)all_ranks();
  ranks.rank = (unsigned)own_rank();
  return &ranks;
}

void clusrace_ranks_close(void) {
  free(under_way.request);
  under_way = (transfers){0};
  MPI_Finalize();
}
