"""What a run did, taken back where nobody has touched it since; and a run that was stopped, gone on with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crmcli import elsewhere, errors
from crmcli.bulk.actions import Action
from crmcli.bulk.rehearsal import rehearse
from crmcli.bulk.work import carry_out, go_on
from crmcli.runs.journal import DONE, FAILED, SKIPPED, UNFINISHED, Run, RunRow
from crmcli.trash import RESTORED

_IN_TRASH = "What was deleted is in the trash, and is made again from there."
_NAMED = 20

if TYPE_CHECKING:
    from crmcli.state import State


def resume(state: State, number: int, *, failed: bool, yes: bool) -> None:
    """Go on with a run that was stopped: with what has not begun, and what nobody knows of; with `failed` what failed, too.

    With --send-again what was skipped is taken up, too. Raises BadUsage where there is nothing to go on with, it is another
    store's, or another run did the very same since; and as `carry_out`.
    """
    run = _of_store(state, number)
    wanted = (*UNFINISHED, *((FAILED,) if failed else ()), *((SKIPPED,) if state.shared.send_again else ()))
    if not sum(run.counts.get(each, 0) for each in wanted):
        raise errors.BadUsage(f"Run {number} has nothing left to do.", hint=f"See 'crmcli runs show {number}'.")
    mails, sends = _kinds(state, run, wanted)
    state.crm.allow(mails=mails)
    again = [other.number for other in state.journal.runs(store=run.store) if _did_the_same(other, run)]
    if again and sends:
        # The command was run anew instead: going on with the first as well would send a second time.
        question = f"Run {again[-1]} was to do the very same since. Go on with run {number} all the same?"
        state.confirm(state.at_shop(question), word=str(number), yes=yes)
    elif mails and state.has_person:
        left = sum(run.counts.get(each, 0) for each in wanted)
        state.agree(f"Go on with run {number} ({run.command}), which mails customers ({left:,} left)?", yes=yes)
    if not state.shared.dry_run:
        try:
            _go_on(state, state.journal.claim(run), wanted)
        finally:
            if sends:
                _tell(state, run)
        return
    rehearse(state, [Action.of(row.action) for row in state.journal.each(run, states=wanted)])


def _kinds(state: State, run: Run, wanted: Sequence[str]) -> tuple[bool, bool]:
    """Whether any of the rows may e-mail a customer, and whether any makes something."""
    mails = sends = False
    for row in state.journal.each(run, states=wanted):
        action = Action.of(row.action)
        mails, sends = mails or action.mails, sends or action.sends
        if mails or "do" in run.common:  # then all are of one kind
            break
    return mails, sends


def _tell(state: State, run: Run) -> None:
    """What was done of a run has been said; what is done stays done, though that can't be written down."""
    try:
        state.box.tell_rows(run.key, [row.at for row in state.journal.each(run, states=(DONE,))])
    except errors.BadConfig as fault:
        state.output.warn(fault.message)


def _go_on(state: State, run: Run, wanted: Sequence[str]) -> None:
    """Do the rows of a run that this process has taken, as they are now: another may have done them a moment ago."""
    left = sum(run.counts.get(each, 0) for each in wanted)
    if left:
        go_on(state, run, wanted, total=left)
        _all_read(state, run.number)
    else:
        state.journal.release(run)
        state.output.note(f"Run {run.number} was ended by another process meanwhile.")


def undo(state: State, number: int) -> None:
    """Put back what a run changed, in a run of its own. What has changed since is left as it is, and reported.

    Raises BadUsage where nothing of it can be taken back, Partial where some of it can't, and as `carry_out`.
    """
    run = _of_store(state, number)
    run.free()
    rows = [row for row in state.journal.rows(run) if row.state == DONE or row.before]
    todo = [action for row in rows for action in _back(row)]
    for said in dict.fromkeys(filter(None, map(_lasting, rows))):
        state.output.warn(said)
    deleted = [row.action for row in rows if _lasting(row) == _IN_TRASH]
    if deleted:
        state.output.note(_entries(state, run, deleted))
    if not todo:
        raise errors.BadUsage(f"Nothing of run {number} can be put back.", hint=f"See 'crmcli runs show {number}'.")
    command = f"runs undo {number}"
    earlier = [other.number for other in state.journal.runs(store=run.store) if other.command == command]
    try:
        carry_out(state, todo, command=command)
    except errors.Partial as failure:
        if earlier:
            failure.message = f"Run {number} was undone already, by run {earlier[-1]}. {failure.message}"
        raise
    _all_read(state, number)
    if any(map(_lasting, rows)):
        raise errors.Partial(f"Of run {number} only what could be was put back.", hint="The rest is told above.")


def _all_read(state: State, number: int) -> None:
    """Raises Partial where rows of the journal can't be read: each was told of."""
    if state.journal.unreadable.found:
        raise errors.Partial(
            f"Of run {number} some rows can't be read, and were left as they are.",
            hint="'crmcli doctor' says what to do.",
        )


def _of_store(state: State, number: int) -> Run:
    run = state.journal.get(number)
    if run.store != state.settings.store:
        raise elsewhere.another(state.settings, f"Run {number}", "made", run.store, run.profile)
    return run


def _did_the_same(other: Run, run: Run) -> bool:
    return other.number > run.number and other.digest == run.digest


def _back(row: RunRow) -> Sequence[Action]:
    """What puts a row back: the fields as they were, wherever they are as the row left them."""
    action = Action.of(row.action)
    changed = {name: value for name, value in row.before.items() if row.after.get(name) != value}
    if not changed or action.do not in ("update", "reply"):
        return ()
    noun = "saved reply" if action.noun == "saved reply" else "ticket"
    values = {name: _settable(value, row.after[name]) for name, value in changed.items()}
    return (Action("update", noun, action.number, values=values, expected={name: row.after[name] for name in changed}),)


def _settable(before: Any, after: Any) -> Any:
    """A value as it can be sent: where nothing was set, a store may have null, and takes "" or 0 for it."""
    if before is None:
        return 0 if isinstance(after, int) else ""
    return before


def _entries(state: State, run: Run, actions: Sequence[Mapping[str, Any]]) -> str:
    """Which entries of the trash have what a run deleted, as the command that makes it again."""
    labels = {Action.of(action).label for action in actions}
    entries = state.trash.entries(store=run.store)
    found = [entry.number for entry in entries if entry.label in labels and entry.state != RESTORED]
    if not found:
        return "None of it is in the trash any more: it was restored, or purged."
    named = " ".join(map(str, found[:_NAMED]))
    more = f" … and {len(found) - _NAMED:,} more: see 'crmcli trash list'" if len(found) > _NAMED else ""
    return f"Make it again with: crmcli trash restore {named}{more}"


def _lasting(row: RunRow) -> str:
    """What of a row can't be put back, in words; "" for nothing."""
    action = Action.of(row.action)
    if row.state != DONE and not action.sends:
        return ""
    if action.mails:
        return "Messages that were sent can't be taken back."
    if action.do == "delete":
        return _IN_TRASH
    if action.do == "create":
        return "Saved replies that were made stay: 'crmcli replies delete' deletes them."
    return ""
