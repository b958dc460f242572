/* ranks.c - see ranks.h. */
#include "ranks.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../model/explore/ranks_mpi.h"

/* What Open MPI, the others (MPICH, Intel MPI, Slurm's) and PMIx tell a process. */
static const char *const rank_names[] = {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"};
static const char *const size_names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};

static const char *told(const char *const *names, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *value = getenv(names[i]);
    if (value != NULL) return value;
  }
  return NULL;
}

static const char *rank_told(void) { return told(rank_names, CR_ARRAY_LEN(rank_names)); }

/* The first of those on another machine. */
static bool local_first(void) {
  static const char *const names[] = {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID",
                                      "SLURM_LOCALID"};
  const char *rank = told(names, CR_ARRAY_LEN(names));
  return !cli_ranks_first() && rank != NULL && strcmp(rank, "0") == 0;
}

bool cli_ranks_started(void) { return rank_told() != NULL; }

bool cli_ranks_first(void) {
  const char *rank = rank_told();
  return rank == NULL || strcmp(rank, "0") == 0;
}

void cli_ranks_hush(void) {
  if (cli_ranks_first()) return;
  cli_mute();
  if (freopen("/dev/null", "w", stdout) == NULL) exit(CR_EXIT_ENVIRONMENT);
}

typedef const cr_xranks *open_function(unsigned version);
typedef void close_function(void);

static void *library;

/* ISO C has no conversion from an object's pointer to a function's. */
static bool look_up(const char *name, void *function, size_t bytes) {
  void *symbol = dlsym(library, name);
  memcpy(function, &symbol, bytes);
  return symbol != NULL;
}

static cr_err load(open_function **open, cr_errinfo *info) {
  cr_buf path = {0};
  cr_err err = cli_find_program("clusrace-mpi.so", &path, info);
  if (err != CR_OK)
    err = cr_fail(info, err,
                  "mpirun has started this, but clusrace-mpi.so is not beside the program: install "
                  "MPI (openmpi-bin, libopenmpi-dev) and build again, or run it without mpirun");
  if (err == CR_OK && (library = dlopen(path.data, RTLD_NOW | RTLD_GLOBAL)) == NULL)
    err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s cannot be loaded: %s", path.data, dlerror());
  if (err == CR_OK && !look_up("clusrace_ranks_open", open, sizeof *open))
    err = cr_fail(info, CR_ERR_ENVIRONMENT, "%s is not clusrace's; build again", path.data);
  cr_buf_free(&path);
  return err;
}

cr_err cli_ranks_open(const cr_xranks **ranks, cr_errinfo *info) {
  *ranks = NULL;
  if (!cli_ranks_started()) return CR_OK;
  open_function *open = NULL;
  cr_err err = load(&open, info);
  if (err != CR_OK && local_first()) fprintf(stderr, "clusrace: %s\n", info->text);
  if (err != CR_OK) return err;
  const char *size = told(size_names, CR_ARRAY_LEN(size_names));
  *ranks = open(CR__XRANKS_VERSION);
  if (*ranks == NULL)
    return cr_fail(info, CR_ERR_ENVIRONMENT,
                   "clusrace-mpi.so is of another version than clusrace; build both again");
  if (size == NULL || strtoul(size, NULL, 10) == (*ranks)->size) return CR_OK;
  cr_fail(
      info, CR_ERR_ENVIRONMENT,
      "mpirun has started %s processes, but MPI sees %u: clusrace-mpi.so was built with another "
      "MPI than that of this mpirun",
      size, (*ranks)->size);
  cli_ranks_close();
  return CR_ERR_ENVIRONMENT;
}

void cli_ranks_close(void) {
  close_function *leave = NULL;
  if (library != NULL && look_up("clusrace_ranks_close", &leave, sizeof leave)) leave();
}

cr_err cli_ranks_agree(const cr_xranks *ranks, cr_err err, cr_errinfo *info) {
  if (ranks == NULL) return err;
  uint64_t speaker = err == CR_OK ? 0 : ranks->size - ranks->rank; /* the first that failed */
  ranks->greatest(ranks->arg, &speaker, 1);
  if (speaker == 0) return CR_OK;
  uint64_t rank = ranks->size - speaker;
  if (rank != ranks->rank) cli_mute();
  if (rank == ranks->rank && rank != 0)
    fprintf(stderr, "clusrace: process %llu of %u: %s\n", (unsigned long long)rank, ranks->size,
            info->text);
  if (err != CR_OK) return err;
  return cr_fail(info, CR_ERR_ENVIRONMENT, "process %llu of %u has failed",
                 (unsigned long long)rank, ranks->size);
}

bool cli_ranks_progress(void *arg, const cr_xprogress *now) {
  (void)arg;
  (void)now;
  return !cli_interrupted();
}
