"""The modules of Scripts/accuracy: play the ground truth while querent traces, score the records and report the figures."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TRUTH = ROOT / "Tests" / "GroundTruth"
# querent's options: `--tier X`, or in the network namespace of the truth `--tap interface --tier X`.
TIERS = ["trampoline", "tracepoint", "cgroup", "interface/trampoline", "interface/tracepoint", "interface/kprobe"]
