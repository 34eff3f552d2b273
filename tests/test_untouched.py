"""A command that failed before it wrote anything says so first: nobody should have to infer whether a mail went out."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.conftest import Run, Sandbox

SENDS = (
    ("tickets", "reply", "4", "--text", "Hello", "--yes"),
    ("messages", "create", "4", "--text", "Hello"),
    ("api", "POST", "/CRM/4/message", "-f", "Message=Hello"),
)
CHANGES = (
    (("tickets", "update", "4", "--subject", "X"), "changed"),
    (("tickets", "delete", "4", "--yes"), "deleted"),
    (("messages", "delete", "1", "11", "--yes"), "deleted"),
    (("departments", "update", "1", "--name", "X"), "changed"),
    (("replies", "delete", "1", "--yes"), "deleted"),
)
ALL = (*((words, "sent") for words in SENDS), *CHANGES)


@pytest.mark.parametrize(("words", "did"), ALL, ids=lambda words: " ".join(words[:2]) if words != str(words) else words)
@pytest.mark.parametrize(("fault", "code"), [("status=503", 1), ("status=401", 4)])
def test_a_read_before_it_that_fails(
    shop: Sandbox, run: Run, words: tuple[str, ...], did: str, fault: str, code: int
) -> None:
    shop.fault(f"{fault},method=GET")
    result = run(*words)
    assert (result.code, shop.asked("POST", "PUT", "DELETE")) == (code, [])
    assert result.err.startswith(f"Error: Nothing was {did}. The store ")
    assert run(*words, "--json").error["message"].startswith(f"Nothing was {did}. The store ")


@pytest.mark.parametrize("words", SENDS, ids=lambda words: " ".join(words[:2]))
def test_no_connection(shop: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CRMCLI_BASE_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}/3dCartWebAPI/v1")
        result = run(*words)
    assert (result.code, result.err.startswith("Error: Nothing was sent. ")) == (8, True), result.err


def test_a_ticket_that_is_not_there(shop: Sandbox, run: Run) -> None:
    assert run("messages", "create", "99", "--text", "Hello").err.startswith("Error: Nothing was sent. No ticket 99.")
    assert run("tickets", "update", "99", "--subject", "X").err.startswith("Error: No ticket 99.")


def test_a_refusal_of_the_send_itself(shop: Sandbox, run: Run) -> None:
    shop.fault("status=401,method=POST")
    assert run(*SENDS[0]).err.startswith("Error: Nothing was sent. The store refused the keys")


def test_it_is_never_said_of_what_may_have_been_done(shop: Sandbox, run: Run) -> None:
    shop.fault("cut-after,method=PUT")
    lost = run("tickets", "update", "4", "--subject", "X")
    assert (lost.code, "Nothing was" in lost.err) == (8, False)
    shop.fault("status=503,method=PUT")
    assert "Nothing was" not in run("tickets", "update", "4", "--subject", "Y").err

    def loses(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.fault("cut-after,method=POST", "status=503,method=GET")

    shop.fault()
    shop.between(loses)
    unsure = run("messages", "create", "4", "--text", "Lost")
    assert (unsure.code, "othing was" in unsure.err) == (10, False)
    shop.fault("status=503,method=GET")
    resumed = run("outbox", "resend", "1", "--yes")
    assert "othing was sent." not in resumed.err
    assert "othing was" not in run("tickets", "get", "4").err
    assert "othing was" not in run("tickets", "update", "4", "--subject", "Z", "--dry-run").err
