"""The Python blocks of the documents run, and print what stands below them."""

from __future__ import annotations

import pathlib

import pytest

from processes import PACKAGE, ROOT, run

RUNNER = PACKAGE / "tools/run_document.py"


@pytest.fixture
def checkout(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with the bundled data, where a document may write."""
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    return tmp_path


@pytest.mark.parametrize("document", ["docs/python.md", "README.md"])
def test_blocks_run(checkout: pathlib.Path, document: str) -> None:
    found = run(RUNNER, str(ROOT / document), folder=checkout, limit_s=300)
    assert found.returncode == 0, found.stdout
    assert "blocks run" in found.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# A\n\n```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n", "document.md\", line 8"),
        ("```python\nprint(1)\n```\n\n```text\n2\n```\n", "document.md:2: the block prints\n1\nand not\n2"),
        ("```python recipe engine\nx = (\n```\n", "'(' was never closed"),
        ("```python once\nx = 1\n```\n", "line 1: ```python once is neither"),
        ("```text\nx\n```\n", "there is no Python block to run"),
        ("```python\nimport sys\nsys.exit(0)\n```\n```python\nassert False\n```\n", "the block ends the program"),
    ],
)
def test_what_does_not_hold_fails(tmp_path: pathlib.Path, text: str, message: str) -> None:
    (tmp_path / "document.md").write_text(text)
    found = run(RUNNER, "document.md", folder=tmp_path, limit_s=60)
    assert found.returncode == 1 and message in found.stdout, found.stdout


def test_recipes_run_when_they_are_asked_for(tmp_path: pathlib.Path) -> None:
    text = "```python\nx = 1\n```\n```python recipe engine\nassert x == 2\n```\n"
    (tmp_path / "document.md").write_text(text)
    assert run(RUNNER, "document.md", folder=tmp_path, limit_s=60).stdout == "document.md: 1 blocks run, 1 compiled\n"
    asked = run(RUNNER, "document.md", "--recipes", "engine", folder=tmp_path, limit_s=60)
    assert asked.returncode == 1 and "assert x == 2" in asked.stdout
