"""Golden stories: what a person types and sees, run in process against the demo store on a day that stands still.

A story holds lines of three sorts: `# ` what it is about, `$ ` a command (or several in a pipe), and what came on the
screen. Where the exit code isn't 0, `[5]` ends it.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from crmcli import paths
from crmcli.__main__ import main
from crmcli.sandbox import demo, seeds
from crmcli.sandbox.store import Store
from crmcli.sandbox.wsgi import DEMO_KEYS, SandboxApp
from tests.conftest import Terminal

STORIES = sorted(Path(__file__).with_name("stories").glob("*.txt"))
NOW = datetime(2026, 11, 23, 19, 5, tzinfo=UTC)
WIDTH = 100
_FOLDER = "/tmp"  # on every machine: where a line is wrapped depends on how long the names in it are


def told(story: str) -> str:
    """The story with what the program prints today."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="crmcli-story-", dir=_FOLDER) as folder, _demo_store(Path(folder)):
        for line in story.splitlines():
            if line.startswith("# "):
                lines += ["", line] if lines and not lines[-1].startswith("# ") else [line]
            elif line.startswith("$ "):
                screen = _typed(line.removeprefix("$ ")).replace(folder, "~")
                screen = re.sub(r"draft-\w+", "draft-…", screen)  # a name of its own each time
                lines += ["", line, *screen.splitlines()]
    lines = lines[1:] if lines[0] == "" else lines
    return "\n".join(lines) + "\n"


@contextmanager
def standing_still() -> Iterator[None]:
    """A fresh demo store, on a day that stands still."""
    with tempfile.TemporaryDirectory(prefix="crmcli-story-", dir=_FOLDER) as folder, _demo_store(Path(folder)):
        yield


def words(command: str) -> list[str]:
    """A command line as words, without its `crmcli`."""
    return shlex.split(command.removeprefix("crmcli "))


@contextmanager
def _demo_store(home: Path) -> Iterator[None]:
    """A home of its own with a demo store in it, whose clock stands still."""
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "CRMCLI_CONFIG_DIR", "HOME")
    variables = {name: str(home) for name in names} | {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "xterm"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRMCLI_")}
    with mock.patch.dict(os.environ, kept | variables, clear=True):
        path = paths.data_folder() / "sandbox.db"
        with closing(Store(path)) as store:
            # As the store's wall clock has it, which is five hours behind in November.
            seeds.sow(store, tickets=60, seed=1, now=NOW.replace(tzinfo=None, hour=NOW.hour - 5))

        def app() -> SandboxApp:
            return SandboxApp(Store(path), keys=DEMO_KEYS, clock=lambda: NOW)

        with (
            chdir(home),
            mock.patch("crmcli.dates.utc_now", return_value=NOW),
            mock.patch.object(demo, "app", app),
        ):
            yield


def _typed(line: str) -> str:
    """What a command line puts on the screen: the last program's output, and every program's errors as they come."""
    screen = Terminal(io.BytesIO(), encoding="utf-8", write_through=True)
    piped, code = "", 0
    commands = line.split(" | crmcli ")
    for at, command in enumerate(commands):
        last = at == len(commands) - 1
        out = screen if last else io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        typed = (io.TextIOWrapper if at else Terminal)(io.BytesIO(piped.encode()), encoding="utf-8")
        with mock.patch.multiple(sys, stdin=typed, stdout=out, stderr=screen):
            code = main(words(command))
        piped = "" if last else out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    shown = screen.buffer.getvalue().decode()  # type: ignore[attr-defined]
    return f"{shown}[{code}]\n" if code else str(shown)
