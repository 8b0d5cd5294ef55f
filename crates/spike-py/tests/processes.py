"""Programs in processes of their own, which end in time whatever they do."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "crates/spike-py"


class TooSlow(AssertionError):
    """A program did not end within its limit; it and all that it started were ended."""


def run(script: pathlib.Path, *arguments: str, folder: pathlib.Path, limit_s: float) -> subprocess.CompletedProcess[str]:
    """Runs a Python script in a folder, with all that it prints."""
    command = [sys.executable, str(script), *arguments]
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A group of its own, so that its workers end with it.
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        raise TooSlow(f"{script.name} did not end within {limit_s} s; it printed:\n{output}") from None
    return subprocess.CompletedProcess(command, process.returncode, output, None)
