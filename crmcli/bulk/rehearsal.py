"""A run that is only shown: the requests that it would send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING

from crmcli import errors
from crmcli.bulk import actions
from crmcli.bulk.actions import Action, Row

if TYPE_CHECKING:
    from crmcli.output.cells import Look
    from crmcli.state import State


def rehearse(state: State, todo: Sequence[Action]) -> None:
    """Print the requests that these are, and send none. Raises as `work.carry_out`."""
    is_list = len(todo) != 1 or todo[0].do == "reply"
    failed = 0
    with state.output.results.together() if is_list else nullcontext():
        for action in todo:
            try:
                for ack, noun in actions.carried_out(action, state.crm, _expecting(action, state.output.look)):
                    state.tell(ack, noun=noun)
            except errors.ENDING:
                raise
            except errors.CrmError as failure:
                if len(todo) == 1:
                    raise
                failed += 1
                state.output.failures.row(failure, label=action.label, line=action.line)
    if failed:
        raise errors.Partial(f"{failed:,} of {len(todo):,} would fail.", hint="This was a dry run: nothing was sent.")


def _expecting(action: Action, look: Look | None) -> Callable[[Row], None]:
    return lambda row: actions.as_expected(action.expected or {}, row, digest=action.digest, look=look)
