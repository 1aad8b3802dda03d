"""Installs tshark and dnspython. This module needs the standard library only."""

import os
import shutil
import subprocess
import sys

from . import ROOT

ENVIRONMENT = ROOT / ".build-conformance"
PYTHON = ENVIRONMENT / "bin" / "python3"
# Set for the process that runs with dnspython.
IS_READY = "QUERENT_CONFORMANCE"


def require() -> None:
    """Installs what is missing, then starts the script again with a Python that has dnspython."""
    if not shutil.which("tshark"):
        install("tshark")
    if os.environ.get(IS_READY):
        return
    if not PYTHON.exists():
        made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=False).returncode == 0
        if not made or subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "dnspython"], check=False).returncode:
            print("conformance: no dnspython from PyPI; taking Debian's", file=sys.stderr)
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            install("python3-dnspython")
    python = str(PYTHON) if PYTHON.exists() else "/usr/bin/python3"
    os.execve(python, [python, *sys.argv], {**os.environ, IS_READY: "1"})


def install(package: str) -> None:
    print(f"conformance: installing {package} from Debian's packages", file=sys.stderr)
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def apt_get(*arguments: str) -> int:
        return subprocess.run([*prefix, "apt-get", *arguments], stdout=subprocess.DEVNULL, env=environment, check=False).returncode

    apt_get("update", "-qq")
    if apt_get("install", "-y", "--no-install-recommends", "-q", package):
        raise SystemExit(f"conformance: could not install {package}; install it and run this again")
