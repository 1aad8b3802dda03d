/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A server at systemd-resolved's path, and a client that sends it one varlink call. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char call[] =
    "{\"method\":\"io.systemd.Resolve.ResolveHostname\",\"parameters\":{\"name\":\"lookup.test\",\"family\":2}}";
static const char reply[] =
    "{\"parameters\":{\"addresses\":[{\"family\":2,\"address\":[192,0,2,7]}],\"name\":\"lookup.test\",\"flags\":1}}";

static int fail(const char *what)
{
    perror(what);
    return 1;
}

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/systemd/resolve/io.systemd.Resolve"};
    char octets[512];
    int listener = socket(AF_UNIX, SOCK_STREAM, 0), stream, status;

    mkdir("/run/systemd", 0755);
    mkdir("/run/systemd/resolve", 0755);
    unlink(address.sun_path);
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1))
        return fail(address.sun_path);
    if (!fork()) {
        prctl(PR_SET_NAME, "server");
        stream = accept(listener, NULL, NULL);
        if (read(stream, octets, sizeof(octets)) != sizeof(call))
            return fail("read");
        return write(stream, reply, sizeof(reply)) != sizeof(reply);
    }
    prctl(PR_SET_NAME, "client");
    stream = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(stream, (struct sockaddr *)&address, sizeof(address)))
        return fail("connect");
    /* A page of this file is in memory only after it was read. */
    memcpy(octets, call, sizeof(call));
    if (send(stream, octets, sizeof(call), MSG_NOSIGNAL) != sizeof(call))
        return fail("send");
    if (read(stream, octets, sizeof(octets)) != sizeof(reply))
        return fail("read");
    return wait(&status) < 0 || status;
}
