"""Installs tshark and dnspython. It uses the standard library only."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import CONFORMANCE, ROOT

ENVIRONMENT = ROOT / ".build-conformance"
PYTHON = ENVIRONMENT / "bin" / "python3"
REQUIREMENTS = CONFORMANCE / "requirements.txt"
# A copy of the requirements of the environment.
INSTALLED = ENVIRONMENT / "requirements.txt"
# Set for the process that runs with dnspython.
IS_READY = "QUERENT_CONFORMANCE"


def require() -> None:
    """Installs what is missing, then starts the script again with a Python that has dnspython."""
    if not shutil.which("tshark"):
        install("tshark")
    if os.environ.get(IS_READY):
        return
    if not INSTALLED.exists() or INSTALLED.read_bytes() != REQUIREMENTS.read_bytes():
        make_environment()
    os.execve(PYTHON, [str(PYTHON), *sys.argv], {**os.environ, IS_READY: "1"})


def make_environment() -> None:
    commands: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", "--clear", ENVIRONMENT],
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
    ]
    if any(subprocess.run(command, check=False).returncode for command in commands):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        raise SystemExit(
            "conformance: could not install dnspython from PyPI; connect to the network, or set PIP_INDEX_URL or PIP_FIND_LINKS "
            "to a place that has it, and run this again")
    shutil.copy(REQUIREMENTS, INSTALLED)


def install(package: str) -> None:
    print(f"conformance: installing {package} from Debian's packages", file=sys.stderr)
    prefix = [] if os.geteuid() == 0 else ["sudo"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def apt_get(*arguments: str) -> int:
        return subprocess.run([*prefix, "apt-get", *arguments], stdout=subprocess.DEVNULL, env=environment, check=False).returncode

    apt_get("update", "-qq")
    if apt_get("install", "-y", "--no-install-recommends", "-q", package):
        raise SystemExit(f"conformance: could not install {package}; install it and run this again")
