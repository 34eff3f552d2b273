"""A person's word before something is deleted, who is told what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from crmcli.bulk.actions import Action, Row, digest_of

if TYPE_CHECKING:
    from crmcli.state import State

_OF_TICKETS = ("Subject", "CustomerName", "CustomerEmail")
_MOST = 60
"""Characters of a subject, of a message, or of a name that are shown."""


def agreed(state: State, todo: Sequence[Action], *, yes: bool) -> list[Action]:
    """Have deletes confirmed, unless `yes`; gives them, held to what the person was shown. Raises BadUsage, NotFound.

    They are read for it, where they weren't before: what changes until they leave is left as it is.
    """
    noun = todo[0].noun if todo else ""
    shown: dict[int | None, str] = {}

    def about(action: Action) -> str:
        row = _read(state, action)
        if not action.expected:
            shown[action.number] = digest_of(row)
        what = ("Message", "SenderName", "SenderEmail") if action.noun == "message" else _OF_TICKETS
        return _said(row, *what)

    state.confirm_delete(todo, noun=noun, yes=yes, about=about)
    return [replace(action, digest=shown.get(action.number, action.digest)) for action in todo]


def _read(state: State, action: Action) -> Row:
    """What an action deletes: as it was planned, or as it is. Raises what reading it raises."""
    number = action.number or 0
    if action.noun == "message":
        return state.crm.messages.get(action.ticket or 0, number)
    return action.expected or state.crm.tickets.whole(number)


def _said(row: Row, what: str, *who: str) -> str:
    text = _short(row.get(what))
    of = next((_short(row[name]) for name in who if row.get(name)), "")
    return ", of ".join(filter(None, (f"“{text}”" if text else f"without a {what.lower()}", of)))


def _short(text: object) -> str:
    words = " ".join(str(text or "").split())
    return words if len(words) <= _MOST else f"{words[:_MOST]}…"
