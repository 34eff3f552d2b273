"""Files that an earlier version left, that a newer one wrote, or that something has spoilt: read, refused or told in words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crmcli.paths import state_folder

from .conftest import Result, Run

LEFT = Path(__file__).parent / "data" / "state"
"""What the demo store's commands left before files had versions, as SQL: a file for each step that a later version takes."""

FILES = {
    "runs": "runs.db",
    "outbox": "outbox.db",
    "outbox-first": "outbox.db",
    "trash": "trash.db",
    "checkpoint": "checkpoints/demo/nightly.db",
}
READS = {
    "runs": ("runs", "list"),
    "outbox": ("outbox", "list", "--all"),
    "trash": ("trash", "list"),
    "checkpoint": ("tickets", "list", "--checkpoint", "nightly"),
}


def left(name: str) -> Path:
    """Put a file that an earlier version left where this one looks for it."""
    file = state_folder() / FILES[name]
    file.parent.mkdir(parents=True, exist_ok=True)
    change(file, (LEFT / f"{name}.sql").read_text("utf-8"))
    return file


def change(file: Path, script: str) -> None:
    """Change a state file behind the program's back."""
    with closing(sqlite3.connect(file)) as db:
        db.executescript(script)


def version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        found: int = db.execute("PRAGMA user_version").fetchone()[0]
    return found


def demo(run: Run, *words: str) -> Result:
    return run("-p", "demo", *words)


def test_what_was_left_without_a_version_is_read(run: Run) -> None:
    files = [left(name) for name in ("runs", "outbox", "trash", "checkpoint")]
    assert [row["done"] for row in demo(run, "runs", "list", "--json").json] == [3, 1, 1, 1]
    assert demo(run, "runs", "show", "1", "--json").json[0]["before"]["Subject"].startswith("Locked")
    assert [row["became"] for row in demo(run, "outbox", "list", "--all", "--json").json] == [36, 37]
    assert [row["path"] for row in demo(run, "trash", "list", "--json").json] == ["/CRM/6"]
    assert demo(run, "tickets", "list", "--checkpoint", "nightly", "--count").code == 2  # it goes with neither
    assert demo(run, "tickets", "list", "--checkpoint", "nightly").code == 0
    assert {version(file) for file in files} != {0}


def test_the_first_outbox_gets_the_columns_that_it_lacks(run: Run) -> None:
    file = left("outbox-first")
    assert [row["became"] for row in demo(run, "outbox", "list", "--all", "--json").json] == [36, 37]
    assert demo(run, "messages", "create", "4", "--text", "And the rest today.").code == 0
    assert [row["number"] for row in demo(run, "outbox", "list", "--all", "--json").json] == [1, 2, 3]
    assert version(file) > 0


@pytest.mark.parametrize("name", READS)
def test_what_a_newer_version_wrote_is_refused_and_left_as_it_is(run: Run, name: str) -> None:
    file = left(name)
    change(file, "PRAGMA user_version = 99")
    before = file.read_bytes()
    refused = demo(run, *READS[name], "--json")
    assert (refused.code, refused.error["kind"], refused.out) == (3, "config", "")
    assert str(file) in refused.error["message"]
    assert "newer" in refused.error["message"]
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", READS)
def test_a_column_from_the_future_is_left_alone(run: Run, name: str) -> None:
    file = left(name)
    table = {"runs": "rows", "checkpoint": "point"}.get(name, "entries")
    others = {"runs": "runs", "checkpoint": "seen"}.get(name)
    for each in filter(None, (table, others)):
        change(file, f"ALTER TABLE {each} ADD COLUMN mood TEXT DEFAULT 'good'")
    assert demo(run, *READS[name]).code == 0
    assert demo(run, "runs", "show", "1").code == (0 if name == "runs" else 2)
    assert demo(run, "messages", "create", "4", "--text", "And the rest today.").code == 0
    assert demo(run, "tickets", "delete", "5", "--yes").code == 0
