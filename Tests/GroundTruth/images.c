/* Processes that call execve(2), or only fork: which program, with which arguments, sent each query.
 *
 * Each image has a token, `<directory>-<file>-<number>`, as its last argument and as a label of its query names. */
#define _GNU_SOURCE
#include "truth.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHAIN = 5, GONE = 100, RACES = 30 };

/* Creates a directory with copies of this program at x/again, y/again and z/again. */
struct copies {
    char folder[32];
};
static const char *const names[] = { "x", "y", "z" };

static void copy_to(const char *path)
{
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    struct stat status;

    must(from >= 0 && to >= 0 && !fstat(from, &status), path);
    for (off_t at = 0; at < status.st_size;)
        must(sendfile(to, from, &at, status.st_size - at) > 0, "copy");
    must(!close(to) && !close(from), "close");
}

static struct copies make_copies(void)
{
    struct copies copies = { "/tmp/truth-XXXXXX" };
    char path[64];

    must(mkdtemp(copies.folder) != NULL, "a folder");
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s", copies.folder, names[i]);
        must(!mkdir(path, 0755), path);
        strcat(path, "/again");
        copy_to(path);
    }
    return copies;
}

static void remove_copies(const struct copies *copies)
{
    char path[64];

    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s/again", copies->folder, names[i]);
        unlink(path);
        *strrchr(path, '/') = 0;
        rmdir(path);
    }
    rmdir(copies->folder);
}

/* Executes a copy in this process. `path` is relative to the directory, which may be the working directory. */
static void become(const char *folder, const char *name, const char *mode, int number)
{
    char path[64], place[64], token[32];

    snprintf(path, sizeof(path), "%s%s%s/again", folder, *folder ? "/" : "", name);
    snprintf(token, sizeof(token), "%s-again-%d", name, number);
    keep(place);
    execv(path, (char *[]){ "again", "--image", (char *)mode, place, (char *)folder, token, NULL });
    must(false, path);
}

static void spawn(const struct copies *copies, const char *name, const char *mode, int number)
{
    pid_t child = fork();

    if (child == 0)
        become(copies->folder, name, mode, number);
    join(child);
}

static void ask_and_wait(void)
{
    int fd = udp_to(SERVER_PORT);
    struct query query = ask(PLAIN);

    push(fd, MESSAGE(query), query.length);
    answers(fd, 1);
    close(fd);
}

static void ask_and_forget(void)
{
    int fd = udp_to(SERVER_PORT);
    struct query query = ask(DEAF);

    push(fd, MESSAGE(query), query.length);
    close(fd);
}

/* The function that a copy runs. */
int run_image(const char *mode, const char *place, const char *folder, const char *token)
{
    int number = atoi(strrchr(token, '-') + 1);

    must(resume(place), "the shared memory");
    image = token;
    if (!strcmp(mode, "reexec") || !strcmp(mode, "other")) {
        bool other = mode[0] == 'o';

        ask_and_wait();
        if (number + 1 < CHAIN)
            become(folder, other ? names[(number + 1) % 3] : names[0], mode, number + 1);
    } else if (!strcmp(mode, "race")) {
        ask_and_forget();
        become(folder, "y", "stay", number);
    } else if (!strcmp(mode, "stay")) {
        nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
    } else if (!strcmp(mode, "forks")) {
        for (int i = 0; i < GONE; i++) {
            pid_t child = fork();

            if (child == 0) {
                ask_and_forget();
                _exit(0);
            }
            join(child);
        }
    } else {
        ask_and_forget();
    }
    return 0;
}

/* Starts that many copies, one after the other. */
static outcome play_copies(const char *name, const char *mode, int count)
{
    struct copies copies = make_copies();

    for (int i = 0; i < count; i++)
        spawn(&copies, name, mode, i);
    remove_copies(&copies);
    return NULL;
}

/* The same program with other arguments, in one process. */
outcome play_reexec(void)
{
    return play_copies("x", "reexec", 1);
}

/* Other programs of the same name, in one process. */
outcome play_exec_other_image(void)
{
    return play_copies("x", "other", 1);
}

/* Children that do not call execve and end at once. */
outcome play_fork_no_exec(void)
{
    return play_copies("z", "forks", 1);
}

/* Programs that end at once. */
outcome play_exec_gone(void)
{
    return play_copies("y", "once", GONE);
}

/* The same, started by a relative path. */
outcome play_relative_path(void)
{
    struct copies copies = make_copies();

    must(!chdir(copies.folder), "chdir");
    for (int i = 0; i < GONE; i++) {
        pid_t child = fork();

        if (child == 0)
            become("", "x", "once", i);
        join(child);
    }
    remove_copies(&copies);
    return NULL;
}

/* The program that sent the query is replaced before /proc can be read; every second one is a fork without exec. */
outcome play_query_then_exec(void)
{
    struct copies copies = make_copies();

    for (int i = 0; i < RACES; i++) {
        pid_t child = fork();

        if (child == 0) {
            if (i % 2)
                become(copies.folder, "x", "race", i);
            ask_and_forget();
            become(copies.folder, "y", "stay", i);
        }
        join(child);
    }
    remove_copies(&copies);
    return NULL;
}
