"""The modules of Scripts/chains: play clients behind real resolvers while querent traces, and score the named processes."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "Tests" / "GroundTruth" / "forwarding"
# The output of unpack.sh and the compiler.
BUILT = ROOT / ".build-chains"

# The resolver that the clients query, and the one behind it if there are two.
RESOLVER = "127.0.0.53"
SECOND = "127.0.0.54"
# Receives queries and never answers.
SILENT = "127.0.0.99"
# The servers of the zones, in the order in which they are queried.
SERVERS = {
    "truth.test": ["127.0.0.2"],
    "target.test": ["127.0.0.3"],
    "retry.test": [SILENT, "127.0.0.3"],
    "silent.test": [SILENT],
}
# The name that is queried until the resolver answers.
READY = "ready.truth.test"
