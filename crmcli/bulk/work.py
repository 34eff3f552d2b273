"""A run, carried out: each row once, in whatever process, with the journal a step ahead of the store."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from threading import Lock
from typing import TYPE_CHECKING

from crmcli import errors, interrupts
from crmcli.api.changes import same
from crmcli.bulk import actions, mails
from crmcli.bulk.actions import Action, Alike, Row, Told, kinds
from crmcli.bulk.crew import Crew
from crmcli.bulk.rehearsal import rehearse
from crmcli.bulk.report import Report
from crmcli.runs.journal import DONE, FAILED, SKIPPED, STARTED, UNSURE, WAITING, Journal, Many, Run, RunRow

if TYPE_CHECKING:
    from crmcli.state import State

FEW = 10
"""Rows that are done one after the other, in the order in which they were typed."""
_MOST_AT_ONCE, _LEAST_AT_ONCE = 8, 2
_USUAL_ANSWER = 0.5
"""Seconds that a call takes at the real host (wire-facts section 3): so many workers use the rate that is allowed."""
_FIRST_LOOK = 0.1


@dataclass(frozen=True)
class Outcome:
    """What came of a row: what each of its writes gave, and what failed."""

    told: list[Told] = field(default_factory=list)
    failure: errors.CrmError | None = None


def carry_out(state: State, todo: Sequence[Action], *, command: str) -> None:
    """Do all of this in a run of its own, and tell what came of it; `command` is what the run is called.

    Raises what failed, where there was one row; Partial where some rows failed, or were not tried. Nothing is left out
    silently: what isn't done stays in the journal, for `resume`.
    """
    if state.shared.dry_run:
        rehearse(state, todo)
        return
    if not todo:  # a job that finds nothing to do is done
        with state.output.results.together():
            return
    state.crm.allow(mails=any(action.mails for action in kinds(todo)))
    go_on(state, _begun(state, todo, command), (WAITING,), total=len(todo))


def _begun(state: State, todo: Sequence[Action], command: str) -> Run:
    """The run, written down."""
    sends = any(action.sends for action in kinds(todo))
    if sends:
        state.tell_of_stopped()
    actions: Iterable[Row] | Many
    if isinstance(todo, Alike):
        actions = Many(todo.template.data(), todo.own, todo.numbers)
    else:
        actions = (action.data() for action in todo)
    settings = state.settings
    run = state.journal.begin(store=settings.store, profile=settings.profile, command=command, actions=actions)
    if sends:
        state.delivery.begins(run.key)
    return run


def go_on(state: State, run: Run, wanted: Sequence[str], *, total: int) -> None:
    """Do the rows in the states that are `wanted`, so many in all, of a run that this process has taken.

    They are read from the journal as they are begun. Raises as `carry_out`.
    """
    rows = state.journal.each(run, states=wanted)
    first = next(rows, None)
    if first is None:  # none of them can be read, which was told
        _release(state, run)
        return
    worker = _Worker(state, run)
    report = Report(state, run, first, wanted=wanted, total=total, done=lambda: worker.done)
    crew = Crew(
        chain((first,), islice(rows, total - 1)),
        worker,
        at_once=at_once(state, total),
        ends=lambda outcome: report.ends(outcome.failure),
    )
    try:
        with report.open():
            _through(state, crew, report)
        report.fatal = report.fatal or crew.broken
    except (KeyboardInterrupt, errors.Interrupted) as end:  # asked twice: what is under way is left to `resume`
        report.interrupt(end, is_underway=False)
    finally:
        _release(state, run)
    report.end()


def _through(state: State, crew: Crew[RunRow, Outcome], report: Report) -> None:
    """All rows, or after an interrupt those under way. Raises KeyboardInterrupt, Interrupted for the second one."""
    is_over = False
    while not is_over:
        try:
            is_over = _next(crew, report)
        except (KeyboardInterrupt, errors.Interrupted) as end:
            if report.interrupted:
                raise
            interrupts.heard()
            crew.stop()
            state.crm.end()
            report.interrupt(end, is_underway=crew.is_underway)


def _next(crew: Crew[RunRow, Outcome], report: Report) -> bool:
    """Wait for a row and tell what came of it; whether that was the last."""
    came = crew.next()
    if came is None:
        return True
    row, outcome = came
    report.row(row, outcome.told, outcome.failure)
    return False


def at_once(state: State, rows: int) -> int:
    """How many workers so many rows are worth: as many as use the rate that the store allows."""
    if rows <= FEW:
        return 1
    limit = state.settings.rate_limit
    wanted = limit[1] * _USUAL_ANSWER if limit else 4
    return max(_LEAST_AT_ONCE, min(_MOST_AT_ONCE, round(wanted)))


def _release(state: State, run: Run) -> None:
    try:
        state.journal.release(run)
    except errors.BadConfig as fault:  # what is done stays done, though it can't be written down
        state.output.warn(fault.message)


class _Already(Exception):
    """What a row was to write is at the store already."""


class _Early(Exception):
    """The store may still be at what an earlier try sent."""


class _Worker:
    """Does one row, and writes down what came of it. Used by several threads.

    A process that was killed may have had a write under way: what it had begun is not sent again before `settle` seconds
    have passed in which it did not arrive.
    """

    def __init__(self, state: State, run: Run) -> None:
        self._journal: Journal = state.journal
        self._crm = state.crm
        self._delivery = state.delivery  # made here: threads that ask for it at once would each make their own
        self._warn = state.output.warn
        self._look = state.output.look
        self._trash = state.trash
        self._run = run
        self._is_told = False
        self._until = time.monotonic() + state.settings.settle
        self._lock = Lock()
        self.done = 0

    def __call__(self, row: RunRow) -> Outcome:
        """Do a row. Raises Interrupted (and KeyboardInterrupt) alone."""
        action, told = Action.of(row.action), list[Told]()
        try:
            self._do(action, row, told)
        except errors.Interrupted:
            raise
        except errors.CrmError as failure:
            self._failed(row, failure, told)
            return Outcome(told, failure)
        except Exception as fault:
            # Not the fault's own words: they may quote a key, or what a stranger wrote.
            ours = errors.StoreFailed(f"crmcli itself failed ({type(fault).__name__}) at {action.label}.")
            self._failed(row, ours, told)
            return Outcome(told, ours)
        self._ended(row, DONE, told)
        return Outcome(told)

    def _do(self, action: Action, row: RunRow, told: list[Told]) -> None:
        wait = _FIRST_LOOK
        while True:
            try:
                with self._sending(action, row):
                    self._prepare(action, row)
                    for done in actions.carried_out(action, self._crm, lambda found: self._seen(action, row, found)):
                        told.append(done)  # noqa: PERF402 - and not all at once: what comes after it may fail
            except _Early:
                told.clear()
                time.sleep(max(0.0, min(wait, self._until - time.monotonic())))
                wait *= 2
                continue
            except _Already:
                told.append(actions.seen_done(action, self._crm))
            except errors.NotFound:
                if action.do == "delete" and row.started:
                    told.append(actions.seen_done(action, self._crm))
                elif action.number and (action.expected is not None or row.started):  # it was there before
                    raise self._deleted_since(action, action.number) from None
                else:
                    raise
            return

    def _deleted_since(self, action: Action, number: int) -> errors.Changed:
        """What is said of a thing that was there when the run, or the plan, was made; with its entry of the trash, if any."""
        collection = self._crm.tickets if action.noun == "ticket" else self._crm.replies
        label = f"{action.label[0].upper()}{action.label[1:]}"
        kept = self._trash.newest(f"{collection.path}/{number}", store=self._run.store)
        if kept is None:
            return errors.Changed(f"{label} was deleted since.", hint="This machine's trash doesn't have it.")
        where = f"is kept in the trash: crmcli trash restore {kept.number}"
        if kept.became:
            where = f"restored as number {kept.became}"
        return errors.Changed(f"{label} was deleted since, and {where}.", hint="Restored, it has a new number.")

    @contextmanager
    def _sending(self, action: Action, row: RunRow) -> Iterator[None]:
        if action.sends:
            with self._delivery.together(
                part=action.part,
                row=(self._run.key, row.at),
                alone=self._run.rows == 1,
                check=lambda: self._check(action),
            ):
                yield
        else:
            yield

    def _prepare(self, action: Action, row: RunRow) -> None:
        """What is made is not shown to `_seen`: it is looked at, and written down, before it leaves."""
        if not action.sends:
            return
        if row.state == WAITING:
            self._journal.starting(self._run, row.at, after=action.values)
        elif row.state == FAILED:  # no longer: should this try be killed, `resume` must take it up
            after = row.after or action.values
            self._journal.starting(
                self._run, row.at, before=row.before, after=after, ticket=action.number, whole=row.whole
            )

    def _check(self, action: Action) -> Callable[[], None] | None:
        """Whether the ticket is as a plan has it, right before the message leaves, and once it is connected. Raises Changed."""
        if not action.expected:
            return None
        expected = action.expected

        def as_planned(whole: Row) -> None:
            actions.as_expected(expected, whole, digest=action.digest, look=self._look)

        return self._crm.tickets.latest(action.number or 0, as_planned)

    def _seen(self, action: Action, row: RunRow, found: Row) -> None:
        """Shown the object right before it is changed: whether it is as it should be, and anything is left to do."""
        wanted = action.wanted
        if row.before:
            is_as_before = row.before != wanted and all(found.get(name) == row.before[name] for name in row.before)
            if not is_as_before and all(same(found.get(name), value) for name, value in wanted.items()):
                raise _Already
            actions.as_expected(row.before, found, digest="", look=self._look)
        elif not action.sends:
            actions.as_expected(action.expected or {}, found, digest=action.digest, look=self._look)
        if self._is_early(row) and (row.before or action.do == "delete"):
            raise _Early
        if not self._is_told and (said := mails.lacks_email(action, found)):
            self._is_told = True
            self._warn(said)
        before = {name: found.get(name) for name in wanted}
        whole = actions.fields_of(action, found)
        ticket = action.number if whole else None
        self._journal.starting(self._run, row.at, before=before, after=wanted, ticket=ticket, whole=whole)

    def _is_early(self, row: RunRow) -> bool:
        """Whether a try of this row that nobody saw the end of may have been sent just now.

        When it was is not known: a write is written down, and may then wait for the rate that the store allows. Nor can
        the clock tell that it was long ago: it may have been set since.
        """
        return row.state == STARTED and time.monotonic() < self._until

    def _failed(self, row: RunRow, failure: errors.CrmError, told: Sequence[Told]) -> None:
        if isinstance(errors.cause_of(failure), errors.ENDING):
            return  # it is as it was before, or may have been sent: `resume` takes it up
        states = ((errors.Changed, SKIPPED), (errors.Unsure, UNSURE))
        state = next((state for cause, state in states if isinstance(failure, cause)), FAILED)
        self._ended(row, state, told, reason=failure.message)

    def _ended(self, row: RunRow, state: str, told: Sequence[Told], *, reason: str = "") -> None:
        with self._lock:
            self.done += state == DONE
        acks = [ack for done, _ in told for ack in done.raw]
        try:
            self._journal.ended(self._run, row.at, state, reason=reason, acks=acks)
        except errors.BadConfig as fault:  # what is done stays done, though it can't be written down
            self._warn(fault.message)
