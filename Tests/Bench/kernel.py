"""What Scripts/bench-kernel measures, as a section of the page."""
import json, os, subprocess

from measure import ROOT, Row, Wanted, number

SCRIPT = os.path.join(ROOT, "Scripts", "bench-kernel")
HOW = """Nanoseconds a run as the kernel counts them (`kernel.bpf_stats_enabled`), of each of querent's programs and, on the same packets in the same rounds, of programs that do
nothing: medians of {rounds} rounds of {messages:,} messages; above is the median of the differences. From start to ready: from the start of the process until it says that it is, with
{sockets:,} open sockets on the host; resident is its memory then. `Scripts/bench-kernel` measures this by itself."""


def wanted(row):
    """Of what is no DNS the time above the empty program's counts, of DNS all."""
    key = "kernel." + row["row"].lower().replace(",", "").replace(" ", "-")
    return Wanted(key, f"{row['row']}: ns above empty" if row["wanted"] == 60 else f"{row['row']}: ns",
                  row["above"] if row["wanted"] == 60 else row["ns"], row["wanted"], True, " ns")


def measure(shop):
    path = shop.path("kernel.json")
    subprocess.run([SCRIPT, "--querent", shop.querent, "--json", path], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with open(path, encoding="utf-8") as file:
        said = json.load(file)
    result = said["querent"][shop.querent]

    def cell(value):
        return "" if value is None else number(value)
    table = [[row["row"], row["program"], *(cell(row.get(name)) for name in ("ns", "least", "empty", "above"))]
             for row in result["programs"]]
    table += [[f"from start to ready, {said['sockets']:,} open sockets", "", number(1e6 * result["start"]), "", "", ""],
              ["resident then", "", f"{result['resident']:.1f} MiB", "", "", ""]]
    return Row(
        "Kernel programs, start", HOW.format(**said), ["what", "program", "ns", "least", "empty", "above"], table,
        [wanted(row) for row in result["programs"] if row["wanted"]] +
        [Wanted("start.ready", "ms from start to ready", result["start"], 150, True, " ms"),
         Wanted("start.memory", "MiB resident then", result["resident"], 48, True, " MiB")])
