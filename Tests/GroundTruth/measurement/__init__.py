"""What Scripts/accuracy does: plays the ground truth while querent traces, scores the records and reports the figures."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TRUTH = ROOT / "Tests" / "GroundTruth"
# The options that querent runs with: `--tier X`, or in the network of the truth `--tap interface --tier X`.
TIERS = ["trampoline", "tracepoint", "cgroup", "interface/trampoline", "interface/tracepoint", "interface/kprobe"]
