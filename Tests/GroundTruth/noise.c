/* Sends the datagrams of each protocol to a port of loopback that no process reads. */
#define _GNU_SOURCE
#include "truth.h"

#include "Noise/include/noise.h"

#include <stdio.h>
#include <unistd.h>

void make_noise(uint32_t count)
{
    enum { BATCH = 64 };
    static uint8_t octets[BATCH][NOISE_ROOM];
    static struct mmsghdr messages[BATCH];
    static struct iovec pieces[BATCH];

    for (size_t p = 0; p < noise_count; p++) {
        struct address here = loopback(AF_INET, noise[p].port);
        int sink = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0), small = 1;

        setsockopt(sink, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
        must(!bind(sink, SOCKADDR(here), here.length) && !connect(fd, SOCKADDR(here), here.length), "noise");
        for (uint32_t sent = 0; sent < count;) {
            int batch = count - sent < BATCH ? count - sent : BATCH;

            for (int i = 0; i < batch; i++) {
                pieces[i] = (struct iovec){ octets[i], noise[p].make(octets[i]) };
                messages[i].msg_hdr = (struct msghdr){ .msg_iov = &pieces[i], .msg_iovlen = 1 };
            }
            batch = sendmmsg(fd, messages, batch, 0);
            must(batch > 0, "noise");
            sent += batch;
        }
        printf("noise %s %u\n", noise[p].name, count);
        close(sink);
        close(fd);
    }
}
