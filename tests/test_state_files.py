"""Files that an earlier version left, that a newer one wrote, or that something has spoilt: read, refused or told in words."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crmcli.api.ratelimit import Bucket
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
READS: dict[str, tuple[str, ...]] = {
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


# Garbage in one row of each file: what is told of it, and what works all the same.
GARBAGE = {
    "runs": [
        ("UPDATE rows SET action = 'garbage' WHERE run = 1 AND at = 2", "Row 2 of run 1 of the journal"),
        ("UPDATE rows SET before = x'ff00' WHERE run = 1 AND at = 2", "Row 2 of run 1 of the journal"),
        ("UPDATE rows SET state = 'pending' WHERE run = 1 AND at = 2", "Row 2 of run 1 of the journal"),
        ("UPDATE rows SET started = 'noon' WHERE run = 1 AND at = 2", "Row 2 of run 1 of the journal"),
        (
            'UPDATE rows SET action = \'{"do": 5, "noun": []}\' WHERE run = 1 AND at = 2',
            "Row 2 of run 1 of the journal",
        ),
        ("UPDATE rows SET reason = CAST(x'c328' AS TEXT) WHERE run = 1 AND at = 2", "Row 2 of run 1 of the journal"),
        ("UPDATE runs SET made = 'yesterday' WHERE number = 2", "Run 2 of the journal"),
        ("UPDATE runs SET made = 1e300 WHERE number = 2", "Run 2 of the journal"),
        ("UPDATE runs SET store = x'00' WHERE number = 2", "Run 2 of the journal"),
        ("UPDATE runs SET owner = x'00' WHERE number = 2", "Run 2 of the journal"),
    ],
    "outbox": [
        ("UPDATE entries SET body = '[]' WHERE number = 1", "Entry 1 of the outbox"),
        ("UPDATE entries SET body = '{' WHERE number = 1", "Entry 1 of the outbox"),
        ("UPDATE entries SET state = 'gone' WHERE number = 1", "Entry 1 of the outbox"),
        ("UPDATE entries SET made = 'noon' WHERE number = 1", "Entry 1 of the outbox"),
        ("UPDATE entries SET became = 'many' WHERE number = 1", "Entry 1 of the outbox"),
        ("UPDATE entries SET profile = CAST(x'c328' AS TEXT) WHERE number = 1", "Entry 1 of the outbox"),
    ],
    "trash": [
        ("UPDATE entries SET about = 'x' WHERE number = 1", "Entry 1 of the trash"),
        ("UPDATE entries SET object = 'x' WHERE number = 1", "Entry 1 of the trash"),
        ("UPDATE entries SET state = 5 WHERE number = 1", "Entry 1 of the trash"),
        ("UPDATE entries SET made = x'00' WHERE number = 1", "Entry 1 of the trash"),
    ],
    "checkpoint": [
        ("UPDATE point SET newest = 'soon'", "Checkpoint nightly"),
        ("UPDATE point SET filters = 'x'", "Checkpoint nightly"),
        ("UPDATE point SET runs = 'x'", "Checkpoint nightly"),
        ("ALTER TABLE point RENAME COLUMN newest TO latest", "Checkpoint nightly"),
    ],
}
SPOILT = [(name, *each) for name, some in GARBAGE.items() for each in some]
LOOKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "runs": (
        ("runs", "list"),
        ("runs", "show", "1"),
        ("runs", "show", "2"),
        ("runs", "undo", "1"),
        ("runs", "undo", "2"),
    ),
    "outbox": (
        ("outbox", "list", "--all"),
        ("outbox", "show", "1"),
        ("outbox", "resolve", "1"),
        ("outbox", "show", "2"),
    ),
    "trash": (("trash", "list"), ("trash", "show", "1"), ("trash", "restore", "1", "--yes")),
    "checkpoint": (
        ("checkpoints", "list"),
        ("checkpoints", "show", "nightly"),
        ("tickets", "list", "--checkpoint", "nightly"),
    ),
}


@pytest.mark.parametrize(("name", "script", "told"), SPOILT)
def test_a_row_that_can_not_be_read_is_told_and_the_rest_works(run: Run, name: str, script: str, told: str) -> None:
    """By its file and its number, in words; and `doctor` says what to do."""
    file = left(name)
    demo(run, *READS[name])  # brings it up to this version
    change(file, script)
    said = ""
    for words in LOOKS[name]:
        done = demo(run, *words)
        assert "itself failed" not in done.err, (words, done.err)
        assert done.code in (0, 2, 3, 9), (words, done.err)
        said += done.err
    assert told in said
    assert str(file) in said
    checked = demo(run, "doctor", "--json")
    assert "itself failed" not in checked.err
    (row,) = [each for each in checked.json if each["check"] == "files"]
    assert (row["state"], told in row["message"], str(file) in row["message"]) == ("warning", True, True)
    assert row["hint"]
    for words in (
        ("tickets", "update", "1", "4", "--subject", "Ham"),
        ("messages", "create", "4", "--text", "And the rest today."),
        ("tickets", "delete", "5", "--yes"),
    ):
        assert demo(run, *words).code == 0


def test_the_others_of_a_spoilt_file_are_shown(run: Run) -> None:
    runs, outbox = left("runs"), left("outbox")
    demo(run, "runs", "list")
    demo(run, "outbox", "list")
    change(
        runs, "UPDATE rows SET action = 'garbage' WHERE run = 1 AND at = 2; UPDATE runs SET made = '' WHERE number = 3"
    )
    change(outbox, "UPDATE entries SET body = 'garbage' WHERE number = 1")
    assert [row["number"] for row in demo(run, "runs", "list", "--json").json] == [1, 2, 4]
    assert [row["at"] for row in demo(run, "runs", "show", "1", "--json").json] == [1, 3]
    assert [row["number"] for row in demo(run, "outbox", "list", "--all", "--json").json] == [2]


def test_what_of_a_run_can_not_be_read_is_left_out_and_that_is_said(run: Run) -> None:
    assert demo(run, "tickets", "update", "1", "2", "3", "--subject", "Spam").code == 0
    runs = state_folder() / "runs.db"
    change(runs, "UPDATE rows SET action = 'garbage' WHERE at = 2")
    undone = demo(run, "runs", "undo", "1")
    assert (undone.code, undone.out.count("updated")) == (9, 2)
    assert "Row 2 of run 1 of the journal can't be read" in undone.err
    change(runs, "UPDATE rows SET state = 'waiting' WHERE run = 1")
    resumed = demo(run, "runs", "resume", "1")
    assert (resumed.code, resumed.out.count("updated")) == (9, 2)
    assert "Row 2 of run 1 of the journal can't be read" in resumed.err


@pytest.mark.parametrize("name", READS)
def test_a_file_that_can_not_be_read_at_all_is_named_by_doctor(run: Run, name: str) -> None:
    file = left(name)
    file.write_bytes(b"this is no database" * 1000)
    row = next(each for each in demo(run, "doctor", "--json").json if each["check"] == "files")
    assert (row["state"], str(file) in row["message"]) == ("warning", True)
    assert ("mv " if name != "checkpoint" else "checkpoints reset nightly") in row["hint"]


def test_a_checkpoint_that_can_not_be_read_can_be_forgotten(run: Run) -> None:
    file = left("checkpoint")
    file.write_bytes(b"this is no database" * 1000)
    assert demo(run, "checkpoints", "list").code == 0
    refused = demo(run, "tickets", "list", "--checkpoint", "nightly")
    assert (refused.code, str(file) in refused.err) == (3, True)
    assert demo(run, "checkpoints", "reset", "nightly", "--yes").code == 0
    assert demo(run, "tickets", "list", "--checkpoint", "nightly").code == 0


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE buckets SET empty_at = 'full'",
        "UPDATE buckets SET empty_at = x'00'",
        "ALTER TABLE buckets RENAME COLUMN empty_at TO full_at",
        "ALTER TABLE buckets ADD COLUMN mood TEXT",
        "DROP TABLE buckets; CREATE TABLE buckets (x)",
    ],
)
def test_a_spoilt_rate_is_begun_anew(tmp_path: Path, script: str) -> None:
    bucket = Bucket(tmp_path / "rate.db", store="s", burst=2, per_second=1)
    assert bucket.take() == 0
    change(tmp_path / "rate.db", script)
    for _ in range(4):
        bucket.take()
    assert bucket.level() > 2
