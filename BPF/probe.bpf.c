/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The kernel programs: they recognise DNS packets and lookups over unix sockets, add the process, and copy them to the
 * ring. */
#include "kernel.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include "probe_abi.h"

char LICENSE[] SEC("license") = "GPL";

/* In a separate section, so that the config is at its start. */
const volatile struct querent_config config SEC(".rodata.config") = {};

#include "pointers.h"
#include "records.h"
#include "owners.h"
#include "lookups.h"
#include "calls.h"
#include "executions.h"
#include "recognise.h"
#include "packet.h"
#include "datagrams.h"
#include "cgroup.h"
#include "flows.h"
#include "interface.h"
