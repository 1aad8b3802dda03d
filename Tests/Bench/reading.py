"""A capture file to JSON, the whole program: querent beside tshark, dnscap and a script with dnspython."""
import os

from measure import Row, Wanted, median, number, ratio

HOW = """One capture ({size:.0f} MB, {messages:,} messages: the corpus over and over at 20,000 queries a second, from 128 clients to 8 servers over IPv4
and IPv6, each query from a port of its own, 1 in 100 not answered) is read from the page cache, output to /dev/null. querent reads the whole; {rounds}
times by turns each program reads a first part of it, as long as it can afford. Messages a second are those of a second of processor time, that is on
one core; what reading an empty capture takes is left out for all. Memory is the most that was resident at once, on what the line says was read."""


def programs(shop):
    """How each is called, and how much of the file it reads."""
    return {
        "querent read --format json": (lambda file: [shop.querent, "read", "--format", "json", file], 10),
        "dnscap -g": (lambda file: ["dnscap", "-N", "-g", "-r", file], 20),
        "tshark -T ek": (lambda file: ["tshark", "-T", "ek", "-r", file], 200),
        "dnspython script": (lambda file: shop.script("read-dnspython", file), 500),
    }


def part(shop, file, octets):
    """The first packets of a capture, about so many octets, and how many they are."""
    path = shop.path(f"part-{octets}.pcap")
    with open(file, "rb") as whole, open(path, "wb") as written:
        written.write(whole.read(24))
        count = 0
        while written.tell() < octets and (header := whole.read(16)):
            written.write(header + whole.read(int.from_bytes(header[8:12], "little")))
            count += 1
    return path, count


def measure(shop, file, messages, rounds):
    size = os.path.getsize(file)
    empty, _ = part(shop, file, 0)
    tools = programs(shop)
    parts = {share: part(shop, file, size // share) for _, share in tools.values()}
    costs = {name: [] for name in tools}
    resident = dict.fromkeys(tools, 0)
    ours = next(iter(tools))
    whole = shop.run(tools[ours][0](file))
    for _ in range(rounds):
        for name, (command, share) in tools.items():
            path, count = parts[share]
            base, cost = shop.run(command(empty)), shop.run(command(path))
            costs[name].append(1e6 * (cost.cpu - base.cpu) / count)
            resident[name] = max(resident[name], cost.resident)
    speed = 1 / (whole.cpu - shop.run(tools[ours][0](empty)).cpu) * messages
    table = [[f"{ours}, whole", f"{messages:,}", number(1e6 / speed), number(speed), "", number(whole.resident)]]
    for name, taken in costs.items():
        table.append([name, f"{parts[tools[name][1]][1]:,}", number(median(taken)), number(1e6 / median(taken)),
                      number(ratio(taken, costs[ours])), number(resident[name])])
    return Row(
        "Capture file to JSON", HOW.format(size=size / 1e6, messages=messages, rounds=rounds),
        ["program", "messages read", "µs a message", "messages a second", "it ÷ querent", "MiB resident"], table,
        [Wanted("read.speed", "messages a second on one core", speed, 1_000_000, False),
         Wanted("read.tshark", "times tshark's", ratio(costs["tshark -T ek"], costs[ours]), 50, False, "×"),
         Wanted("read.memory", "MiB resident", whole.resident, 64, True, " MiB")])


def counts(shop, pairs):
    """Instructions, blocks and octets of the heap, and octets of output, per message of a capture, above those of an empty one."""
    file = shop.path("counted.pcap")
    messages = int(shop.output(shop.script("capture", "traffic", file, pairs, 0)))
    empty, _ = part(shop, file, 0)
    command = programs(shop)["querent read --format json"][0]
    # The line and its writer run side by side, so buffers differ from run to run: the least of a few.
    runs = [[b - a for a, b in zip(shop.allocated(command(empty)), shop.allocated(command(file)))] for _ in range(5)]
    blocks, octets = map(min, zip(*runs))
    instructions = shop.instructions(command(file)) - shop.instructions(command(empty))
    return instructions / messages, blocks / messages, octets / messages, len(shop.output(command(file))) / messages
