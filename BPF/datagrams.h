/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is remembered of datagrams: what passed a socket before, and which fragments follow. */
#ifndef QUERENT_DATAGRAMS_H
#define QUERENT_DATAGRAMS_H

/* What passed a UDP socket last that looked like a query, and whether an answer to it followed. */
struct dialogue {
    __u16 id;
    __u8 label;                 /* the first label's length */
    __u8 state;                 /* enum dialogue_state */
};

enum dialogue_state { DIALOGUE_OPEN = 0, DIALOGUE_ASKED_OUT = 1, DIALOGUE_ASKED_IN = 2, DIALOGUE_DNS = 3 };

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct dialogue);
} dialogues SEC(".maps");

/* Notes a message; once a query and its answer have passed, everything is DNS. */
static __always_inline void follow(struct dialogue *dialogue, const struct found *found, __u8 direction)
{
    if (dialogue->state == DIALOGUE_DNS)
        return;
    if (found->says == SAYS_QUERY) {
        dialogue->id = found->id;
        dialogue->label = found->label;
        dialogue->state = direction ? DIALOGUE_ASKED_IN : DIALOGUE_ASKED_OUT;
    } else if (found->says == SAYS_RESPONSE && found->id == dialogue->id && found->label == dialogue->label &&
               dialogue->state == (direction ? DIALOGUE_ASKED_OUT : DIALOGUE_ASKED_IN)) {
        dialogue->state = DIALOGUE_DNS;
    }
}

/* Datagrams whose first fragment was taken for DNS, and why. */
struct fragment {
    __u8 source[16];
    __u8 destination[16];
    __u32 id;
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct fragment);
    __type(value, __u8);
} fragments SEC(".maps");

/* As in an IPv6 header (RFC 4291 §2.5.5.2); the octets before are zero. */
static __always_inline void map_ipv4(__u8 *to, const __u8 *address)
{
    to[10] = 0xff;
    to[11] = 0xff;
    __builtin_memcpy(to + 12, address, 4);
}

/* The datagram that a fragment belongs to; false for a whole packet. `later` says it is not the first. */
static __always_inline bool name_fragment(struct __sk_buff *skb, __u32 base, struct fragment *fragment,
                                          bool *later)
{
    __u8 header[48];

    if (bpf_skb_load_bytes(skb, base, header, 20))
        return false;
    if (header[0] >> 4 == 4) {
        if (!(be16(header + 6) & 0x3fff))
            return false;
        map_ipv4(fragment->source, header + 12);
        map_ipv4(fragment->destination, header + 16);
        fragment->id = be16(header + 4);
        *later = be16(header + 6) & 0x1fff;
        return true;
    }
    if (header[0] >> 4 != 6 || header[6] != IPPROTO_FRAGMENT || bpf_skb_load_bytes(skb, base, header, 48))
        return false;
    __builtin_memcpy(fragment->source, header + 8, 16);
    __builtin_memcpy(fragment->destination, header + 24, 16);
    fragment->id = (__u32)be16(header + 44) << 16 | be16(header + 46);
    *later = be16(header + 42) & 0xfff8;
    return true;
}

#endif
