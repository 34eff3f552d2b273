"""A text that somebody typed and that was not sent: kept in a file, so that it need not be typed again.

The file has the text and nothing else, for `--text @FILE`. What is known of it (its tickets, when and why it was kept) is in
a file of the same name in a folder beside; older drafts have none.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from crmcli import private
from crmcli.errors import CrmError, Declined, Interrupted, NotFound, StoreFailed
from crmcli.paths import state_folder

_TICKETS = 100
"""How many tickets of one text are noted."""
_NAME = re.compile(r"draft-(\w{1,64})\.txt", re.ASCII)


@dataclass(frozen=True)
class Draft:
    """A text that was kept: what it is called, its file, and what is known of it. `made` is a Unix time.

    `profile` is that of the store whose `tickets` it is for; "" in an older one, of which it is not known.
    """

    name: str
    file: Path
    made: float
    tickets: tuple[int, ...] = ()
    why: str = ""
    profile: str = ""

    @property
    def text(self) -> str:
        """The whole text; "" where it can't be read."""
        try:
            return self.file.read_text("utf-8", errors="replace")
        except OSError:
            return ""


@contextmanager
def kept(text: object, *, profile: str, tickets: Sequence[int | str] = ()) -> Iterator[None]:
    """Within it a send is tried; should it fail, in whatever way, `text` is in a file that the error names.

    `tickets` are those that it is for, as far as they are numbers, of the store of this `profile`. Raises Interrupted for a
    Ctrl-C. What is no text, or an empty one, is not kept; nor what the error says was mailed.
    """
    try:
        yield
    except CrmError as failure:
        _keep(text, failure, tickets, profile)
        raise
    except KeyboardInterrupt:
        interrupted = Interrupted("Interrupted.")
        _keep(text, interrupted, tickets, profile)
        raise interrupted from None
    except Exception as fault:
        # Not the fault's own words: they may quote a key.
        ours = StoreFailed(f"crmcli itself failed ({type(fault).__name__}).", hint="This is a bug of crmcli.")
        _keep(text, ours, tickets, profile)
        raise ours from fault


def _keep(text: object, failure: CrmError, tickets: Sequence[int | str], profile: str) -> None:
    """Put the text into a file and say where; where no file can be written, into the error itself."""
    if failure.is_sent or not isinstance(text, str) or not text.strip():
        return
    try:
        why = "declined" if isinstance(failure, Declined) else failure.message
        draft = write(text, profile=profile, tickets=tickets, why=why)
    except OSError as fault:
        failure.details += [f"Your text could not be kept in a file ({fault.strerror}). It was:", *text.splitlines()]
    else:
        failure.details += kept_in(draft)


def kept_in(draft: Draft) -> list[str]:
    """What tells where a draft is."""
    return [f"Your text is kept in {draft.file}", f"See it with: crmcli drafts show {draft.name}"]


def write(text: str, *, profile: str, tickets: Sequence[int | str] = (), why: str = "") -> Draft:
    """Put a text into a new file, readable by its owner alone. Raises OSError."""
    folder, beside = _folders()
    private.folder(folder)
    descriptor, draft = _begun(folder, tickets, why, profile)
    # Half a character, which JSON may hold and no encoding does, stays readable as its escape.
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(OSError):  # the text is what counts
        private.folder(beside)
        about = json.dumps({"tickets": draft.tickets, "made": draft.made, "why": why, "profile": profile})
        with os.fdopen(_created(beside / f"draft-{draft.name}.json"), "w", encoding="ascii") as stream:
            stream.write(about)
    return draft


def known() -> list[Draft]:
    """All drafts, the oldest first."""
    folder, beside = _folders()
    found = []
    with suppress(OSError):
        for file in folder.iterdir():
            name = _NAME.fullmatch(file.name)
            if name and file.is_file():
                found.append(_read(name[1], file, beside))
    return sorted(found, key=lambda draft: (draft.made, draft.name))


def like(text: str) -> list[Draft]:
    """The drafts that are this text."""
    return [draft for draft in known() if draft.text.strip() == text.strip()] if text.strip() else []


def sent(text: str, tickets: Collection[int], *, profile: str) -> None:
    """These tickets have been sent a text: the drafts of it that were for no others go. Never raises."""
    for draft in like(text):
        is_ours = draft.profile in ("", profile)
        if is_ours and draft.tickets and len(draft.tickets) < _TICKETS and set(draft.tickets) <= set(tickets):
            with suppress(StoreFailed):
                remove(draft)


def get(name: str) -> Draft:
    """A draft by its name. Raises NotFound."""
    for draft in known():
        if draft.name == name:
            return draft
    raise NotFound(f"No draft {name!r}.", hint="See 'crmcli drafts list'.")


def remove(draft: Draft) -> None:
    """Take a draft away, and overwrite its text, as far as the disk writes in place. Raises StoreFailed."""
    try:
        with suppress(FileNotFoundError), draft.file.open("r+b") as stream:
            private.overwrite(stream.fileno())
        draft.file.unlink(missing_ok=True)
        (_folders()[1] / f"draft-{draft.name}.json").unlink(missing_ok=True)
    except OSError as fault:
        raise StoreFailed(f"{draft.file} can't be removed: {fault.strerror}.", hint="See who owns it.") from None


def _folders() -> tuple[Path, Path]:
    return state_folder() / "drafts", state_folder() / "drafts-about"


def _begun(folder: Path, tickets: Sequence[int | str], why: str, profile: str) -> tuple[int, Draft]:
    """A new file, whose name is the next number that is free."""
    names = [name[1] for file in folder.iterdir() if (name := _NAME.fullmatch(file.name))]
    of = tuple(int(ticket) for ticket in tickets if re.fullmatch(r"#?[1-9]\d{0,17}", str(ticket), re.ASCII))
    of = of[:_TICKETS]
    for number in count(1 + max((int(name) for name in names if name.isdigit()), default=0)):
        file = folder / f"draft-{number}.txt"
        with suppress(FileExistsError):  # another process was quicker
            return _created(file), Draft(str(number), file, time.time(), of, why, profile)
    raise AssertionError  # there is always a next number


def _created(file: Path) -> int:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    private.only_mine(descriptor)
    return descriptor


def _read(name: str, file: Path, beside: Path) -> Draft:
    try:
        about = json.loads((beside / f"draft-{name}.json").read_text("ascii"))
        of = str(about.get("profile", ""))
        return Draft(name, file, float(about["made"]), tuple(map(int, about["tickets"])), str(about["why"]), of)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):  # an older draft, or one that was half written
        return Draft(name, file, file.stat().st_mtime)
