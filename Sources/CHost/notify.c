/* Datagrams to the service manager (sd_notify(3)). */
#define _GNU_SOURCE
#include "chost.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int host_connect_notify(const char *address)
{
    struct sockaddr_un manager = {.sun_family = AF_UNIX};
    size_t length = strlen(address);
    int descriptor;

    if ((address[0] != '/' && address[0] != '@') || length < 2)
        return -EINVAL;
    if (length >= sizeof(manager.sun_path))
        return -ENAMETOOLONG;
    memcpy(manager.sun_path, address, length);
    if (address[0] == '@')
        manager.sun_path[0] = 0; /* an abstract socket */
    else
        length++;
    descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -errno;
    if (connect(descriptor, (struct sockaddr *)&manager, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length))) {
        int error = errno;

        close(descriptor);
        return -error;
    }
    return descriptor;
}
