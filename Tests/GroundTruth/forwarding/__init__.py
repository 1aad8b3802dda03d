"""What Scripts/chains does: plays clients behind real resolvers while querent traces, and scores whom it names."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "Tests" / "GroundTruth" / "forwarding"
# What unpack.sh and the compiler make.
BUILT = ROOT / ".build-chains"

# The resolver that the clients ask, and the one behind it where there are two.
RESOLVER = "127.0.0.53"
SECOND = "127.0.0.54"
# Receives queries and never answers.
SILENT = "127.0.0.99"
# The servers of the zones, in the order in which they are asked.
SERVERS = {
    "truth.test": ["127.0.0.2"],
    "target.test": ["127.0.0.3"],
    "retry.test": [SILENT, "127.0.0.3"],
    "silent.test": [SILENT],
}
# What the harness asks until the resolver answers.
READY = "ready.truth.test"
