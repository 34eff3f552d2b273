"""Dates at both ends of the calendar, which no other zone may have: .NET's least and greatest, among others."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from tests.conftest import Run, Sandbox

COMMANDS = (
    "messages create 1 --text 'Text of message 11'",
    "messages list 1 -o table",
    "tickets get 1",
    "tickets list -o table",
    "tickets list --checkpoint far",
    "tickets list --checkpoint far",
    "tickets stats",
    "tickets create --customer-email ann@example.com --subject 'Subject 1'",
    "tickets update 1 --status Answered",
    "doctor",
)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(
    "date", ["9999-12-31T23:59:59", "12/31/9999 11:59:59 PM", "0001-01-01T00:00:00", "0002-01-01T00:00:00"]
)
def test_dates_at_the_ends_of_the_calendar_break_nothing(
    shop: Sandbox, run: Run, zone: str, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_TIMEZONE", zone)
    inner = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "GET":
            return inner(environ, start_response)
        began: list[Any] = []

        def begin(*args: Any) -> Any:
            began.extend(args)

        body = b"".join(inner(environ, begin))
        far = re.sub(rb'("Date\w+": ?)"[^"]*"', lambda found: found[1] + f'"{date}"'.encode(), body)
        headers = [(name, value) for name, value in began[1] if name.lower() != "content-length"]
        start_response(began[0], [*headers, ("Content-Length", str(len(far)))])
        return [far]

    shop.server.app = app
    for command in COMMANDS[:1] if "/" in date else COMMANDS:
        told = run(*shlex.split(command))
        assert "crmcli itself" not in told.err, command
        assert told.code == 0, (command, told.err)
