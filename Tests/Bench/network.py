"""Networks that go with the bench, and what runs in them: a server, loads, and tracers with their costs."""
import os, re, resource, signal, subprocess, tempfile, time

TICK = os.sysconf("SC_CLK_TCK")
STATISTICS = "/proc/sys/kernel/bpf_stats_enabled"


class Network:
    """A network namespace with its loopback, held by a process that ends with this one."""

    def __init__(self):
        self.holder = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", "ip link set lo up; echo up; exec sleep infinity"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "up\n":
            raise SystemExit("bench: no network namespace: this needs root")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.holder.kill()
        self.holder.wait()

    def inside(self, command):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *map(str, command)]

    def run(self, command, **options):
        return subprocess.run(self.inside(command), text=True, stdin=subprocess.DEVNULL, check=True, **options)

    def packet_sockets(self):
        with open(f"/proc/{self.holder.pid}/net/packet", encoding="utf-8") as file:
            return len(file.readlines()) - 1


def wait_until(holds, what, seconds=20):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"bench: no {what} within {seconds} s")
        time.sleep(0.02)


def family(pid):
    """A process and those below it."""
    found = [pid]
    for process in found:
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/children", encoding="utf-8") as file:
                    found += map(int, file.read().split())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def seconds(pid):
    """Of the processor's time, user and system, of a process and those below it."""
    total = 0
    for process in family(pid):
        try:
            with open(f"/proc/{process}/stat", encoding="utf-8") as file:
                words = file.read().rsplit(")", 1)[1].split()
            total += sum(map(int, words[11:15])) / TICK
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


class Server:
    """nsd on port 53 of a network's loopback, or of an address in it, with one zone in which every name exists."""

    def __init__(self, network, shop, streams=100):
        folder = shop.path(f"nsd-{network.holder.pid}")
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/test.zone", "w", encoding="utf-8") as file:
            file.write("$ORIGIN test.\n@ 60 SOA ns.test. me.test. 1 60 60 60 60\n@ 60 NS ns\nns 60 A 192.0.2.1\n"
                       "* 60 A 192.0.2.1\n* 60 A 192.0.2.2\n* 60 AAAA 2001:db8::1\n* 60 TXT \"v=spf1 -all\"\n")
        with open(f"{folder}/nsd.conf", "w", encoding="utf-8") as file:
            file.write(f"""server:
  ip-address: 127.0.0.1@53
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  verbosity: 2
  rrl-ratelimit: 0
  tcp-count: {streams + 10}
  tcp-timeout: 120
remote-control:
  control-enable: no
zone:
  name: "test"
  zonefile: "test.zone"
""")
        self.process = subprocess.Popen(
            network.inside(["nsd", "-d", "-c", f"{folder}/nsd.conf"]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, preexec_fn=many_files)
        for line in self.process.stderr:
            if "nsd started" in line:
                break
        else:
            raise SystemExit("bench: nsd did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def many_files():
    resource.setrlimit(resource.RLIMIT_NOFILE, (20000, 20000))


class Load:
    """dnsperf, and when it has ended what it came to: queries sent and answered, a second, and processor time in seconds."""

    def __init__(self, network, questions, *options):
        # Not a pipe, which would hold it up: it has a line for each query that timed out.
        self.said = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            network.inside(["dnsperf", "-d", questions, *options]), text=True, stdin=subprocess.DEVNULL,
            stdout=self.said, stderr=subprocess.STDOUT, preexec_fn=many_files)

    def end(self):
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.said.seek(max(0, self.said.seek(0, os.SEEK_END) - 4000))
        said = self.said.read()
        self.said.close()

        def value(pattern):
            found = re.search(pattern, said)
            if not found:
                raise SystemExit(f"bench: dnsperf said:\n{said[-2000:]}")
            return float(found[1])
        self.sent, self.answered = value(r"Queries sent: +(\d+)"), value(r"Queries completed: +(\d+)")
        self.rate = value(r"Queries per second: +([\d.]+)")
        self.seconds = usage.ru_utime + usage.ru_stime
        return self


class Tracer:
    """One that watches; ready once made."""
    own = "querent"
    COMMANDS = {
        "tcpdump": ["tcpdump", "-Z", "root", "-i", "{}", "-w", "/dev/null", "port 53"],
        "dnscap": ["dnscap", "-N", "-i", "{}", "-g"],
        "tshark": ["tshark", "-i", "{}", "-f", "port 53", "-T", "fields", "-e", "frame.time_epoch", "-e", "ip.src", "-e", "dns.qry.name",
                   "-e", "dns.qry.type", "-e", "dns.flags.rcode", "-e", "dns.a"],
    }

    def __init__(self, name, shop, network, interface="lo"):
        self.name, self.said = name, shop.path("said")
        self.errors = open(self.said, "w+", encoding="utf-8")
        if name == self.own:
            command = [shop.querent, "--format", "json", "--output", "/dev/null"]
        else:
            command = network.inside(word.replace("{}", interface) for word in self.COMMANDS[name])
        sockets = network.packet_sockets()
        # dnscap writes its messages there.
        errors = subprocess.DEVNULL if name == "dnscap" else self.errors
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        if name == self.own:
            wait_until(lambda: "ready" in self.text() or self.process.poll() is not None, "querent that is ready")
        else:
            wait_until(lambda: network.packet_sockets() > sockets or self.process.poll() is not None, name)
        if self.process.poll() is not None:
            raise SystemExit(f"bench: {name} did not start:\n{self.text()}")

    def text(self):
        with open(self.said, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kernel_seconds(self):
        """In its kernel programs, if the kernel measures that."""
        total = 0
        folder = f"/proc/{self.process.pid}/fdinfo"
        for descriptor in os.listdir(folder):
            with open(f"{folder}/{descriptor}", encoding="utf-8") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("run_time_ns:"))
        return total / 1e9

    def seconds(self):
        return seconds(self.process.pid)

    def memory(self):
        """MiB resident as the kernel counts them, and with each page once though it is mapped twice."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="utf-8") as file:
            counts = dict(line.split(":") for line in list(file)[1:])
        return tuple(int(counts[name].split()[0]) / 1024 for name in ("Rss", "Pss"))

    def stop(self):
        """How much it says was lost; None when it does not say."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            # Far behind: nobody waits for the rest.
            for process in family(self.process.pid):
                os.kill(process, signal.SIGKILL)
            self.process.wait()
        text = self.text()
        self.errors.close()
        if self.name == self.own:
            if "every packet and message accounted for" not in text:
                raise SystemExit(f"bench: the ledger does not close:\n{text}")
            lost = re.search(r"balance +(\d+) lost", text)
            return int(lost[1]) if lost else 0
        dropped = re.search(r"(\d+) packets? dropped", text)
        return int(dropped[1]) if dropped else 0 if self.name == "tshark" else None


class Measured:
    """The kernel counts the time of its programs meanwhile."""

    def __enter__(self):
        with open(STATISTICS, encoding="utf-8") as file:
            self.was = file.read()
        self.set("1")

    def __exit__(self, *_):
        self.set(self.was)

    @staticmethod
    def set(value):
        with open(STATISTICS, "w", encoding="utf-8") as file:
            file.write(value)
