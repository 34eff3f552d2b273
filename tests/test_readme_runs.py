"""Every command that the README shows is run, by a real bash in a fresh home, in the order of the README."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from .regenerate import README

# Blocks that this machine can't run as they stand, and the test that runs their commands.
ELSEWHERE = {
    "python3 -m venv .venv && .venv/bin/pip install -q . ": ".ci/run installs it; a story lists the demo store's tickets",
    "python3 -m venv .venv && .venv/bin/pip install -q -e": ".ci/run takes its test command from here",
    "crmcli profiles add main": "tests/test_profiles.py types what it asks for; `check` needs a real store",
    "crmcli sandbox serve --port": "tests/test_process.py serves; this one would not end",
}


def blocks() -> list[str]:
    """The shell blocks of the README, without what indents them."""
    found = re.findall(r"^( *)```sh\n(.*?)^ *```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return ["".join(line.removeprefix(indent) for line in text.splitlines(keepends=True)) for indent, text in found]


def test_every_block_runs(tmp_path: Path) -> None:
    run = [block for block in blocks() if not block.startswith(tuple(ELSEWHERE))]
    assert len(run) >= 3
    assert len(blocks()) - len(run) == len(ELSEWHERE), "a block that is run elsewhere is gone"
    here = {"HOME": str(tmp_path), "SHELL": "/bin/bash", "LC_ALL": "C.UTF-8"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for block in run:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block],
            env={**here, "PATH": path},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        assert "so already" not in done.stderr, f"an example that changes nothing\n{block}\n{done.stderr}"
