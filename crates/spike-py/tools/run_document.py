"""Runs the Python blocks of a Markdown document in order, in one namespace, and compares what they print.

    python crates/spike-py/tools/run_document.py docs/python.md [--recipes polars torch ...]

A block ```python is run; a block ```text directly behind it is what it prints. A block ```python recipe NAME needs a
program that the package does not: it is run if NAME is asked for, and compiled otherwise. The first block that fails or
prints something else ends the run with exit code 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import pathlib
import re
import sys
import traceback
from dataclasses import dataclass
from typing import Any, Iterator

_FENCED = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code with its place and what it prints, if the document says so."""

    line: int
    code: str
    recipe: str | None
    output: str | None


def blocks(document: str) -> Iterator[Block]:
    """The Python blocks of a document; raises ValueError for an info string that nothing is known of."""
    fenced = list(_FENCED.finditer(document))
    for found, following in zip(fenced, [*fenced[1:], None]):
        language, *words = found[1].split()
        line = document.count("\n", 0, found.start(2)) + 1
        if language != "python":
            continue
        if words and (words[0] != "recipe" or len(words) != 2):
            raise ValueError(f"line {line - 1}: ```{found[1]} is neither ```python nor ```python recipe NAME")
        is_output = following is not None and following[1] == "text" and not document[found.end() : following.start()].strip()
        output = following[2] if is_output and following is not None else None
        yield Block(line, found[2], words[1] if words else None, output)


def run(path: pathlib.Path, recipes: set[str]) -> str | None:
    """Runs a document; what went wrong, or None."""
    namespace: dict[str, Any] = {"__name__": "document"}
    num_run = num_compiled = 0
    for block in blocks(path.read_text(encoding="utf-8")):
        # Empty lines before the code, so that a traceback names the line of the document.
        code = compile("\n" * (block.line - 1) + block.code, str(path), "exec")
        if block.recipe is not None and block.recipe not in recipes:
            num_compiled += 1
            continue
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(code, namespace)
        except SystemExit:
            return f"{path}:{block.line}: the block ends the program"
        except Exception:
            return traceback.format_exc()
        if block.output is not None and block.output.strip() != printed.getvalue().strip():
            return f"{path}:{block.line}: the block prints\n{printed.getvalue()}and not\n{block.output}"
        num_run += 1
    print(f"{path.name}: {num_run} blocks run, {num_compiled} compiled")
    return None if num_run else f"{path}: there is no Python block to run"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("document", type=pathlib.Path)
    parser.add_argument("--recipes", nargs="*", default=[], metavar="NAME", help="recipes to run")
    arguments = parser.parse_args()
    failure = run(arguments.document, set(arguments.recipes))
    if failure is not None:
        print(failure, file=sys.stderr)
    return int(failure is not None)


if __name__ == "__main__":
    sys.exit(main())
