"""Every date is in the store's zone, those of what is kept on this machine included."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from .conftest import Run, Sandbox

ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago")


@pytest.fixture(params=ZONES)
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine is in a zone that is far from the store's."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", str(request.param))
        time.tzset()
        yield str(request.param)
    time.tzset()


def is_now(text: str, zone: str) -> bool:
    now = datetime.now(ZoneInfo(zone)).replace(tzinfo=None)
    return abs(datetime.fromisoformat(text) - now) < timedelta(minutes=5)


@pytest.mark.parametrize("store", [None, "Asia/Tokyo"])
def test_what_is_kept_here_is_dated_as_the_store_dates(
    shop: Sandbox, run: Run, here: str, store: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store:
        monkeypatch.setenv("CRMCLI_TIMEZONE", store)
    assert run("messages", "create", "4", "--text", "Hello").code == 0
    assert run("tickets", "delete", "5", "--yes").code == 0
    dates = [
        run("runs", "list", "--json").json[0]["made"],
        run("outbox", "list", "--all", "--json").json[0]["made"],
        run("outbox", "show", "1", "--json").json["made"],
        run("trash", "list", "--json").json[0]["deleted"],
    ]
    assert [is_now(date, store or "America/New_York") for date in dates] == [True] * 4


def test_an_outbox_without_a_profile_is_dated_by_this_machine(
    shop: Sandbox, run: Run, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("messages", "create", "4", "--text", "Hello").code == 0
    monkeypatch.delenv("CRMCLI_SECURE_URL")
    found = run("outbox", "list", "--all", "--json")
    assert (found.code, is_now(found.json[0]["made"], here)) == (0, True)


def test_no_secret_is_asked_for_to_tell_the_hour(shop: Sandbox, run: Run, profile_file: Path, tmp_path: Path) -> None:
    assert run("messages", "create", "4", "--text", "Hello").code == 0
    text = profile_file.read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("token")]
    profile_file.write_text(
        "\n".join([*lines, f'token_command = "touch {tmp_path}/asked"', 'timezone = "Asia/Tokyo"\n'])
    )
    found = run("outbox", "list", "--all", "--json")
    assert (found.code, is_now(found.json[0]["made"], "Asia/Tokyo")) == (0, True)
    assert not (tmp_path / "asked").exists()


def test_every_count_of_a_run_is_shown(shop: Sandbox, run: Run) -> None:
    assert run("tickets", "update", "4", "--subject", "Spam").code == 0
    head, row = run("runs", "list", "-o", "table").lines
    assert (head.split()[4:8], row.split()[5:9]) == (["Done", "Failed", "Skipped", "Left"], ["1", "0", "0", "0"])
