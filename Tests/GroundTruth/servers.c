/* Several servers: processes that share a port, and real DNS software. */
#define _GNU_SOURCE
#include "truth.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Four servers on one port, after a fifth has closed its socket; the answer holds the pid of the process that sent it. */
outcome play_reuseport(void)
{
    pid_t children[4];
    int first = bound(playing.family, 5301, true), closed, ready[2];
    char octet;

    must(!pipe(ready), "pipe");
    for (int i = 0; i < 4; i++)
        if ((children[i] = fork()) == 0) {
            int fd = bound(playing.family, 5301, true);

            close(first);
            must(write(ready[1], "", 1) == 1, "write");
            serve_datagrams(fd);
        }
    for (int i = 0; i < 4; i++)
        must(read(ready[0], &octet, 1) == 1, "a worker");
    closed = bound(playing.family, 5301, true);
    close(first);
    close(closed);
    for (int i = 0; i < 16; i++) {
        int fd = udp_to(5301);

        exchange(fd);
        close(fd);
    }
    for (int i = 0; i < 4; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    return NULL;
}

/* Servers of other software, which Scripts/accuracy starts. */
outcome play_extra_server(void)
{
    if (!extra_ports[0])
        return "no other server was started";
    for (int i = 0; i < 4 && extra_ports[i]; i++)
        for (int n = 0; n < 4; n++) {
            int fd = udp_to(extra_ports[i]);

            exchange(fd);
            close(fd);
        }
    return NULL;
}
