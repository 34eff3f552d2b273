"""`crmcli doctor`: what is well and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmcli import doctor as checkup
from crmcli.options import lone, verb
from crmcli.output.columns import DOCTOR
from crmcli.state import State

app = lone()


@verb(app, "doctor", example="crmcli doctor -p main")
def doctor(state: State) -> None:
    """Check profile, host, proxy, TLS, rights, senders, clock, rate and outbox, and say what to do where something is wrong.

    Sends nothing but a few reads. The exit code is that of the first check that failed; a warning is no failure.
    """
    found = []

    def rows() -> Iterator[dict[str, Any]]:
        for check in checkup.checks(state):
            found.append(check)
            yield check.row

    state.output.checks(rows(), DOCTOR)
    checkup.conclude(found)
