"""Installs the peers from Debian's packages; their versions, and the machine."""

import os
import platform
import subprocess
import time

PEERS = ["libknot-dev", "libldns-dev", "python3-dnspython", "python3-dnslib", "tshark", "tcpdump", "dnscap", "dnsperf", "nsd", "iperf3"]
TOOLS = ["gcc", "libc6-dev", "libbpf-dev", "valgrind", "iproute2", "util-linux", "python3"]


def version(package: str) -> str | None:
    """None if the package is not installed."""
    words = subprocess.run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", package], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout.split()
    return words[1] if words[:1] == ["installed"] else None


def require(packages: list[str]) -> None:
    """Installs the packages that are missing."""
    missing = [package for package in packages if not version(package)]
    if not missing:
        return
    if os.geteuid():
        raise SystemExit(f"bench: missing; as root: apt-get install {' '.join(missing)}")
    print(f"bench: installing from Debian's packages: {' '.join(missing)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    # The packages must not start services.
    policy = "/usr/sbin/policy-rc.d"
    keep = os.path.exists(policy)
    if not keep:
        with open(policy, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(policy, 0o755)
    try:
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "-qq", *missing], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
    finally:
        if not keep:
            os.unlink(policy)


def versions() -> dict[str, str | None]:
    return {package: version(package) for package in PEERS}


def machine() -> dict[str, str]:
    def value(path: str, key: str) -> str:
        with open(path, encoding="utf-8") as file:
            return next((line.split(":", 1)[1].strip() for line in file if line.startswith(key)), "unknown")

    return {
        "processor": value("/proc/cpuinfo", "model name"), "cores": str(os.cpu_count()),
        "memory": f"{int(value('/proc/meminfo', 'MemTotal').split()[0]) / (1 << 20):.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "virtual": "yes" if " hypervisor" in value("/proc/cpuinfo", "flags") else "no",
    }


def busy(seconds: float = 1) -> float:
    """The processor time in percent that other processes take now."""

    def times() -> list[int]:
        with open("/proc/stat", encoding="utf-8") as file:
            return list(map(int, file.readline().split()[1:9]))

    before = times()
    time.sleep(seconds)
    spent = [b - a for a, b in zip(before, times(), strict=True)]
    return 100 * (1 - (spent[3] + spent[4]) / sum(spent))
