"""Documentation/Performance.md, of the figures in Documentation/performance.json and the causes in known-differences.txt."""
import dataclasses, datetime, json, os

from measure import HERE, ROOT, Row, Wanted, number

FIGURES = os.path.join(ROOT, "Documentation", "performance.json")
PAGE = os.path.join(ROOT, "Documentation", "Performance.md")
PROSE = """# Performance

What watching costs, beside programs that do part of the same. This page is generated: `make bench` measures everything in one run and writes it; one
row alone is measured again by `Scripts/bench measure --only ROW` (as root), with the others left as they are, and `Scripts/bench document` writes the
page anew. Programs are measured by turns, ratios are taken round by round, and what is shown is the median. Timings are of this machine and of its
mood on that day: compare ratios. Counts (instructions, allocations, octets) are exact; `make bench COUNT=small` fails when one of them is more than its slack, a tenth for most, above
`Tests/Bench/counts.txt`.
"""


def explained():
    causes = {}
    with open(os.path.join(HERE, "known-differences.txt"), encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                key, cause = line.split("|", 1)
                causes[key.strip()] = cause.strip()
    return causes


def load():
    try:
        with open(FIGURES, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def keep(name, row, busy, machine, versions):
    """Figures of another machine make no table with these."""
    figures = load()
    if figures.get("machine") != machine:
        figures = {"rows": {}}
    figures.update(machine=machine, versions=versions)
    figures["rows"][name] = {"date": datetime.date.today().isoformat(), "busy": round(busy), **dataclasses.asdict(row)}
    with open(FIGURES, "w", encoding="utf-8") as file:
        json.dump(figures, file, indent=1, sort_keys=True)
        file.write("\n")


def rows(names):
    """The kept rows in the order of `names`, each with when and beside what it was measured."""
    kept = load().get("rows", {})
    for name in names:
        if name in kept:
            fields = dict(kept[name])
            when = f"Measured {fields.pop('date')}; just before, others took {fields.pop('busy')} % of the machine."
            yield when, Row(**{**fields, "wanted": [Wanted(**wanted) for wanted in fields["wanted"]]})


def verdict(wanted, causes):
    if wanted.reached():
        return "reached"
    return causes.get(wanted.key, "**not reached, not explained**")


def line(wanted):
    return f"{number(wanted.value)}{wanted.unit}", f"{'≤' if wanted.is_most else '≥'} {number(wanted.limit)}{wanted.unit}"


def table(columns, lines):
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)] + \
        ["| " + " | ".join(cells) + " |" for cells in lines]


def document(names):
    figures, causes = load(), explained()
    if not figures:
        raise SystemExit("bench: nothing is measured yet: make bench")
    machine = figures["machine"]
    lines = [PROSE, "## Machine\n", f"{machine['processor']}, {machine['cores']} cores{' of a virtual machine' if machine['virtual'] == 'yes' else ''}, "
             f"{machine['memory']}; {machine['kernel']}.\n",
             "Peers: " + ", ".join(f"{name} {version}" for name, version in sorted(figures["versions"].items())) + ".\n",
             "## What is wanted\n"]
    wanted = [(row.title, entry) for _, row in rows(names) for entry in row.wanted]
    lines += table(["row", "figure", "measured", "wanted", "reached, or what limits it"],
                   [[title, entry.what, *line(entry), verdict(entry, causes)] for title, entry in wanted])
    for when, row in rows(names):
        lines += [f"\n## {row.title}\n", row.how, f"\n{when}\n", *table(row.columns, row.table)]
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def show(row):
    """On the terminal."""
    widths = [max(len(str(cells[n])) for cells in [row.columns, *row.table]) for n in range(len(row.columns))]
    print(f"\n{row.title}")
    for cells in [row.columns, *row.table]:
        print("  " + "  ".join(cell.ljust(widths[n]) if n == 0 else cell.rjust(widths[n]) for n, cell in enumerate(cells)))
    causes = explained()
    for entry in row.wanted:
        measured, limit = line(entry)
        print(f"  {entry.what}: {measured}, wanted {limit}: {verdict(entry, causes)}", flush=True)
