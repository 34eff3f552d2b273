"""Many things in one run: what is to be done with each, carried out by a few workers, row by row, through the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmcli.bulk import build, deletes, mails
from crmcli.bulk.actions import Action
from crmcli.bulk.work import carry_out

if TYPE_CHECKING:
    from crmcli.state import State

__all__ = ["build", "deletes", "mails", "run"]


def run(state: State, todo: Sequence[Action], *, command: str, plan: str | None = None) -> None:
    """Do all of this as a run called `command`; or, with `plan`, write into that file what would change.

    Raises as `work.carry_out` and `plans.write` do.
    """
    if plan is None:
        carry_out(state, todo, command=command)
        return
    from crmcli.bulk import plans

    plans.write(state, todo, plan)
