"""What a reply says, before anything is sent: a saved reply with its variables filled in, a text, or what an editor gave."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmcli import drafts, inputs
from crmcli.api.bodies import messages_of
from crmcli.errors import BadUsage
from crmcli.placeholders import PLACEHOLDER

if TYPE_CHECKING:
    from crmcli.state import State

Row = dict[str, Any]

_SCISSORS = "# ------------------------ >8 ------------------------"

VARIABLES = {
    "customer_name": "CustomerName",
    "customer_email": "CustomerEmail",
    "subject": "Subject",
    "order": "OrderID",
    "ticket": "CrmID",
}
"""What a text may name, and the field of the ticket that it stands for."""


def settings_of(words: Sequence[str]) -> dict[str, str]:
    """The variables of `--set NAME=VALUE`. Raises BadUsage for a word without `=` or a name given twice."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadUsage(f"--set {word!r} is not NAME=VALUE.", hint="Write it like --set tracking=1Z999.")
        if name in found:
            raise BadUsage(f"--set {name} is given twice.", hint="Leave one of them out.")
        found[name] = value
    return found


def filled(text: str, ticket: Row, given: Mapping[str, str]) -> str:
    """A text with each `{{name}}` filled in from `given`, else from the ticket. Raises BadUsage that names the empty ones.

    In one pass: what a customer wrote into their name is never taken for a variable.
    """
    missing: dict[str, None] = {}

    def value(found: re.Match[str]) -> str:
        name = found[1].strip()
        said = given.get(name, "") if name in given else _of_ticket(name, ticket)
        if not said.strip():
            missing[name] = None
        return said

    whole = PLACEHOLDER.sub(value, text)
    if missing:
        names = ", ".join(f"{{{{{name}}}}}" for name in missing)
        flags = " ".join(f"--set {shlex.quote(name or 'name')}=…" for name in missing)
        them = "it" if len(missing) == 1 else "them"
        raise BadUsage(
            f"Nothing fills {names} in the reply to ticket {ticket.get('CrmID')}.",
            hint=f"Give {them} with {flags}, or take {them} out of the text. Nothing was sent.",
        )
    return whole


def all_used(given: Iterable[str], templates: Iterable[str]) -> None:
    """Refuse a variable that no text names: mistyped, it would be lost. Raises BadUsage."""
    named = {found.strip() for template in templates for found in PLACEHOLDER.findall(template)}
    unused = [name for name in given if name not in named]
    if not unused:
        return
    from difflib import get_close_matches

    near = [repr(each) for each in get_close_matches(unused[0], named, n=3)]
    there_are = f"It names {', '.join(sorted(named))}." if named else "It names none: write {{NAME}} where it belongs."
    raise BadUsage(
        f"Nothing in the text names {', '.join(f'{{{{{name}}}}}' for name in unused)}.",
        hint=f"Did you mean {' or '.join(near)}? Nothing was sent." if near else f"{there_are} Nothing was sent.",
    )


def _of_ticket(name: str, ticket: Row) -> str:
    value = ticket.get(VARIABLES.get(name, ""))
    is_none = value is None or (name == "order" and str(value) == "0")  # the store writes 0 where there is no order
    return "" if is_none else " ".join(str(value).split())


def edited(quoted: str, ticket: object, *, profile: str) -> str:
    """What the user writes in `$VISUAL` or `$EDITOR` (`vi` without them), below it a scissors line and the `quoted` message.

    Raises BadUsage when the text is empty or the editor failed; what it holds then stays in a file that the error names.
    """
    import subprocess

    from crmcli.output import keyboard
    from crmcli.output.hostile import in_editor

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    below = f"\n\n{_SCISSORS}\n# This line and all below are left out. An empty text sends nothing.\n"
    draft = drafts.write(f"{below}{in_editor(quoted)}\n", profile=profile, tickets=[str(ticket)], why="in an editor")
    file = draft.file
    with keyboard.opened() as keys:
        done = subprocess.run(f"{editor} {shlex.quote(str(file))}", shell=True, stdin=keys, check=False)  # noqa: S602 - the user's own editor
    try:
        # An editor that took the file away has nothing to send.
        saved = inputs.file(str(file), hint="Nothing was sent.", most=inputs.LARGEST_TEXT) if file.exists() else ""
    except BadUsage as fault:
        fault.message = f"What the editor ({editor}) saved can't be sent: {fault.message}"
        fault.details += drafts.kept_in(draft)
        raise
    text = saved.partition(_SCISSORS)[0].strip()
    if done.returncode and text:
        raise BadUsage(
            f"The editor ({editor}) ended with code {done.returncode}: nothing was sent.",
            hint="Give what you wrote with --text @FILE.",
            details=drafts.kept_in(draft),
        )
    drafts.remove(draft)  # from here on the command keeps it
    if done.returncode:
        raise BadUsage(
            f"The editor ({editor}) ended with code {done.returncode}: nothing was sent.",
            hint="Set VISUAL or EDITOR to your editor, or give the text with --text.",
        )
    if not text:
        raise BadUsage("The text is empty: nothing was sent.", hint="Write it above the scissors line, or use --text.")
    return text


def typed(state: State, tickets: Sequence[Row]) -> str:
    """What the user types in an editor. Raises BadUsage where nobody is, or for several tickets."""
    if len(tickets) != 1 or not state.has_person:
        raise BadUsage(
            "What is the reply to say?",
            hint="Say it with --saved or --text; at a terminal an editor opens for one ticket.",
        )
    ticket = tickets[0]
    look = state.output.look
    theirs = [row for row in messages_of(ticket) if look is None or look.author(row, ticket) != "store"]
    from crmcli.output import html

    return edited(
        html.quoted(str(theirs[-1].get("Message") or "")) if theirs else "",
        ticket.get("CrmID"),
        profile=state.profile_name,
    )
