/* Runs a program and prints its cost on a descriptor: seconds of user and of system time, peak memory in KiB,
   elapsed seconds. It is small itself, because a child's peak memory includes that of the process that forked it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments)
{
  if (count < 3)
    return 64;
  int descriptor = atoi(arguments[1]);
  double start = now();
  pid_t child = fork();
  if (child == 0) {
    close(descriptor);
    execvp(arguments[2], arguments + 2);
    perror(arguments[2]);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
    perror("cost");
    return 1;
  }
  dprintf(descriptor, "%ld.%06ld %ld.%06ld %ld %.6f\n", (long)usage.ru_utime.tv_sec, (long)usage.ru_utime.tv_usec,
          (long)usage.ru_stime.tv_sec, (long)usage.ru_stime.tv_usec, usage.ru_maxrss, now() - start);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
