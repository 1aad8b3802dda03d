/* Runs every case in which a program may send DNS queries. The name of each query contains its sender:
 * `p<pid>-t<thread>-u<user>-<case>-v<family>-<number>.<program>.<server behaviour>[.<image>].test`.
 *
 *   truth [--here] [--wait] [--noise COUNT] [--extra PORT]... [CASE ...]
 *
 * Creates a network namespace (--here: uses the caller's), in which its server answers with its own
 * pid as an address. With --wait it opens the sockets that must be older than the tracer, prints "waiting" and
 * continues at the next line on standard input. Prints `case NAME v4|v6 SENT`, `skipped NAME v4|v6 REASON` or
 * `failed NAME v4|v6`; exits with 1 if any failed. `uncounted` after the number: it is not known how many of those were
 * sent. A thread of 0 in a name: the kernel chooses one. */
#define _GNU_SOURCE
#include "truth.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct playing playing;
uint16_t extra_ports[4];
const char *image;

#define ENTRY(name, families) { #name, families, play_##name },
static const struct {
    const char *name;
    int families;               /* 1: IPv4, 2: IPv6 */
    outcome (*play)(void);
} cases[] = { CASES(ENTRY) };
enum { CASE_COUNT = sizeof(cases) / sizeof(*cases) };

/* The counters of all processes, in a memfd that survives exec. */
static struct tally {
    uint32_t sent[CASE_COUNT][2];
    bool uncounted;
    char reason[120];
} *tally;
static int tally_file;

static bool map_tally(void)
{
    tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED, tally_file, 0);
    return tally != MAP_FAILED;
}

void keep(char text[64])
{
    snprintf(text, 64, "%d %d %d", tally_file, playing.number, playing.family);
}

bool resume(const char *text)
{
    if (sscanf(text, "%d %d %d", &tally_file, &playing.number, &playing.family) != 3)
        return false;
    playing.name = cases[playing.number].name;
    return map_tally();
}

uint32_t count_query(void)
{
    return __sync_add_and_fetch(&tally->sent[playing.number][playing.family == AF_INET6], 1);
}

void uncounted(void)
{
    tally->uncounted = true;
}

void must(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "truth: %s: %s: %s\n", playing.name ? playing.name : "setup", what, strerror(errno));
    _exit(1);
}

void join(pid_t child)
{
    int status;

    must(waitpid(child, &status, 0) == child, "waitpid");
    must(!status, "a child failed");
}

bool run(const char *command)
{
    char quiet[1024];

    snprintf(quiet, sizeof(quiet), "exec >/dev/null 2>&1; %s", command);
    return system(quiet) == 0;
}

void next_seat(void)
{
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    int fd;

    must(!unshare(CLONE_NEWNET), "a private network");
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    must(!ioctl(fd, SIOCSIFFLAGS, &request), "loopback");
    close(fd);
}

/* Each case runs in a child process, so that its changes do not affect the others. */
static bool play(int number, int family)
{
    const char *label = family == AF_INET ? "v4" : "v6";
    int status;
    pid_t child;

    playing = (struct playing){ number, cases[number].name, family };
    tally->reason[0] = 0;
    tally->uncounted = false;
    child = fork();
    if (child == 0) {
        outcome why;

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0);
        alarm(15);
        why = cases[number].play();
        if (why)
            snprintf(tally->reason, sizeof(tally->reason), "%s", why);
        _exit(0);
    }
    must(child > 0 && waitpid(child, &status, 0) == child, "a child");
    kill(-child, SIGKILL); /* processes that it has left */
    if (status)
        printf("failed %s %s\n", playing.name, label);
    else if (tally->reason[0])
        printf("skipped %s %s %s\n", playing.name, label, tally->reason);
    if (status || !tally->reason[0])
        printf("case %s %s %u%s\n", playing.name, label, tally->sent[number][family == AF_INET6],
               tally->uncounted ? " uncounted" : "");
    fflush(stdout);
    return status == 0;
}

static bool is_wanted(const char *name, char **wanted)
{
    if (!*wanted)
        return true;
    for (; *wanted; wanted++)
        if (!strcmp(*wanted, name))
            return true;
    return false;
}

static void wait_for_tracer(void)
{
    char line[16];

    printf("waiting\n");
    fflush(stdout);
    must(fgets(line, sizeof(line), stdin) != NULL, "no line on standard input");
}

int main(int count, char **arguments)
{
    bool here = false, wait = false, good = true;
    uint32_t noise = 0;
    int extra = 0;
    struct stat network;
    char **at = arguments + 1;

    if (count == 4 && !strcmp(arguments[1], "--after-exec"))
        return after_exec(atoi(arguments[2]), arguments[3]);
    if (count == 6 && !strcmp(arguments[1], "--image"))
        return run_image(arguments[2], arguments[3], arguments[4], arguments[5]);
    for (; *at && (*at)[0] == '-'; at++) {
        if (!strcmp(*at, "--here"))
            here = true;
        else if (!strcmp(*at, "--wait"))
            wait = true;
        else if (!strcmp(*at, "--noise") && at[1])
            noise = strtoul(*++at, NULL, 10);
        else if (!strcmp(*at, "--extra") && at[1])
            extra_ports[extra++ & 3] = strtoul(*++at, NULL, 10);
        else
            must(!(errno = EINVAL), *at);
    }
    signal(SIGPIPE, SIG_IGN);
    tally_file = memfd_create("tally", 0);
    must(tally_file >= 0 && !ftruncate(tally_file, sizeof(*tally)) && map_tally(), "the tally");
    if (!here)
        next_seat();
    must(!stat("/proc/self/ns/net", &network), "/proc/self/ns/net");
    printf("network %lu\n", (unsigned long)network.st_ino);
    printf("image");
    for (int i = 0; i < count; i++)
        printf(" %s", arguments[i]);
    printf("\nserver %d\n", start_server());
    open_older();
    if (wait)
        wait_for_tracer();
    for (int number = 0; number < CASE_COUNT; number++)
        if (is_wanted(cases[number].name, at))
            for (int family = 0; family < 2; family++)
                if (cases[number].families >> family & 1)
                    good &= play(number, family ? AF_INET6 : AF_INET);
    if (noise)
        make_noise(noise);
    printf("played\n");
    return good ? 0 : 1;
}
