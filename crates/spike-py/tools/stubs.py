"""The stub of the extension module: writes it, or with --check compares it with the committed one.

    python crates/spike-py/tools/stubs.py [--check]        # in an environment with maturin

maturin writes the stub from the compiled module. Annotations that name types of NumPy stand in it as text without the
import that they need; here they become plain annotations.
"""

from __future__ import annotations

import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
STUB = ROOT / "crates/spike-py/python/spike_encoder/_core.pyi"


def generated() -> str:
    """The stub of the module as it is compiled now."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["maturin", "generate-stubs", "--quiet", "--out", folder], cwd=ROOT, check=True)
        (stub,) = pathlib.Path(folder).rglob("_core.pyi")
        return finished(stub.read_text(encoding="utf-8"))


def finished(stub: str) -> str:
    """The stub with its imports and with annotations that are no text."""
    lines = []
    for line in stub.splitlines():
        if "def " in line:
            line = re.sub(r'"([^"]+)"', r"\1", line)
        lines.append(line.rstrip())
        if line.startswith("from typing import"):
            lines += ["import numpy", "import numpy.typing", "import typing"]
    return "\n".join(lines).strip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only; exit code 1 if they differ")
    new = generated()
    if not parser.parse_args().check:
        STUB.write_text(new, encoding="utf-8")
        return 0
    old = STUB.read_text(encoding="utf-8")
    if old == new:
        return 0
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), "committed", "generated"))
    print("the stub is not that of the module: run python crates/spike-py/tools/stubs.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
