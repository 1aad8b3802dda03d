/* Stores the senders on port 53 in a hash, and looks up the packets on the interfaces in it. monitor.py compiles this with BCC. */
#include <net/sock.h>
#include <bcc/proto.h>

enum { DNS_PORT = 53 };

/* In host byte order; the source is the client. */
struct flow {
    u32 source;
    u32 destination;
    u16 source_port;
    u16 destination_port;
    u32 protocol;
};

struct sender {
    u32 pid;
    u32 tgid;
    u32 uid;
    u32 gid;
    char comm[TASK_COMM_LEN];
};

/* The header of each packet for user space. */
struct event {
    struct sender sender;
    u32 interface;
    u32 is_known;
};

BPF_HASH(senders, struct flow, struct sender);
BPF_PERF_OUTPUT(events);

static int note(struct sock *sk, u32 protocol)
{
    struct flow flow = {};
    struct sender sender = {};
    struct sock_common socket;
    u64 ids = bpf_get_current_pid_tgid(), accounts = bpf_get_current_uid_gid();

    bpf_probe_read_kernel(&socket, sizeof(socket), &sk->__sk_common);
    flow.source = ntohl(socket.skc_rcv_saddr);
    flow.destination = ntohl(socket.skc_daddr);
    flow.source_port = socket.skc_num;
    flow.destination_port = ntohs(socket.skc_dport);
    flow.protocol = protocol;
    if (flow.source_port != DNS_PORT && flow.destination_port != DNS_PORT)
        return 0;
    sender.pid = ids;
    sender.tgid = ids >> 32;
    sender.uid = accounts;
    sender.gid = accounts >> 32;
    bpf_get_current_comm(&sender.comm, sizeof(sender.comm));
    senders.update(&flow, &sender);
    return 0;
}

int on_udp_sendmsg(struct pt_regs *ctx, struct sock *sk)
{
    return note(sk, IPPROTO_UDP);
}

int on_tcp_sendmsg(struct pt_regs *ctx, struct sock *sk)
{
    return note(sk, IPPROTO_TCP);
}

/* A filter of a raw socket: it keeps no packet for the socket itself. */
int on_packet(struct __sk_buff *skb)
{
    u8 *cursor = 0;
    struct flow flow = {};
    struct event event = {};
    struct ethernet_t *ethernet = cursor_advance(cursor, sizeof(*ethernet));

    if (ethernet->type != ETH_P_IP)
        return 0;
    struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));
    u32 source = ip->src, destination = ip->dst;
    u16 source_port, destination_port;

    flow.protocol = ip->nextp;
    if (flow.protocol == IPPROTO_UDP) {
        struct udp_t *udp = cursor_advance(cursor, sizeof(*udp));

        source_port = udp->sport;
        destination_port = udp->dport;
    } else if (flow.protocol == IPPROTO_TCP) {
        struct tcp_t *tcp = cursor_advance(cursor, sizeof(*tcp));

        source_port = tcp->src_port;
        destination_port = tcp->dst_port;
    } else {
        return 0;
    }
    if (destination_port == DNS_PORT) { /* a query: the client is its source */
        flow.source = source;
        flow.destination = destination;
        flow.source_port = source_port;
        flow.destination_port = destination_port;
    } else if (source_port == DNS_PORT) { /* an answer: the client is its destination */
        flow.source = destination;
        flow.destination = source;
        flow.source_port = destination_port;
        flow.destination_port = source_port;
    } else {
        return 0;
    }
    struct sender *sender = senders.lookup(&flow);

    if (sender) {
        event.sender = *sender;
        event.is_known = 1;
    }
    event.interface = skb->ifindex;
    events.perf_submit_skb(skb, skb->len, &event, sizeof(event));
    return 0;
}
