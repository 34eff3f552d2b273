"""`crmcli trash`: what was deleted, kept whole before it went."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmcli import dates, errors, inputs
from crmcli.options import Yes, noun, verb
from crmcli.output.columns import MESSAGES, REPLIES, TICKETS
from crmcli.output.kept import TRASH
from crmcli.state import State

if TYPE_CHECKING:
    from crmcli.trash import Entry

app = noun("The trash: what was deleted, kept whole before it went.")

Entries = Annotated[list[str], typer.Argument(help="Entry numbers; - reads them from standard input.", metavar="ID…")]
AnyEntries = Annotated[
    list[str] | None, typer.Argument(help="Entry numbers; - reads them from standard input.", metavar="ID…")
]
_SHAPES = {"ticket": TICKETS, "message": MESSAGES, "saved reply": REPLIES}


@verb(app, "list", example="crmcli trash list")
def list_(
    state: State, *, all_: Annotated[bool, typer.Option("--all", "-a", help="Those of other stores, too.")] = False
) -> None:
    """List what was deleted at this store; the newest last."""
    entries = state.trash.entries(store=None if all_ else state.settings.store)
    state.output.local([_row(state, entry) for entry in entries], TRASH)


@verb(app, "show", example="crmcli trash show 3")
def show(state: State, number: Annotated[str, typer.Argument(help="The entry's number.", metavar="ID")]) -> None:
    """Show what was deleted, whole: a ticket with its messages. With --json as the store had it."""
    entry = state.trash.get(inputs.number(number, noun="trash entry"))
    state.output.objects([state.trash.object(entry)], _SHAPES[entry.noun], single=True, kept=True)


@verb(app, "restore", writes=True, resends=True, example="crmcli trash restore 3")
def restore(
    state: State,
    numbers: Entries,
    *,
    with_messages: Annotated[
        bool, typer.Option("--with-messages", help="Send the messages again: THE STORE MAY E-MAIL EVERY ONE.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Make at the store again what was deleted. A ticket gets a NEW NUMBER, and the store may e-mail the customer.

    Its messages stay in the trash without --with-messages, which can't be made up for later. Dates and files can't be
    restored. Run again after a failure, it makes nothing twice.
    """
    from crmcli import restoring  # nothing else needs it

    entries = [state.trash.get(number) for number in inputs.numbers(numbers, noun="trash entry")]
    restoring.agreed(state, entries, with_messages=with_messages, yes=yes)
    many = len(entries) != 1
    with state.output.results.together() if many else nullcontext():
        state.run(
            entries,
            lambda entry: restoring.restore(state, entry, with_messages=with_messages, many=many),
            noun="trash entry",
        )


@verb(app, "purge", example="crmcli trash purge --older-than 90d --yes")
def purge(
    state: State,
    numbers: AnyEntries = None,
    *,
    all_: Annotated[bool, typer.Option("--all", "-a", help="All of this store.")] = False,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", help="Those of this store that are older: 30d, a date.", metavar="DATE"),
    ] = None,
    yes: Yes = False,
) -> None:
    """Forget what was deleted, for good: nothing brings it back then."""
    entries = _chosen(state, numbers, every=all_, older_than=older_than)
    if not entries:
        state.output.note("Nothing is to be purged.")
        return
    one = len(entries) == 1
    what = f"entry {entries[0]}" if one else f"these {len(entries)} entries"
    state.confirm(f"Purge {what} for good?", word=str(entries[0] if one else len(entries)), yes=yes)
    state.trash.purge([entry.number for entry in entries])
    state.trash.wipe()
    state.output.note(f"{'1 entry is' if one else f'{len(entries)} entries are'} purged.")


def _chosen(state: State, numbers: list[str] | None, *, every: bool, older_than: str | None) -> list[Entry]:
    """The entries that are to be purged, but those that are being deleted right now. Raises BadUsage."""
    if bool(numbers) + every + (older_than is not None) != 1:
        raise errors.BadUsage("What is to be purged?", hint="Give numbers, or --all, or --older-than, and one alone.")
    if numbers:
        entries = [state.trash.get(number) for number in inputs.numbers(numbers, noun="trash entry")]
    else:
        entries = state.trash.entries(store=state.settings.store)
    if older_than is not None:
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(state.settings.timezone)
        before = dates.instant(older_than, zone=zone).timestamp()
        entries = [entry for entry in entries if entry.made < before]
    underway = [entry.number for entry in entries if entry.standing == "underway"]
    if numbers and underway:
        raise errors.BadUsage(f"Entry {underway[0]} is being deleted right now.", hint="Wait until that has ended.")
    return [entry for entry in entries if entry.number not in underway]


def _row(state: State, entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "state": entry.standing,
        "noun": entry.noun,
        "path": entry.path,
        "deleted": state.moment(entry.made),
        "about": entry.about,
        "messages": entry.messages,
        "became": entry.became,
        "profile": entry.profile,
        "what": entry.label,
        "customer": entry.who,
    }
