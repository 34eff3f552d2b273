"""`crmcli replies`: saved replies."""

from __future__ import annotations

from typing import Annotated

import typer

from crmcli import drafts, inputs
from crmcli.options import All, Count, Data, From, Limit, Offset, Text, Yes, noun, verb
from crmcli.output.columns import REPLIES
from crmcli.state import State

app = noun("Saved replies: texts to answer with.")

Replies = Annotated[
    list[str],
    typer.Argument(help="Saved replies, by number or title; - reads them from standard input.", metavar="REPLY…"),
]
AnyReplies = Annotated[
    list[str] | None,
    typer.Argument(help="Saved replies, by number or title; - reads them from standard input.", metavar="REPLY…"),
]
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
def create(state: State, *, title: Title = None, text: Text = None, data: Data = None, from_: From = None) -> None:
    """Make a saved reply, or one for each row of a file."""
    from crmcli import bulk

    fields = inputs.fields(data, Title=title, Message=inputs.text(text))
    with drafts.kept(fields.get("Message"), profile=state.profile_name):
        bulk.run(state, bulk.build.reply_creates(state, source=from_, fields=fields), command="replies create")


@verb(app, "update", writes=True, example="crmcli replies update 'Shipping delay' --text -")
def update(
    state: State,
    replies: AnyReplies = None,
    *,
    title: Title = None,
    text: Text = None,
    data: Data = None,
    from_: From = None,
) -> None:
    """Change what is named in saved replies, and nothing else."""
    from crmcli import bulk

    changes = inputs.fields(data, Title=title, Message=inputs.text(text))
    with drafts.kept(changes.get("Message"), profile=state.profile_name):
        todo = bulk.build.reply_updates(state, replies, source=from_, changes=changes)
        bulk.run(state, todo, command="replies update")


@verb(app, "delete", writes=True, example="crmcli replies delete 'Tax exemption' --yes")
def delete(state: State, replies: Replies, *, yes: Yes = False) -> None:
    """Delete saved replies, kept in the trash: 'crmcli trash restore' makes them again."""
    from crmcli import bulk

    words = inputs.words(replies)
    state.confirm_delete(words, noun="saved reply", yes=yes, about=lambda word: _title(state, word))
    bulk.run(state, bulk.build.reply_deletes(state, words), command="replies delete")


def _title(state: State, word: str) -> str:
    """What a saved reply is called, where that is not what it was named by. Raises NotFound, BadUsage."""
    title = str(state.crm.replies.find(word).get("Title") or "")
    return "" if title.casefold() == word.casefold() else f"“{title}”"
