"""`crmcli outbox forget`: a text that was to be sent is taken out of all that is kept of it, and overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmcli import drafts
from crmcli.runs import texts

if TYPE_CHECKING:
    from crmcli.outbox.entries import Entry
    from crmcli.state import State


def forget(state: State, entry: Entry) -> list[str]:
    """Forget an entry, its text in its run, and the drafts that are this text; gives what has the same text still, in words.

    A row of a run that is not at its end keeps it, to look for it at the store. Raises BadConfig where a file can't be used.
    """
    text = entry.text
    state.box.forget(entry)
    state.box.wipe()
    if not text.strip():
        return []
    for draft in drafts.like(text):
        drafts.remove(draft)
    left = [f"entry {other.number} of the outbox" for other in state.box.entries() if other.text == text]
    runs = texts.forget(state.journal.path, text, run=entry.run, row=entry.row)
    return [*left, *(f"run {number} (crmcli runs show {number})" for number in runs)]
