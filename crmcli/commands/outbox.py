"""`crmcli outbox`: what was to be sent, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmcli import elsewhere, errors, inputs, processes
from crmcli.options import Yes, noun, verb
from crmcli.output.kept import OUTBOX
from crmcli.state import State

if TYPE_CHECKING:
    from crmcli.outbox.box import Entry

app = noun("The outbox: what was to be sent, and what became of it.")

Number = Annotated[str, typer.Argument(help="The entry's number.", metavar="ID")]


@verb(app, "list", example="crmcli outbox list")
def list_(
    state: State, *, all_: Annotated[bool, typer.Option("--all", "-a", help="Those that were sent well, too.")] = False
) -> None:
    """List what was not sent, or may not have been, of all profiles; the newest last."""
    entries = [entry for entry in state.box.entries() if all_ or not (entry.state == "confirmed" or entry.again)]
    state.output.local([_row(state, entry) for entry in entries], OUTBOX)


@verb(app, "show", example="crmcli outbox show 3")
def show(state: State, number: Number) -> None:
    """Show an entry with its whole text."""
    entry = state.box.get(inputs.number(number, noun="outbox entry"))
    state.output.objects([_row(state, entry)], OUTBOX, single=True)


@verb(app, "resolve", example="crmcli outbox resolve 3")
def resolve(
    state: State,
    number: Number,
    *,
    is_sent: Annotated[
        bool | None,
        typer.Option(
            "--sent/--not-sent", help="You have seen it at the store, or that it is not there.", show_default=False
        ),
    ] = None,
) -> None:
    """Find out what became of a send whose answer was lost: by reading the store, or by what you have seen there."""
    before = entry = _ours(state, number)
    if is_sent is not None:
        entry = state.box.settle(entry, "confirmed" if is_sent else "refused", reason="seen by a person")
        if is_sent:
            state.sent(entry)
    elif entry.state in ("sent", "unsure", "intended"):
        entry = state.delivery.look(entry, state.crm.sending(entry.kind, entry.path, entry.body))
    if entry.state != before.state:
        state.taken_over(before)
    state.output.objects([_row(state, entry)], OUTBOX, single=True)
    _tell_of_status(state, entry)
    if entry.state in ("sent", "unsure"):
        raise errors.Unsure(f"Entry {entry.number} may or may not be at the store: {entry.reason}.")


@verb(app, "resend", writes=True, resends=True, example="crmcli outbox resend 3 --yes")
def resend(state: State, number: Number, *, yes: Yes = False) -> None:
    """Send what did not arrive, once you have agreed to it. What may have arrived is looked for first."""
    from crmcli import bulk  # nothing else needs it

    entry = _ours(state, number)
    send = state.crm.sending(entry.kind, entry.path, entry.body)
    send.allow()  # before anything is asked, and before the entry becomes another one
    if state.shared.dry_run:
        state.told([state.rehearsed(send)], noun=entry.kind)
        return
    if entry.state == "sent" and entry.is_underway:
        process = processes.number(entry.owner)
        raise errors.BadUsage(
            f"Entry {entry.number} has left process {process}, or is about to: the process is stopped, and may go on.",
            hint=f"End it (kill -9 {process}) or let it go on (kill -CONT {process}); then run the same again.",
        )
    if entry.standing == "unsure":
        entry = state.delivery.looked(entry, send)
    if entry.state == "confirmed" or entry.again:
        raise errors.BadUsage(f"Entry {entry.again or entry.number} is at the store already.", hint="Nothing was sent.")
    if state.has_person and not yes:
        bulk.mails.show(state, entry.path, entry.body)
    if entry.standing == "unsure":
        question = f"Entry {entry.number} may be at the store already. Send it again?"
        state.confirm(state.at_shop(question), word="again", yes=yes)
        entry = state.box.settle(entry, "refused", reason="given up by whoever sent it again")
    elif state.crm.anything.mails("POST", entry.path, entry.body):
        state.agree(f"Send entry {entry.number}?", yes=yes)
    if entry.state == "intended":  # a stopped process was to send it: it finds that it may not
        state.box.settle(entry, "refused", reason="given up by whoever sent it again")
        state.taken_over(entry)
    # What the entry stands for, a job's key, a command or the row of a run, the new one stands for, too.
    delivery = replace(state.delivery, key=entry.key, words=entry.words)
    with delivery.together(row=(entry.run, entry.row) if entry.run and entry.row else None):
        state.told([delivery(send)], noun=entry.kind)


@verb(app, "forget", example="crmcli outbox forget 3 --yes")
def forget(state: State, number: Number, *, yes: Yes = False) -> None:
    """Take an entry and its text out of the outbox, with the drafts of that text and what its run has of it.

    Where the same text is kept for something else, as for the other rows of a run, that is told.
    """
    from crmcli import forgetting  # nothing else needs it

    entry = _idle(state, number)
    state.confirm(f"Forget entry {entry.number} and its text?", word=str(entry.number), yes=yes)
    left = forgetting.forget(state, entry)
    state.taken_over(entry)
    state.output.note(f"Entry {entry.number} is forgotten.")
    if left:
        state.output.warn(f"The same text is still in {', '.join(left)}.")
    if entry.state == "sent" and entry.is_underway:
        process = processes.number(entry.owner)
        state.output.warn(f"Process {process}, which is stopped, may send it still. End it with kill -9 {process}.")


def _idle(state: State, number: str) -> Entry:
    """The entry, unless a process is sending it; what is of one that is stopped can be seen to. Raises BadUsage."""
    entry = state.box.get(inputs.number(number, noun="outbox entry"))
    if entry.is_underway and not processes.is_stopped(entry.owner):
        process = processes.number(entry.owner)
        raise errors.BadUsage(
            f"Entry {entry.number} is being sent right now, by process {process}.", hint="Wait until that has ended."
        )
    return entry


def _ours(state: State, number: str) -> Entry:
    """As `_idle`, of this profile's store: another has other tickets under the same numbers. Raises BadUsage."""
    entry = _idle(state, number)
    if entry.store != state.settings.store:
        raise elsewhere.another(state.settings, f"Entry {entry.number}", "written", entry.store, entry.profile)
    return entry


def _tell_of_status(state: State, entry: Entry) -> None:
    """A reply that was sent, and whose status was to be set then and was not: say so, and what sets it."""
    from crmcli.bulk.actions import Action

    run = state.journal.of_key(entry.run) if entry.state == "confirmed" and entry.run else None
    row = next(state.journal.each(run, after=(entry.row or 0) - 1), None) if run else None
    if run is None or row is None or row.at != entry.row or row.state == "done":
        return
    action = Action.of(row.action)
    if action.status is not None:
        state.output.warn(
            f"The status of ticket {action.number} was not set to {action.status_name or action.status}: 'crmcli runs "
            f"resume {run.number}' sets it, and mails nothing twice."
        )


def _row(state: State, entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "state": entry.standing,
        "kind": entry.kind,
        "path": entry.path,
        "made": state.moment(entry.made),
        "text": entry.text,
        "became": entry.became,
        "profile": entry.profile,
        "once": str(entry.key) if entry.key else None,
        "reason": entry.reason,
        "body": entry.body,
    }
