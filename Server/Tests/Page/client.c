// Sends queries to 127.0.0.1:53 as standard input says, a line each: the type, how often, the process's name in hex, and the names in
// wire format in hex. After each line it prints its pid. Its arguments say nothing to it: they are for those who look at the process.

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { HEADER = 12, LONGEST_NAME = 255, LONGEST_LINE = 1 << 20 };

/// Decodes hex; the number of octets, at most `most`.
static size_t decode(const char *text, unsigned char *octets, size_t most) {
  size_t count = 0;
  unsigned octet;
  for (; count < most && sscanf(text + 2 * count, "%2x", &octet) == 1; count += 1) octets[count] = (unsigned char)octet;
  return count;
}

static int ask(const unsigned char *name, size_t length, unsigned type) {
  unsigned char query[HEADER + LONGEST_NAME + 4] = {0, 0, 1, 0, 0, 1}, answer[4096];
  if (getrandom(query, 2, 0) != 2) return -1;
  memcpy(query + HEADER, name, length);
  query[HEADER + length] = (unsigned char)(type >> 8);
  query[HEADER + length + 1] = (unsigned char)type;
  query[HEADER + length + 3] = 1;
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct timeval patience = {.tv_sec = 2};
  int connection = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (connection < 0) return -1;
  int result = setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (result == 0) result = connect(connection, (struct sockaddr *)&server, sizeof server);
  if (result == 0 && send(connection, query, HEADER + length + 4, 0) < 0) result = -1;
  // No answer is what the server says, and no failure of this program.
  if (result == 0) (void)!recv(connection, answer, sizeof answer, 0);
  close(connection);
  return result;
}

int main(void) {
  static char line[LONGEST_LINE];
  while (fgets(line, sizeof line, stdin)) {
    char *rest = line, *type = strtok_r(line, " \n", &rest), *times = strtok_r(NULL, " \n", &rest);
    char *process = strtok_r(NULL, " \n", &rest), *names = rest;
    if (!type || !times || !process) return 2;
    char called[16] = {0};
    decode(process, (unsigned char *)called, sizeof called - 1);
    prctl(PR_SET_NAME, called);
    char *copy = strdup(names);
    for (int round = atoi(times); copy && round > 0; round -= 1) {
      strcpy(copy, names);
      char *next = copy;
      for (char *text = strtok_r(copy, " \n", &next); text; text = strtok_r(NULL, " \n", &next)) {
        unsigned char name[LONGEST_NAME];
        if (ask(name, decode(text, name, sizeof name), (unsigned)atoi(type)) != 0) return 1;
      }
    }
    free(copy);
    printf("%d\n", getpid());
    fflush(stdout);
  }
  return 0;
}
