/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* State that classifies datagrams: what a socket has carried before, and which fragments belong to a DNS message. */
#ifndef QUERENT_DATAGRAMS_H
#define QUERENT_DATAGRAMS_H

/* The last message on a UDP socket that looked like a query, and whether an answer followed. */
struct dialogue {
    __u16 id;
    __u8 label;                 /* the first label's length */
    __u8 state;                 /* enum dialogue_state */
};

enum dialogue_state { DIALOGUE_NEW = 0, DIALOGUE_QUERY_SENT = 1, DIALOGUE_QUERY_RECEIVED = 2, DIALOGUE_DNS = 3 };

struct {
    __uint(type, BPF_MAP_TYPE_SK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct dialogue);
} dialogues SEC(".maps");

/* Updates the state with a message; after a query and its answer all messages are DNS. */
static __always_inline void update_dialogue(struct dialogue *dialogue, const struct headers *headers, __u8 direction)
{
    if (dialogue->state == DIALOGUE_DNS)
        return;
    if (headers->kind == KIND_QUERY) {
        dialogue->id = headers->id;
        dialogue->label = headers->label;
        dialogue->state = direction ? DIALOGUE_QUERY_RECEIVED : DIALOGUE_QUERY_SENT;
    } else if (headers->kind == KIND_RESPONSE && headers->id == dialogue->id && headers->label == dialogue->label &&
               dialogue->state == (direction ? DIALOGUE_QUERY_SENT : DIALOGUE_QUERY_RECEIVED)) {
        dialogue->state = DIALOGUE_DNS;
    }
}

/* Datagrams whose first fragment was classified as DNS, and the reason (enum querent_recognition). */
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

/* Writes an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2); the first ten octets are already zero. */
static __always_inline void map_ipv4(__u8 *to, const __u8 *address)
{
    to[10] = 0xff;
    to[11] = 0xff;
    __builtin_memcpy(to + 12, address, 4);
}

/* Reads which datagram a fragment belongs to; false for a whole packet. Sets `later` if it is not the first fragment. */
static __always_inline bool read_fragment(struct __sk_buff *skb, __u32 base, struct fragment *fragment,
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
