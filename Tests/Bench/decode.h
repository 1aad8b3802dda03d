/* The common part of the decoders written in C: the corpus, the rounds, and the output. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct message {
  const uint8_t *octets;
  size_t count;
};

struct corpus {
  uint8_t *octets;
  struct message *messages;
  size_t count;
};

static struct corpus corpus_read(const char *path, size_t most)
{
  struct corpus corpus = {0};
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    perror(path);
    exit(1);
  }
  size_t size = ftell(file);
  rewind(file);
  corpus.octets = malloc(size);
  corpus.messages = malloc((size / 12 + 1) * sizeof *corpus.messages);
  if (!corpus.octets || !corpus.messages || fread(corpus.octets, 1, size, file) != size) {
    perror(path);
    exit(1);
  }
  fclose(file);
  for (size_t at = 0; at + 2 <= size && corpus.count < most;) {
    struct message *message = &corpus.messages[corpus.count++];
    message->count = corpus.octets[at] << 8 | corpus.octets[at + 1];
    message->octets = corpus.octets + at + 2;
    at += 2 + message->count;
  }
  return corpus;
}

/* Decodes one message; returns its number of records, or -1 if it is refused. */
static long decode(const struct message *message);

int main(int count, char **arguments)
{
  if (count < 3) {
    fprintf(stderr, "usage: %s FILE ROUNDS [COUNT]\n", arguments[0]);
    return 64;
  }
  struct corpus corpus = corpus_read(arguments[1], count > 3 ? strtoul(arguments[3], NULL, 10) : SIZE_MAX);
  long records = 0, refused = 0;
  for (long round = atol(arguments[2]); round > 0; round--) {
    records = refused = 0;
    for (size_t i = 0; i < corpus.count; i++) {
      long found = decode(&corpus.messages[i]);
      if (found < 0)
        refused++;
      else
        records += found;
    }
  }
  printf("%zu messages %ld records %ld refused\n", corpus.count, records, refused);
  return 0;
}
