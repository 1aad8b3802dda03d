/* A firewall daemon that accepts packets with NFQUEUE; they continue in its context. */
#define _GNU_SOURCE
#include "truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { QUEUE = 7 };

static bool tell(int fd, uint16_t type, uint16_t attribute, const void *value, uint16_t length)
{
    struct {
        struct nlmsghdr header;
        struct nfgenmsg family;
        struct nlattr attribute;
        uint8_t value[16];
    } message = {
        .header = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct nfgenmsg)) + NLA_HDRLEN + NLA_ALIGN(length),
                    .nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type, .nlmsg_flags = NLM_F_REQUEST },
        .family = { AF_UNSPEC, NFNETLINK_V0, htons(QUEUE) },
        .attribute = { NLA_HDRLEN + length, attribute },
    };

    memcpy(message.value, value, length);
    return send(fd, &message, message.header.nlmsg_len, 0) == (ssize_t)message.header.nlmsg_len;
}

/* Accepts every packet. */
static void judge(int fd)
{
    uint8_t octets[8192];
    ssize_t length = recv(fd, octets, sizeof(octets), 0);
    struct nlmsghdr *header = (void *)octets;

    if (length < 0 || (header->nlmsg_type & 0xff) != NFQNL_MSG_PACKET)
        return;
    for (uint8_t *at = NLMSG_DATA(header) + NLA_ALIGN(sizeof(struct nfgenmsg)); at < octets + length;) {
        struct nlattr *attribute = (void *)at;

        if (attribute->nla_len < NLA_HDRLEN)
            return;
        if (attribute->nla_type == NFQA_PACKET_HDR) {
            struct nfqnl_msg_packet_hdr *packet = (void *)(at + NLA_HDRLEN);
            struct nfqnl_msg_verdict_hdr verdict = { htonl(NF_ACCEPT), packet->packet_id };

            tell(fd, NFQNL_MSG_VERDICT, NFQA_VERDICT_HDR, &verdict, sizeof(verdict));
        }
        at += NLA_ALIGN(attribute->nla_len);
    }
}

static void be_daemon(int ready)
{
    struct nfqnl_msg_config_cmd bind = { NFQNL_CFG_CMD_BIND, 0, htons(AF_UNSPEC) };
    struct nfqnl_msg_config_params copy = { htonl(256), NFQNL_COPY_PACKET };
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);

    prctl(PR_SET_NAME, "truth-firewall");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    must(fd >= 0 && tell(fd, NFQNL_MSG_CONFIG, NFQA_CFG_CMD, &bind, sizeof(bind)) &&
         tell(fd, NFQNL_MSG_CONFIG, NFQA_CFG_PARAMS, &copy, sizeof(copy)) && write(ready, "", 1) == 1, "a queue");
    while (true)
        judge(fd);
}

outcome play_queued(void)
{
    const char *family = playing.family == AF_INET ? "ip" : "ip6";
    char command[256], octet;
    int fd = udp_to(SERVER_PORT), ready[2];
    pid_t child;

    must(!pipe(ready), "pipe");
    snprintf(command, sizeof(command),
             "nft 'add table %1$s firewall; add chain %1$s firewall out { type filter hook output priority 0; };"
             " add rule %1$s firewall out udp dport 53 queue num 7; add rule %1$s firewall out tcp dport 53 queue num 7'",
             family);
    if (!run(command))
        return "nft or nft_queue is missing";
    child = fork();
    if (child == 0)
        be_daemon(ready[1]);
    must(read(ready[0], &octet, 1) == 1, "the firewall");
    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        push(fd, MESSAGE(query), query.length);
        answers(fd, 1);
    }
    fd = tcp_to(SERVER_PORT);
    for (int i = 0; i < 4; i++) {
        struct query query = ask(PLAIN);

        push(fd, query.frame, FRAMED(query));
        stream_answers(fd, 1);
    }
    snprintf(command, sizeof(command), "nft delete table %s firewall", family);
    run(command);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return NULL;
}
