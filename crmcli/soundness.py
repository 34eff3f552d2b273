"""Whether the files of the state folder can be read: what `crmcli doctor` tells of them, and what to do where they can't."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from crmcli import checkpoints, paths
from crmcli.claims import Claims
from crmcli.errors import BadConfig
from crmcli.ledger import Newer, Unreadable
from crmcli.outbox.box import Box
from crmcli.runs.journal import Journal
from crmcli.trash import Trash

Trouble = tuple[str, str]
"""What can't be read, in a line, and what to do about it."""

_LOST = {
    "runs.db": "which runs were stopped, and what can be undone",
    "outbox.db": "what may have been sent: look at the store before you send anything again",
    "trash.db": "what was deleted",
    "claims.db": "nothing, where no other crmcli runs",
}
_ROWS = {
    "runs.db": "The rest of its run goes on without it: look at the store what became of it.",
    "outbox.db": "It may have been sent: look at the store before you send it again.",
    "trash.db": "What was deleted with it may be lost; the other entries are well.",
}


def troubles() -> Iterator[Trouble]:
    """What can't be read, file by file, and row by row where a file can."""
    folder = paths.state_folder()
    for name, look in (("runs.db", _runs), ("outbox.db", _outbox), ("trash.db", _trash), ("claims.db", _claims)):
        path = folder / name
        if not path.exists():
            continue
        try:
            unreadable = look(path)
        except Newer as fault:
            yield fault.message, fault.hint or ""
        except BadConfig as fault:
            aside = f"Move it away with: mv {shlex.quote(str(path))} {shlex.quote(f'{path}.spoilt')}"
            yield fault.message, f"{aside} - lost is then {_LOST[name]}."
        else:
            yield from ((said, _ROWS[name]) for said in unreadable.found)
    for spoilt in checkpoints.check():
        yield spoilt.message, spoilt.hint or ""


def _runs(path: Path) -> Unreadable:
    journal = Journal(path)
    for run in journal.runs():
        for _ in journal.each(run):
            pass
    return journal.unreadable


def _outbox(path: Path) -> Unreadable:
    box = Box(path)
    box.entries()
    return box.unreadable


def _trash(path: Path) -> Unreadable:
    trash = Trash(path)
    trash.check()
    return trash.unreadable


def _claims(path: Path) -> Unreadable:
    Claims(path, store="", pause=lambda _: None, warn=lambda _: None).check()
    return Unreadable()
