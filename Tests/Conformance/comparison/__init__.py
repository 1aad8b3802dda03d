"""The modules of Scripts/conformance: read the same DNS messages with querent, tshark and dnspython, and compare the results."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CONFORMANCE = ROOT / "Tests" / "Conformance"
CAPTURES = ROOT.parent / "shared" / "captures"
