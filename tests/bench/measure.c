/* measure.c - runs a command and says how long it took and how much memory it held at most.
 *
 * usage: bench_measure SECONDS OUTPUT COMMAND [ARGUMENT...]; prints "seconds peak-KiB status". The
 * command's output goes to OUTPUT. After SECONDS it is interrupted, and killed 5 seconds later: the
 * status is then 124, else its exit status, or 128 and its signal. Peak: the largest resident set
 * of one process of the command, memory shared with others included. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t late;

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The whole group of the command; first so that it can give back what it shares. */
static void alarmed(int number) {
  (void)number;
  kill(-child, late ? SIGKILL : SIGINT);
  late = 1;
  alarm(5);
}

static void ended(int number) {
  kill(-child, SIGINT);
  _exit(128 + number);
}

int main(int argc, char **argv) {
  unsigned long limit = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
  if (limit < 1 || limit > 86400) {
    fputs("bench_measure: usage: bench_measure SECONDS OUTPUT COMMAND [ARGUMENT...]\n", stderr);
    return 2;
  }
  double begun = seconds();
  child = fork();
  if (child < 0) return 3;
  if (child == 0) {
    setpgid(0, 0);
    int out = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
    execvp(argv[3], argv + 3);
    _exit(127);
  }
  setpgid(child, child);
  struct sigaction action = {.sa_handler = alarmed, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  action.sa_handler = ended;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  alarm((unsigned)limit);
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return 3;
  double took = seconds() - begun;
  int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  printf("%.3f %ld %d\n", took, usage.ru_maxrss, late ? 124 : code);
  return 0;
}
