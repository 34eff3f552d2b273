"""`crmcli doctor`: each thing that can be wrong is told with what to do, and the exit code is the first failure's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PRIVATE_KEY, TOKEN, Result, Run, Sandbox


def states(result: Result) -> dict[str, str]:
    return {row["check"]: row["state"] for row in result.json}


def test_all_is_well(shop: Sandbox, run: Run, profile_file: Path) -> None:
    result = run("doctor", "--json")
    assert (result.code, result.err) == (0, "")
    assert set(states(result).values()) == {"ok"}
    assert "in use now" not in result.out
    assert not shop.asked("POST", "PUT", "DELETE")
    shown = run("doctor", terminal=True)
    assert (shown.code, shown.out.count("✓")) == (0, len(result.json))


@pytest.mark.parametrize(
    ("fault", "code", "failed"),
    [
        ("status=401", 4, {"tickets", "departments", "statuses", "replies"}),
        ("status=403,path=/CRM/savedreply", 4, {"replies"}),
        ("status=404", 3, {"tickets"}),
        ("host=store", 3, {"tickets"}),
        ("cut-before", 8, {"tickets"}),
    ],
)
def test_what_fails_is_named(shop: Sandbox, run: Run, fault: str, code: int, failed: set[str]) -> None:
    if fault.startswith("host"):
        shop.switch(fault)
    else:
        shop.fault(fault)
    result = run("doctor", "--json")
    assert result.code == code
    rows = {row["check"]: row for row in result.json if row["state"] == "failed"}
    assert set(rows) == failed
    assert all(row["hint"] for row in rows.values())
    assert PRIVATE_KEY not in result.out + result.err
    assert TOKEN not in result.out + result.err


@pytest.mark.parametrize("command", ["doctor", "profiles check"])
def test_a_store_that_can_not_count_is_well(shop: Sandbox, run: Run, command: str) -> None:
    inner: Any = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        if "countonly" in environ["QUERY_STRING"]:
            environ["PATH_INFO"] += "/nothing"
        return inner(environ, start_response)

    shop.server.app = app
    result = run(*command.split(), "--json")
    assert (result.code, result.err) == (0, "")


def test_no_profile_and_an_unsafe_one(run: Run, profile_file: Path) -> None:
    profile_file.chmod(0o644)
    result = run("doctor", "--json")
    assert (result.code, states(result)) == (3, {"profile": "failed", "files": "ok"})
    assert "chmod" in result.out
    profile_file.unlink()
    assert run("doctor").code == 3


@pytest.mark.parametrize(("minutes", "state"), [(0, "ok"), (-30, "warning"), (30, "warning")])
def test_the_clock(shop: Sandbox, run: Run, minutes: int, state: str) -> None:
    inner: Any = shop.server.app

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)

        def with_date(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            return start_response(status, [each for each in headers if each[0] != "Date"] + [("Date", date)])

        return inner(environ, with_date)

    shop.server.app = app
    result = run("doctor", "--json")
    assert (result.code, states(result)["clock"]) == (0, state)


def test_an_open_send_and_a_full_bucket_are_warned_of(shop: Sandbox, run: Run, profile_file: Path) -> None:
    with profile_file.open("a") as stream:
        stream.write("rate_limit = { burst = 4, per_second = 200 }\n")
    shop.fault("cut-after,method=POST,times=1")

    def see(asked: dict[str, Any]) -> None:
        if asked["REQUEST_METHOD"] == "POST":
            shop.app.faults.add("status=503,method=GET")

    shop.between(see)
    assert run("messages", "create", "1", "--text", "x").code == 10
    shop.fault()
    result = run("doctor", "--json")
    assert result.code == 0
    assert states(result)["outbox"] == "warning"
    assert "4 at once and 200 a second" in result.out


def test_the_outbox_is_told_as_its_list_has_it(shop: Sandbox, run: Run, profile_file: Path) -> None:
    """The list has the entries of all profiles, says whose each is, and doctor counts the others'."""
    shop.fault("status=400,method=POST")
    assert run("messages", "create", "4", "--text", "Hello", "-p", "main").code == 6
    assert run("messages", "create", "5", "--text", "Hello", "-p", "main").code == 6
    (row,) = [row for row in run("-p", "demo", "doctor", "--json").json if row["check"] == "outbox"]
    assert row["message"] == "nothing is left to settle; of other stores 'crmcli outbox list' has 2 more"
    (row,) = [row for row in run("-p", "main", "doctor", "--json").json if row["check"] == "outbox"]
    assert row["message"] == "2 were not sent"
    assert row["hint"] == "See 'crmcli -p main outbox list'; 'crmcli -p main outbox resend' or 'forget' settles it."
    heads, first, *_ = run("outbox", "list", "-o", "table", "--fields", "number,profile").lines
    assert (heads.split(), first.split()) == (["ID", "Profile"], ["1", "main"])
