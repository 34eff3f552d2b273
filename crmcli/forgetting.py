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
    text = text_of(entry)
    state.box.forget(entry)
    state.box.wipe()
    if not text.strip():
        return []
    for draft in drafts.known():
        if draft.text.strip() == text.strip():
            drafts.remove(draft)
    left = [f"entry {other.number} of the outbox" for other in state.box.entries() if text_of(other) == text]
    runs = texts.forget(state.journal.path, text, run=entry.run, row=entry.row)
    return [*left, *(f"run {number} (crmcli runs show {number})" for number in runs)]


def text_of(entry: Entry) -> str:
    """The text that an entry sends; "" where it sends none."""
    messages = entry.body.get("CrmMessageList") or [{}]
    return str(entry.body.get("Message") or messages[0].get("Message") or "")
