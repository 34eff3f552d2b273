"""`crmcli replies`: saved replies."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import drafts, inputs
from crmcli.options import All, Count, Data, Limit, Offset, Text, Yes, noun, verb
from crmcli.output.columns import REPLIES
from crmcli.state import State

app = noun("Saved replies: texts to answer with.")

Replies = Annotated[list[str], typer.Argument(help="Saved replies, by number or title.", metavar="REPLY…")]
Title = Annotated[str | None, typer.Option("--title", help="Title.", metavar="TEXT")]


@verb(app, "list", example="crmcli replies list --title shipping")
def list_(
    state: State,
    *,
    title: Title = None,
    limit: Limit = None,
    offset: Offset = 0,
    all_: All = False,
    count: Count = False,
) -> None:
    """List saved replies."""
    listing = state.crm.replies.list(title=title, limit=inputs.limit(limit, every=all_), offset=offset)
    state.show(listing, REPLIES, count=count)


@verb(app, "get", example="crmcli replies get 'Shipping delay'")
def get(state: State, replies: Replies) -> None:
    """Show saved replies."""
    words = inputs.words(replies)
    found = state.each(words, state.crm.replies.find, noun="saved reply")
    state.output.objects(found, REPLIES, single=inputs.is_one(replies))


@verb(app, "create", sends=True, example="crmcli replies create --title 'Late parcel' --text @delay.txt")
def create(state: State, *, title: Title = None, text: Text = None, data: Data = None) -> None:
    """Make a saved reply."""
    fields = inputs.fields(data, Title=title, Message=inputs.text(text))
    with drafts.kept(fields.get("Message")):
        ack = state.crm.replies.create(fields=fields)
    state.told([ack], noun="saved reply")


@verb(app, "update", writes=True, example="crmcli replies update 'Shipping delay' --text -")
def update(state: State, replies: Replies, *, title: Title = None, text: Text = None, data: Data = None) -> None:
    """Change what is named in saved replies, and nothing else."""
    words, changes = inputs.words(replies), inputs.fields(data, Title=title, Message=inputs.text(text))
    inputs.needs_change(changes)
    crm = state.crm.replies
    with drafts.kept(changes.get("Message")):
        acks = state.each(words, lambda word: crm.update(crm.number(word), changes=changes), noun="saved reply")
        state.told(acks, noun="saved reply", many=len(words) != 1)


@verb(app, "delete", writes=True, example="crmcli replies delete 'Tax exemption' --yes")
def delete(state: State, replies: Replies, *, yes: Yes = False) -> None:
    """Delete saved replies, kept in the trash: 'crmcli trash restore' makes them again."""
    words = inputs.words(replies)
    state.confirm_delete(words, noun="saved reply", yes=yes)
    crm = state.crm.replies
    acks = state.each(words, lambda word: crm.delete(crm.number(word)), noun="saved reply")
    state.told(acks, noun="saved reply", many=len(words) != 1)
