/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The ring buffer, the counters, and the functions that write a record to the ring. */
#ifndef QUERENT_RECORDS_H
#define QUERENT_RECORDS_H

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 8 * 1024 * 1024);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct querent_counters);
} counters SEC(".maps");

/* Adds 1 to a counter. The add is atomic, so the count is exact even if an interrupt runs in between. */
#define COUNT(what)                                                                                  \
    do {                                                                                             \
        __u32 zero_ = 0;                                                                             \
        struct querent_counters *counters_ = bpf_map_lookup_elem(&counters, &zero_);                 \
        if (counters_)                                                                               \
            __sync_fetch_and_add(&counters_->what, 1);                                               \
    } while (0)

#define RESERVE(octets)                                                                              \
    do {                                                                                             \
        *room = (octets);                                                                            \
        record = bpf_ringbuf_reserve(&ring, sizeof(struct querent_record) + (octets), 0);            \
    } while (0)

/* Reserves a record for `length` octets of packet, or for the first 128 of them; NULL if the ring is full. Sets `room` to
 * the octets reserved. */
static __always_inline struct querent_record *reserve_record(__u64 length, __u64 *room)
{
    struct querent_record *record;

    if (length <= 128)
        RESERVE(128);
    else if (length <= 256)
        RESERVE(256);
    else if (length <= 512)
        RESERVE(512);
    else if (length <= 1536)
        RESERVE(1536);
    else if (length <= 4096)
        RESERVE(4096);
    else
        RESERVE(65536);
    if (!record && *room > 128)
        RESERVE(128);           /* a small record may still fit */
    return record;
}

/* Sets the fields that every hook knows. */
static __always_inline void fill_record(struct querent_record *record, __u32 interface_index,
                                 const struct querent_counters *count, __u32 original_length,
                                 __u64 captured_length, __u32 network_namespace, __u8 direction,
                                 __u8 recognition)
{
    record->time = bpf_ktime_get_boot_ns();
    record->sequence = count->recognised;
    record->cpu = bpf_get_smp_processor_id();
    record->interface_index = interface_index;
    record->network_namespace = network_namespace;
    record->original_length = original_length;
    record->captured_length = captured_length;
    record->segment_size = 0;
    record->expected_sequence = 0;
    record->direction = direction;
    record->recognition = recognition;
    record->abi_version = QUERENT_ABI_VERSION;
    record->sender.tgid = 0;
    record->owner.tgid = 0;
}

/* Copies the packet into the record and submits it. Every packet is submitted here. */
static __always_inline void submit_record(struct querent_record *record, struct __sk_buff *skb, __u32 base,
                                   __u64 length, __u64 room, struct querent_counters *count)
{
    /* No packet is shorter than an IPv4 header; the verifier of 6.1 does not use a comparison with 0. */
    barrier_var(length);
    if (length < 20 || length > room || bpf_skb_load_bytes(skb, base, record->packet, length)) {
        bpf_ringbuf_discard(record, 0);
        __sync_fetch_and_add(&count->ring_full, 1);
        return;
    }
    __sync_fetch_and_add(&count->shipped, 1);
    bpf_ringbuf_submit(record, 0); /* flags 0: the reader sleeps between reads to limit the number of wake-ups */
}

#endif
