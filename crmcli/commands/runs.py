"""`crmcli runs`: what commands changed, row by row; to go on with what was stopped, and to put back what was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmcli import inputs
from crmcli.options import Yes, noun, verb
from crmcli.output.kept import RUN_ROWS, RUNS
from crmcli.state import State

if TYPE_CHECKING:
    from crmcli.runs.journal import Run, RunRow

app = noun("Runs: what commands changed, row by row.")

Number = Annotated[str, typer.Argument(help="The run's number.", metavar="ID")]


@verb(app, "list", example="crmcli runs list")
def list_(state: State) -> None:
    """List the runs at this store; the newest last. One that was stopped can be gone on with."""
    state.output.local([_row(state, run) for run in state.journal.runs(store=state.settings.store)], RUNS)


@verb(app, "show", example="crmcli runs show 1")
def show(state: State, number: Number) -> None:
    """Show the rows of a run: what each changed, from what to what, and what became of it."""
    run = state.journal.get(inputs.number(number, noun="run"))
    state.output.local([_run_row(row) for row in state.journal.rows(run)], RUN_ROWS)


@verb(app, "resume", writes=True, resends=True, example="crmcli runs resume 2")
def resume(
    state: State,
    number: Number,
    *,
    failed: Annotated[bool, typer.Option("--failed", help="What failed is tried again, too.")] = False,
    yes: Yes = False,
) -> None:
    """Go on with a run that was stopped. Each row is done once: what may have been done already is looked at first."""
    from crmcli.bulk import undo

    undo.resume(state, inputs.number(number, noun="run"), failed=failed, yes=yes)


@verb(app, "undo", writes=True, example="crmcli runs undo 1")
def undo(state: State, number: Number) -> None:
    """Put back what a run changed, where it is as the run left it. What was sent can't be taken back."""
    from crmcli.bulk import undo as back

    back.undo(state, inputs.number(number, noun="run"))


def _row(state: State, run: Run) -> dict[str, Any]:
    return {
        "number": run.number,
        "command": run.command,
        "state": run.standing,
        "rows": run.rows,
        "done": run.counts.get("done", 0),
        "failed": run.counts.get("failed", 0),
        "skipped": run.counts.get("skipped", 0),
        "left": run.left,
        "made": state.moment(run.made),
        "profile": run.profile,
    }


def _run_row(row: RunRow) -> dict[str, Any]:
    from crmcli.bulk.actions import Action

    action = Action.of(row.action)
    return {
        "at": row.at,
        "line": action.line,
        "what": action.label,
        "do": action.do,
        "state": row.state,
        "before": row.before,
        "after": row.after or action.values,
        "reason": row.reason,
    }
