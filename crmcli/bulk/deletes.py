"""A person's word before something is deleted, who is told what it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmcli.bulk.actions import Action, Row

if TYPE_CHECKING:
    from crmcli.state import State

_MOST = 60
"""Characters of a subject, of a message, or of a name that are shown."""


def agreed(state: State, todo: Sequence[Action], *, yes: bool) -> None:
    """Have deletes confirmed, unless `yes`. They are read for it, where they weren't before. Raises BadUsage, NotFound."""
    noun = todo[0].noun if todo else ""
    state.confirm_delete(todo, noun=noun, yes=yes, about=lambda action: _about(state, action))


def _about(state: State, action: Action) -> str:
    """What an action is about, as `“Where is my order”, of Ann Lee`. Raises what reading it raises."""
    number = action.number or 0
    if action.noun == "message":
        message = state.crm.messages.get(action.ticket or 0, number)
        return _said(message, "Message", "SenderName", "SenderEmail")
    return _said(action.expected or state.crm.tickets.get(number), "Subject", "CustomerName", "CustomerEmail")


def _said(row: Row, what: str, *who: str) -> str:
    text = _short(row.get(what))
    of = next((_short(row[name]) for name in who if row.get(name)), "")
    return ", of ".join(filter(None, (f"“{text}”" if text else f"without a {what.lower()}", of)))


def _short(text: object) -> str:
    words = " ".join(str(text or "").split())
    return words if len(words) <= _MOST else f"{words[:_MOST]}…"
