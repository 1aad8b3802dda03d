/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The hooks at the calls that send and receive. */
#ifndef QUERENT_CALLS_H
#define QUERENT_CALLS_H

/* `length`: the number of octets sent or, at a hook before the send, to be sent. */
static __always_inline int note_send(struct sock *sk, __u8 source, int length)
{
    __u16 family;

    if (!sk)
        return 0;
    family = sk->__sk_common.skc_family;
    if (family == AF_INET || family == AF_INET6)
        record_caller(sk, source);
    else if (family == AF_UNIX)
        ship_sent(sk, source, length);
    return 0;
}

static __always_inline int note_receive(struct sock *sk, int length)
{
    __u16 family;

    if (!sk)
        return 0;
    family = sk->__sk_common.skc_family;
    if (family == AF_INET || family == AF_INET6)
        record_caller(sk, QUERENT_SOURCE_RECEIVE);
    else if (family == AF_UNIX)
        ship_received(sk, length);
    return 0;
}

/* hook: security_socket_sendmsg, before the packet is built; every family, protocol and io_uring */
SEC("fentry/security_socket_sendmsg")
int BPF_PROG(trampoline_send, struct socket *sock, void *message, int length)
{
    return note_send(sock->sk, QUERENT_SOURCE_SENDING, length);
}

/* hook: security_socket_recvmsg, before the first octet is copied */
SEC("fentry/security_socket_recvmsg")
int BPF_PROG(trampoline_receive, struct socket *sock, void *message, int length)
{
    return note_receive(sock->sk, length);
}

/* hook: tracepoint sock_send_length, 6.3+, after the send */
SEC("tp_btf/sock_send_length")
int BPF_PROG(tracepoint_send, struct sock *sk, int length, int flags)
{
    return note_send(sk, QUERENT_SOURCE_SEND, length);
}

/* hook: tracepoint sock_recv_length, 6.3+, after the receive */
SEC("tp_btf/sock_recv_length")
int BPF_PROG(tracepoint_receive, struct sock *sk, int length, int flags)
{
    return note_receive(sk, length);
}

/* hook: tracepoint tcp_sendmsg_locked, 6.16+, before the segment is built */
SEC("tp_btf/tcp_sendmsg_locked")
int BPF_PROG(tracepoint_tcp_send, struct sock *sk)
{
    record_caller(sk, QUERENT_SOURCE_SENDING);
    return 0;
}

#endif
