"""Answers of others than the store, on the store's own host: told as theirs, not as a wrong address or wrong keys."""

from __future__ import annotations

import shlex
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from crmcli import errors
from crmcli.api import retry
from crmcli.api.retry import Pace
from tests import between
from tests.between import listening
from tests.conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run, Sandbox

REAL = "apirest.3dcart.com"
PAGE = "<html><head><title>Guest login</title></head><body>Welcome</body></html>"
Says = Callable[[str], None]


@pytest.fixture
def real_host(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Says]:
    """The API's own host, as a network has it that answers everything by itself; says what it answers."""
    authority = between.authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(REAL).configure_cert(context)
    authority.cert_pem.write_to_path(str(home / "ca.pem"))
    said: list[str] = []

    def serve(came: object) -> None:
        while came.recv(65536):  # type: ignore[attr-defined]
            came.sendall(said[-1].encode())  # type: ignore[attr-defined]

    with (
        listening(serve) as server,
        listening(between.encrypted(context, server.port)) as tls,
        listening(between.http_proxy(tls.port, [])) as proxy,
    ):
        for name, value in {
            "SSL_CERT_FILE": str(home / "ca.pem"),
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}",
            "CRMCLI_SECURE_URL": SECURE_URL,
            "CRMCLI_PRIVATE_KEY": PRIVATE_KEY,
            "CRMCLI_TOKEN": TOKEN,
        }.items():
            monkeypatch.setenv(name, value)
        yield said.append


def says(status: int, body: str = PAGE, **headers: str) -> str:
    lines = [f"HTTP/1.1 {status} As told", f"Content-Length: {len(body)}", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join([*lines, "", body])


@pytest.mark.parametrize(
    ("answer", "code", "kind", "told"),
    [
        (
            says(302, "", Location="https://login.hotel.example/?to=x"),
            8,
            "network",
            "redirect (302) to https://login.hotel",
        ),
        (says(200), 1, "store", "a web page, “Guest login”, and not by the API"),
        (says(403), 4, "auth", "a web page, “Guest login” (403)"),
        (says(401), 4, "auth", "a web page, “Guest login” (401)"),
        (says(407), 8, "network", "a proxy asks for a name and a password (407)"),
        (says(511), 8, "network", "the network asks to sign in first (511)"),
    ],
    ids=["login page", "guest page", "web filter", "login page of a proxy", "proxy behind TLS", "captive portal"],
)
@pytest.mark.parametrize("command", ["tickets list", "tickets get 1", "messages create 1 --text Hi", "doctor"])
def test_who_answers_in_the_stores_place(
    real_host: Says, run: Run, command: str, answer: str, code: int, kind: str, told: str
) -> None:
    real_host(answer)
    result = run(*shlex.split(command), "--json")
    assert (result.code, result.error["kind"]) == (code, kind)
    said = result.out + result.err
    assert told in said
    assert "A network's login page, a proxy or a web filter" in said
    assert "base_url" not in said
    assert "refused the keys" not in said
    assert "store failed" not in said


def test_a_page_of_another_host_may_be_a_wrong_address(shop: Sandbox, run: Run) -> None:
    shop.answer(200, PAGE, "GET")
    error = run("tickets", "list", "--json").error
    assert error["hint"].startswith(f"Is base_url the API's address? It is {shop.server.base_url}.")


@pytest.mark.parametrize("said", ["1.5", "1.500", " 2 ", "0.25", "1."])
def test_a_retry_after_may_have_a_fraction(said: str) -> None:
    wait = Pace().wait(1, retry_after=said)
    assert wait is not None
    assert float(said) <= wait <= float(said) + 0.25


def test_a_date_is_understood_by_the_answers_own_clock() -> None:
    store = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    later = format_datetime(store + timedelta(seconds=90), usegmt=True)
    assert retry.asked(later, date=format_datetime(store, usegmt=True)) == 90
    assert retry.asked(later, date="nonsense") is not None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("90", "asks for 90 seconds of rest"),
        ("61.5", "asks for 62 seconds of rest"),
        ("180", "asks for 3 minutes of rest"),
        ("7200", "asks for 120 minutes of rest"),
        ("10000", "asks for 3 hours of rest"),
        ("999999", "asks for 12 days of rest"),
        ("", "Wait a minute"),
        ("soon", "Wait a minute"),
    ],
)
@pytest.mark.parametrize("command", ["tickets list", "departments update 1 --name X"])
def test_how_long_to_wait_is_said_as_the_store_says_it(
    shop: Sandbox, run: Run, command: str, said: str, told: str
) -> None:
    headers: dict[str, Any] = {"Retry_After": said} if said else {}
    shop.answer(429, "", "GET", "PUT", **headers)
    result = run(*shlex.split(command), "--json")
    assert result.code == 7
    assert told in result.error["hint"]
    assert ("Wait a minute" in result.error["hint"]) == (told == "Wait a minute")


def test_a_store_that_fails_says_when_it_is_back(shop: Sandbox, run: Run) -> None:
    shop.answer(503, "", "GET", Retry_After="300")
    error = run("tickets", "list", "--json").error
    assert (error["kind"], error["hint"]) == ("store", "The store asks for 5 minutes of rest: run it again then.")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("It is so..", "It is so."),
        ("It can't be read: “It is so.”.", "It can't be read: “It is so.”"),
        ("Is it so?.", "Is it so?"),
        ("And so on...", "And so on..."),
        ("And so on….", "And so on…"),
        ("It is so.", "It is so."),
        ("It is", "It is"),
        ("", ""),
    ],
)
def test_a_message_ends_in_one_full_stop(message: str, told: str) -> None:
    assert errors.StoreFailed(message).message == str(errors.StoreFailed(message)) == told


def test_no_message_of_the_stores_words_ends_in_two(shop: Sandbox, run: Run) -> None:
    shop.answer(200, '[{"Message":"It could not be done."}]', "GET")
    error = run("tickets", "get", "1", "--json").error
    assert error["message"].endswith("it is an error, “It could not be done.”")
