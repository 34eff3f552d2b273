"""`crmcli api`: any call, for the profile's host alone, and no way round the outbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.api.anything import split
from crmcli.errors import BadUsage
from crmcli.sandbox.objects import TICKET
from tests.conftest import Run, Sandbox


def test_a_read_is_printed_as_it_came(shop: Sandbox, run: Run) -> None:
    assert run("api", "GET", "/CRM/1").json[0]["CrmID"] == 1
    assert run("api", "get", "crm", "-f", "limit=2", "-o", "jsonl").out.count("\n") == 2
    assert run("api", "GET", "/3dCartWebAPI/v1/CRM?limit=1").json[0]["CrmID"] == 1
    assert run("api", "GET", "/CRM/4711", "--json").error["status"] == 404
    assert run("api", "GET", "/CRM/4711").code == 5


def test_all_walks_the_pages(sandbox: Sandbox, run: Run) -> None:
    rows = run("api", "GET", "/CRM", "--all").json
    assert [row["CrmID"] for row in rows] == [row["CrmID"] for row in sandbox.store.rows(TICKET)]
    assert run("api", "GET", "/CRM?limit=3", "--all").code == 2


def test_what_is_not_json_is_text(shop: Sandbox, run: Run) -> None:
    shop.answer(200, "<b>\x1b[31mhello", "GET", Content_Type="text/html")
    assert run("api", "GET", "/CRM/1").code in (0, 1)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/CRM/1/message", "Message=Hello"), ("/crm", "CustomerEmail=x@example.com"), ("/CRM/savedReply/", "Title=T")],
)
def test_what_makes_something_goes_through_the_outbox(shop: Sandbox, run: Run, path: str, body: str) -> None:
    more = ["-f", "Message=M"] if "Title" in body else []
    shop.fault("cut-after,method=POST,times=1")
    result = run("api", "POST", path, "-f", body, *more)
    assert result.code == 0
    assert "nothing was sent again" in result.err
    assert len(shop.asked("POST")) == 1
    assert len(run("outbox", "list", "--all", "-o", "ids").lines) == 1


@pytest.mark.parametrize("number", ["+42", "042", "0" * 20 + "42", "-1", "0", "4_2", "0x2a", "42.0", "4,2", "9" * 19])
def test_a_write_names_numbers_by_plain_digits(shop: Sandbox, run: Run, number: str) -> None:
    """A store may read them all as 42, and a send must not get past the outbox."""
    for words in (
        ["POST", f"/CRM/{number}/message", "-f", "Message=hello"],
        ["POST", f"/3dCartWebAPI/v1/crm/{number}/MESSAGE/", "-f", "Message=hello"],
        ["PUT", f"/CRM/{number}", "-f", "Subject=x"],
        ["PUT", f"/CRM/department/{number}", "-f", "Name=x"],
        ["DELETE", f"/CRM/{number}", "--yes"],
    ):
        assert run("api", *words).code == 2, words
    assert not shop.asked()


@pytest.mark.parametrize("setting", ["read_only = true", "send = false"])
def test_a_profile_that_must_not_mail_does_not(shop: Sandbox, run: Run, profile_file: Path, setting: str) -> None:
    profile_file.write_text(profile_file.read_text() + setting + "\n")
    assert run("api", "POST", "/CRM/1/message", "-f", "Message=x").code == 3
    assert run("api", "POST", "/CRM/unknown", "-f", "Message=x").code == 3
    assert not shop.asked("POST")


def test_writes(shop: Sandbox, run: Run) -> None:
    assert run("api", "PUT", "/CRM/1", "--data", '{"StatusID": 2}', "-f", "CustomerEmail=a@example.com").code == 0
    assert shop.bodies()[-1] == {"StatusID": 2, "CustomerEmail": "a@example.com"}
    assert run("api", "DELETE", "/CRM/1").code == 2
    assert run("api", "DELETE", "/CRM/1", "--yes", "--dry-run").code == 0
    assert not shop.asked("DELETE")
    assert run("api", "DELETE", "/CRM/1", "--yes").code == 0
    assert not shop.store.row(TICKET, 1)


@pytest.mark.parametrize(
    "words",
    [
        ["PATCH", "/CRM"],
        ["GET", "/CRM", "--data", "{}"],
        ["PUT", "/CRM/1", "--all"],
        ["GET", "/CRM", "-f", "limit"],
        ["PUT", "/CRM/1?x=1", "-f", "a=1"],
    ],
)
def test_wrong_words_send_nothing(shop: Sandbox, run: Run, words: list[str]) -> None:
    assert run("api", *words).code == 2
    assert not shop.asked()


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/CRM",
        "//evil.example/CRM",
        "/CRM/../../x",
        "/CRM/./1",
        "\\evil",
        "/CRM/%2e%2e/x",
        "",
        "/",
        "/a b",
    ],
)
def test_keys_go_to_the_profiles_host_alone(shop: Sandbox, run: Run, path: str) -> None:
    assert run("api", "GET", path).code == 2
    assert not shop.asked()


@given(path=st.text())
def test_any_text_is_a_plain_path_or_refused(path: str) -> None:
    try:
        found, _ = split(path)
    except (BadUsage, ValueError):
        return
    assert found.startswith("/")
    assert not found.startswith("//")
    assert ".." not in found.split("/")


def test_a_path_that_is_not_there_is_doubted(run: Run, sandbox: Sandbox) -> None:
    missed = run("api", "GET", "/Nope")
    assert missed.code == 5
    assert missed.err.splitlines()[-1].startswith("Hint: See whether the path is right, as /CRM,")
