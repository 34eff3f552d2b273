"""What a run tells as it goes: a line for what is done, a line for what failed, a bar, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING

from crmcli import errors
from crmcli.bulk.actions import Action, Told, together
from crmcli.output.failures import place
from crmcli.runs.journal import UNFINISHED, Run, RunRow

if TYPE_CHECKING:
    from crmcli.output.progress import Bar
    from crmcli.state import State

QUIET = 10
"""Rows up to which a terminal is told of each; of more it sees the bar, what failed, and the end."""
_NAMED = 10
_MAILS_NOTHING = ", and mails no message twice"
_LOST_IN_A_ROW = 3
"""Connections lost one after the other: then it is not the row."""


class Report:
    """Tells of the rows of a run, in their order: those in the states that are `wanted`, so many in `total`.

    `fatal` is what ended it before its last row. `done` says how many are done, told or not.
    """

    def __init__(  # noqa: PLR0913  # all of it is known before the first row
        self, state: State, run: Run, first: RunRow, *, wanted: Sequence[str], total: int, done: Callable[[], int]
    ) -> None:
        self._state = state
        self._run = run
        self._wanted = wanted
        self._total = total
        self._done = done
        self._last = first
        self._many = total != 1
        action = Action.of(first.action)
        self._is_list = self._many or action.line is not None or action.do == "reply"  # which makes two things
        self._is_calm = total > QUIET and state.output.is_read
        self._bar: Bar | None = None
        self._told = 0
        self._failures: list[errors.CrmError] = []
        self._lost = 0
        self._any_done = self._is_cut = False
        self.fatal: errors.CrmError | None = None
        self.interrupted: errors.Interrupted | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Within it rows are told."""
        output = self._state.output
        with output.results.together() if self._is_list else nullcontext(), output.bar(self._total) as self._bar:
            yield

    def ends(self, failure: errors.CrmError | None) -> bool:
        """Told what failed, or that nothing did, as each row comes to its end: whether no more of them should be tried."""
        cause = failure and errors.cause_of(failure)
        is_lost = isinstance(cause, errors.NetworkFailed)
        self._lost = self._lost + 1 if is_lost else 0
        self._any_done = self._any_done or failure is None
        if isinstance(cause, errors.AuthFailed | errors.BadConfig | errors.RateLimited) or (
            is_lost and (not self._any_done or self._lost == _LOST_IN_A_ROW)
        ):
            self.fatal = self.fatal or failure
        return self.fatal is not None

    def row(self, row: RunRow, told: Sequence[Told], failure: errors.CrmError | None) -> None:
        """Tell of one row: what was done, and what failed."""
        action = Action.of(row.action)
        self._told += 1
        self._last = row
        if self._bar and (failure or not self._is_calm or any(ack.odd for ack, _ in told)):
            self._bar.clear()
        for ack, noun in told:
            if not self._is_calm:
                self._state.tell(ack, noun=noun, line=action.line)
            elif ack.odd:
                self._state.output.warn(ack.odd)
        if failure:
            self._failed(action, failure)
        if self._bar:
            self._bar.advance(failed=failure is not None)

    def interrupt(self, by: KeyboardInterrupt | errors.Interrupted, *, is_underway: bool) -> None:
        """No more rows are begun; `is_underway` says that some come to their end, which is waited for."""
        self._is_cut = self.interrupted is not None
        if self.interrupted is None:
            self.interrupted = by if isinstance(by, errors.Interrupted) else errors.Interrupted("Interrupted.")
        if is_underway:
            if self._bar:
                self._bar.clear()
            self._state.output.note("Interrupted: what is under way comes to its end. Once more, and it is left.")

    def end(self) -> None:
        """How the run ended. Raises Interrupted, what failed where there was one row, and Partial where some rows failed."""
        done = self._told - len(self._failures)
        go_on = f"Go on with: crmcli runs resume {self._run.number}"
        if self.interrupted:
            if self._many:
                # That nothing of its row was sent says nothing of the others; that it may have been does.
                said = self.interrupted.message if self.interrupted.hint else "Interrupted."
                looks = f"'crmcli runs resume {self._run.number}' looks at those that were under way, and goes on."
                some, hint = (", and some may be", looks) if self._is_cut else ("", go_on)
                done = max(done, self._done())
                if self._is_over():
                    some, hint = "", f"Nothing is left to do: see 'crmcli runs show {self._run.number}'."
                self.interrupted.message = f"{said} {done:,} of {self._total:,} are done{some}."
                if self.interrupted.is_sent or not self.interrupted.hint:  # going on does the other half, too
                    self.interrupted.hint = hint
                elif not self._is_over():
                    self.interrupted.hint += f" {looks}"
                self.interrupted.is_sent = False  # the others' text is still to be sent
            raise self.interrupted
        if self.fatal:
            raise self._ended_early(self.fatal, done, go_on)
        if not self._failures:
            if self._many:
                self._state.output.note(f"{done:,} of {self._total:,} done (run {self._run.number}).")
            return
        if not self._many:
            raise self._alone(self._failures[0])
        raise self._some_failed(done)

    @property
    def _halves(self) -> int:
        """How many rows were done in part: of a reply, say, the message was mailed."""
        return sum(isinstance(failure, errors.HalfDone) for failure in self._failures)

    def _some_failed(self, done: int) -> errors.Partial:
        skipped = sum(isinstance(failure, errors.Changed) for failure in self._failures)
        halves, of = self._halves, f"of {self._total:,}"
        failed = len(self._failures) - skipped - halves
        counted = ((failed, "failed"), (halves, "done in part"), (skipped, "skipped"))
        hint = f"{'The others are done. ' if done else ''}See 'crmcli runs show {self._run.number}'"
        again = f"; 'crmcli runs resume {self._run.number} --failed' tries again{_MAILS_NOTHING * bool(halves)}."
        partial = errors.Partial(
            f"{', '.join(f'{count:,} {of} {what}' for count, what in counted if count)}.",
            hint=hint + (again if failed or halves else "."),
        )
        partial.is_sent = all(failure.is_sent for failure in self._failures)
        return partial

    def _is_over(self) -> bool:
        """Whether nothing of the run is left, as the journal has it: some may be done, and were not told."""
        journal = self._state.journal
        try:
            places = (self._last.at if self._told else 0, 0)  # where it is likely, and then from the beginning
            return all(next(journal.each(self._run, states=UNFINISHED, after=at), None) is None for at in places)
        except errors.BadConfig:
            return False

    def _failed(self, action: Action, failure: errors.CrmError) -> None:
        self._failures.append(failure)
        output = self._state.output
        if self._many and (self._halves or not (failure is self.fatal and self._told == 1)):  # which is raised itself
            output.failures.row(failure, label=action.label, line=action.line)
        if action.line is not None:
            output.results.failed(failure, line=action.line, number=action.number or action.ticket)

    def _alone(self, failure: errors.CrmError) -> errors.CrmError:
        """What failed of a run of one row; where it was said of an "it", or stands in a file, with what that is."""
        action = Action.of(self._last.action)
        if action.line is not None or isinstance(failure, errors.Changed):
            failure.message = place(failure, label=action.label, line=action.line) + failure.message
        return failure

    def _ended_early(self, failure: errors.CrmError, done: int, go_on: str) -> errors.CrmError:
        left = self._total - self._told
        if not done and not self._halves:
            if self._many:
                is_lost = isinstance(failure, errors.NetworkFailed) and not isinstance(failure, errors.NeverArrived)
                known = "No row is known to be done." if is_lost or failure.may_be_done else "Nothing was done."
                failure.details.append(f"{known} {go_on}")
            return failure
        if not self._many:
            return failure
        at = Action.of(self._last.action)
        rest = ""
        if left:
            named = self._waiting() if left <= _NAMED else f"{left:,} more"
            rest = f"; not tried: {named}"
        return errors.Partial(f"Ended at {at.label}{rest}.", hint=go_on)

    def _waiting(self) -> str:
        """What was not begun, in words."""
        try:
            rows = [*islice(self._state.journal.each(self._run, states=self._wanted, after=self._last.at), _NAMED)]
        except errors.BadConfig:
            return "the rest"
        return together(Action.of(row.action) for row in rows)
