"""An update that the store carried out, and answered as if it had not, is told as done; and none as undone that may be done."""

from __future__ import annotations

from typing import Any

import pytest

from crmcli.sandbox.objects import DEPARTMENT, MESSAGE, REPLY, STATUS, TICKET, Object
from tests.conftest import Run, Sandbox

UPDATE = ("tickets", "update", "4", "--subject", "New")
PAGE = "<html><title>Log in</title></html>"
ANSWERS: dict[str, tuple[int, str]] = {
    "302": (302, ""),
    "400": (400, "x"),
    "401": (401, ""),
    "403": (403, PAGE),
    "404": (404, ""),
    "410": (410, ""),
    "429": (429, ""),
    "500": (500, ""),
    "502": (502, PAGE),
    "200": (200, PAGE),
    "ack": (200, '[{"Key": "Error", "Value": "", "Status": "400", "Message": "no"}]'),
}


def answer(shop: Sandbox, which: str, *, works: bool) -> None:
    status, body = ANSWERS[which]
    shop.answer(status, body, "PUT", works=works, Location="/login", Retry_After="0")


@pytest.mark.parametrize("which", ANSWERS)
def test_what_was_done_is_told_as_done(shop: Sandbox, run: Run, which: str) -> None:
    answer(shop, which, works=True)
    result = run(*UPDATE, "--json")
    assert (result.code, (shop.store.row(TICKET, 4) or {})["Subject"]) == (0, "New")
    said = f"PUT /CRM/4 was answered with {400 if which == 'ack' else ANSWERS[which][0]}"
    assert said in result.err
    assert said in result.json[0]["Message"]
    assert "ticket 4 has what was sent all the same: it is updated" in result.err
    assert len(shop.asked("PUT")) == 1


@pytest.mark.parametrize("which", ANSWERS)
def test_what_was_not_done_is_refused_as_ever(shop: Sandbox, run: Run, which: str) -> None:
    answer(shop, which, works=False)
    result = run(*UPDATE, "--json")
    assert (result.code != 0, (shop.store.row(TICKET, 4) or {})["Subject"]) == (True, "Subject 4")
    assert "may" not in result.error["message"]
    assert "all the same" not in result.err


@pytest.mark.parametrize("which", ["400", "404", "429", "302"])
def test_what_cannot_be_seen_afterwards_may_be_done(shop: Sandbox, run: Run, which: str) -> None:
    answer(shop, which, works=True)

    def see(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "PUT":
            shop.fault("status=500,method=GET")

    shop.between(see)
    one = run(*UPDATE)
    assert one.code != 0
    assert "may be updated" in one.err
    assert "Nothing was written" not in one.err
    shop.fault()
    reply = run("tickets", "reply", "5", "--text", "Hi", "--status", "Answered", "--yes")
    assert (reply.code, "its status may not be changed" in reply.err) == (9, True)


@pytest.mark.parametrize("which", ANSWERS)
def test_the_status_of_a_reply(shop: Sandbox, run: Run, which: str) -> None:
    answer(shop, which, works=True)
    result = run("tickets", "reply", "4", "--text", "Hi", "--status", "Answered", "--yes")
    assert (result.code, (shop.store.row(TICKET, 4) or {})["StatusID"]) == (0, 2)
    assert "Status of ticket 4 is Answered now" in result.out
    assert "it is updated" in result.err
    assert sum(row["Message"] == "Hi" for row in shop.store.rows(MESSAGE)) == 1


@pytest.mark.parametrize("which", ["302", "401", "429", "404", "500"])
def test_the_rows_of_a_run(shop: Sandbox, run: Run, which: str) -> None:
    answer(shop, which, works=True)
    result = run("tickets", "update", "4", "5", "--status", "Answered", "-o", "ids")
    assert (result.code, result.lines, result.err.count("it is updated")) == (0, ["4", "5"], 2)
    assert [row["state"] for row in run("runs", "show", "1", "--json").json] == ["done", "done"]


def test_a_plan_is_not_held_against_its_own_update(shop: Sandbox, run: Run, tmp_path: Any) -> None:
    """The store asks to slow down, after the work: what is read before the next try is what this one wrote."""
    plan = str(tmp_path / "a.plan")
    assert run(*UPDATE, "--plan", plan).code == 0
    answer(shop, "429", works=True)
    result = run("apply", plan)
    assert (result.code, len(shop.asked("PUT"))) == (0, 1)


@pytest.mark.parametrize("which", ["302", "400", "404", "429", "500"])
@pytest.mark.parametrize(
    ("words", "kind", "number", "field"),
    [
        ("replies update 1 --title New", REPLY, 1, "Title"),
        ("departments update 1 --name New", DEPARTMENT, 1, "Name"),
        ("statuses update 1 --name Newer", STATUS, 2, "StatusName"),
    ],
)
def test_other_nouns(shop: Sandbox, run: Run, which: str, words: str, kind: Object, number: int, field: str) -> None:
    answer(shop, which, works=True)
    result = run(*words.split())
    assert (result.code, "it is updated" in result.err) == (0, True)
    assert (shop.store.row(kind, number) or {})[field] == words.rsplit(maxsplit=1)[-1]
