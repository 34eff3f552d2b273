"""`crmcli drafts`: texts that were typed and not sent."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crmcli import drafts, inputs
from crmcli.drafts import Draft
from crmcli.options import Yes, noun, verb
from crmcli.output.kept import DRAFTS
from crmcli.state import State

app = noun("Drafts: texts that were typed and not sent.")

Drafts = Annotated[
    list[str], typer.Argument(help="Drafts, by their ID; - reads them from standard input.", metavar="ID…")
]

_WORDS = 12


@verb(app, "list", example="crmcli drafts list")
def list_(state: State) -> None:
    """List the texts that were declined or could not be sent, of all profiles; the newest last."""
    state.output.local([_row(state, draft) for draft in drafts.known()], DRAFTS)


@verb(app, "show", example="crmcli drafts show 1")
def show(state: State, names: Drafts) -> None:
    """Show drafts with their whole text."""
    found = state.each(inputs.words(names), drafts.get, noun="draft")
    rows = (_row(state, draft) | {"words": None} for draft in found)
    state.output.objects(rows, DRAFTS, single=inputs.is_one(names))


@verb(app, "delete", example="crmcli drafts delete 1 --yes")
def delete(state: State, names: Drafts, *, yes: Yes = False) -> None:
    """Delete drafts and their texts, for good."""
    found = [drafts.get(name) for name in inputs.words(names)]
    if not found:
        return
    one = len(found) == 1
    what = f"draft {found[0].name}, “{_words(found[0])}”" if one else f"these {len(found)} drafts"
    state.confirm(f"Delete {what}?", word=found[0].name if one else str(len(found)), yes=yes)
    for draft in found:
        drafts.remove(draft)
        state.output.note(f"Draft {draft.name} is deleted.")


def _row(state: State, draft: Draft) -> dict[str, Any]:
    return {
        "name": draft.name,
        "ticket": ", ".join(map(str, draft.tickets)) or None,
        "kept": state.moment(draft.made),
        "why": draft.why or None,
        "words": _words(draft),
        "text": draft.text,
        "file": str(draft.file),
        "profile": draft.profile or None,
    }


def _words(draft: Draft) -> str:
    words = draft.text.split()
    return " ".join(words[:_WORDS]) + (" …" if len(words) > _WORDS else "")
