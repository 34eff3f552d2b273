"""Plans: what would change, written into a file and shown; edited by hand; and carried out where nothing has changed since."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.sandbox.filters import Filter
from crmcli.sandbox.objects import MESSAGE, TICKET
from tests.guarantees.test_trash import without_messages
from tests.terminal import Person

from .conftest import Run, Sandbox
from .shop import difference, everything, stock

Line = dict[str, Any]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return tmp_path / "a plan.jsonl"


def read(plan: Path) -> list[Line]:
    return [json.loads(line) for line in plan.read_text().splitlines()]


def edit(plan: Path, lines: list[Any]) -> None:
    plan.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))


def messages(shop: Sandbox, ticket: int) -> list[str]:
    return [row["Message"] for row in shop.store.rows(MESSAGE, [Filter(MESSAGE.parent, "is", ticket)])]


# Written.


@pytest.mark.parametrize("more", [[None], ["x", 5, []], [{"Message": "without a number"}], [{"MessageId": "x"}]])
@pytest.mark.parametrize(
    "words",
    [
        ("tickets", "delete", "4", "--plan", "-"),
        ("tickets", "reply", "4", "--text", "x", "--plan", "-"),
        ("tickets", "create", "--customer-email", "a@example.com", "--message", "x"),
        ("tickets", "get", "4"),
    ],
)
def test_a_thread_with_what_is_no_message(run: Run, shop: Sandbox, words: tuple[str, ...], more: list[Any]) -> None:
    thread = [{"MessageId": 12, "Message": "a"}, *more, {"MessageId": "11", "Message": "b", "CrmFileList": 5}]
    row = {"CrmID": 4, "Subject": "S", "CustomerEmail": "a@example.com", "StatusID": 1, "CrmMessageList": thread}
    if words[1] == "create":
        shop.answer(200, json.dumps([row]), "GET")
    else:
        without_messages(shop, lambda given: given.update(row))
    shop.answer(500, "", "POST")
    for terminal in (False, True):
        done = run(*words, terminal=terminal)
        assert ("crmcli itself failed" in done.err, done.code == 0) == (False, words[1] != "create"), done.err
    if "--plan" in words:
        before = json.loads(run(*words).lines[0])["before"]
        assert (before if words[1] == "reply" else before["CrmMessageList"]) == [11, 12, 41]


def test_a_plan_says_what_would_change_and_sends_nothing(run: Run, shop: Sandbox, plan: Path) -> None:
    before = everything(shop.store)
    made = run(
        "tickets", "update", "5", "6", "7", "--status", "Answered", "--subject", "Subject 7", "--plan", str(plan)
    )
    keys = ("do", "ticket", "field", "before", "after")
    assert [tuple(line[key] for key in keys) for line in read(plan)] == [
        ("update", 5, "Subject", "Subject 5", "Subject 7"),
        ("update", 5, "StatusID", 1, 2),
        ("update", 6, "Subject", "Subject 6", "Subject 7"),
        ("update", 7, "StatusID", 3, 2),
    ]
    said = f"3 tickets would change.\nNothing was sent. Carry it out with: crmcli apply '{plan}'\n"
    assert (made.code, made.err) == (0, said)
    assert [row.split("\t")[1] for row in made.lines] == ["5", "5", "6", "7"]
    assert plan.stat().st_mode & 0o777 == 0o600
    assert (shop.asked("PUT"), run("runs", "list").out) == ([], "")
    assert run("apply", str(plan), "-o", "ids").lines == ["5", "6", "7"]
    assert difference(before, everything(shop.store)) == {
        ("ticket", 5): {"Subject": "Subject 7", "StatusID": 2},
        ("ticket", 6): {"Subject": "Subject 7"},
        ("ticket", 7): {"StatusID": 2},
    }


def test_what_is_so_already_is_not_planned(run: Run, shop: Sandbox, plan: Path) -> None:
    made = run("tickets", "update", "5", "6", "--status", "1", "--plan", str(plan))
    assert [line["ticket"] for line in read(plan)] == [6]
    assert "1 of 2 tickets are so already." in made.err
    made = run("tickets", "update", "5", "--status", "1", "--plan", str(plan))
    assert (made.code, plan.read_text(), made.err) == (0, "", "1 of 1 tickets are so already.\n")
    assert (run("apply", str(plan)).code, shop.asked("PUT")) == (0, [])


def test_a_blank_too_many_is_a_change(run: Run, shop: Sandbox, plan: Path) -> None:
    assert run("tickets", "update", "5", "--subject", "Subject  5", "--plan", str(plan)).code == 0
    assert [(line["before"], line["after"]) for line in read(plan)] == [("Subject 5", "Subject  5")]


def test_a_plan_of_a_file_leaves_out_what_can_not_be_read(run: Run, shop: Sandbox, plan: Path) -> None:
    made = run("tickets", "update", "--from", "-", "--plan", str(plan), stdin="ticket,order\n5,1\n99,1\n6,1\n")
    assert (made.code, [line["ticket"] for line in read(plan)]) == (9, [5, 6])
    assert made.err.splitlines() == [
        "Error: line 3: No ticket 99.",
        "2 tickets would change.",
        f"Nothing was sent. Carry it out with: crmcli apply '{plan}'",
        *("Error: 1 of 3 failed.", "Hint: The plan has the others."),
    ]


def test_a_plan_on_standard_output_is_food_for_apply(run: Run, shop: Sandbox) -> None:
    made = run("tickets", "update", "5", "6", "--order", "7", "--plan", "-")
    assert (made.code, made.err, len(made.lines)) == (0, "2 tickets would change.\n", 2)
    assert run("apply", "-", "-o", "ids", stdin=made.out).lines == ["5", "6"]


def test_a_plan_that_can_not_be_written(run: Run, shop: Sandbox, tmp_path: Path) -> None:
    for file in (tmp_path / "no" / "plan", Path("/dev/full")):
        refused = run("tickets", "update", "5", "--order", "7", "--plan", str(file))
        assert (refused.code, f"Error: {file} can't be written" in refused.err) == (2, True)


# Edited by hand.


@pytest.fixture
def lines(run: Run, shop: Sandbox, plan: Path) -> list[Line]:
    """A plan's lines: the status and the order of ticket 5, the order of 6 and 7."""
    text = "ticket,status,order\n5,Answered,1\n6,,1\n7,,1\n"
    assert run("tickets", "update", "--from", "-", "--plan", str(plan), stdin=text).code == 0
    return read(plan)


def test_lines_taken_out_or_changed(run: Run, shop: Sandbox, plan: Path, lines: list[Line]) -> None:
    before = everything(shop.store)
    edit(plan, [{**lines[0], "after": 3}, "", lines[3], lines[2]])
    assert run("apply", str(plan), "-o", "ids").lines == ["5", "7", "6"]
    changes = {("ticket", 5): {"StatusID": 3}, ("ticket", 6): {"OrderID": 1}, ("ticket", 7): {"OrderID": 1}}
    assert difference(before, everything(shop.store)) == changes


BROKEN: list[tuple[Callable[[list[Line]], list[Any]], str]] = [
    (lambda _: ["hello"], "line 1: it is not JSON: Expecting value at character 1"),
    (lambda line: [line[0], "[]", line[2]], "line 2: an object with do, ticket"),
    (lambda line: [line[0], {**line[1], "store": "other"}], "line 2: it was planned for another store (other)"),
    (lambda line: [{**line[0], "do": "create"}], "line 1: 'create' is not update, delete or reply"),
    (lambda line: [{**line[0], "ticket": "5"}], "line 1: '5' is not the number of a ticket"),
    (lambda line: [{**line[0], "field": ["x"]}], "line 1: ['x'] is not the name of a field"),
    (lambda line: [{**line[0], "field": "Nope"}], "line 1: ticket 5: The ticket can't be sent: Nope: no such field"),
    (lambda line: [{**line[0], "field": "CrmID", "after": 9}], "line 1: ticket 5: CrmID can't be changed"),
    (lambda line: [{**line[0], "field": "CrmMessageList"}], "line 1: ticket 5: An update of a ticket can't hold"),
    (lambda line: [line[2], {**line[0], "after": "Closed"}], "line 2: ticket 5: The ticket can't be sent: "),
    (lambda line: [{**line[0], "after": None}], "line 1: ticket 5: The ticket can't be sent: "),
    (lambda line: [line[0], {**line[0], "after": 9}], "line 1: ticket 5: its lines contradict each other"),
    (lambda line: [line[0], {**line[1], "digest": "x"}], "line 1: ticket 5: its lines contradict each other"),
    (lambda line: [line[0], {**line[1], "do": "delete"}], "line 1: ticket 5: its lines contradict each other"),
    (lambda line: [{**line[2], "do": "delete", "field": None, "before": {}}], "line 1: ticket 6: a delete needs the"),
    (lambda line: [{**line[2], "do": "reply", "with": "x"}], "line 1: what a message goes with is an object"),
    (lambda line: [{**line[2], "do": "reply"}], "line 1: ticket 6: a reply needs its message"),
    (lambda line: [json.dumps(line[0])[:-1] + ', "after": 3}'], "line 1: a key comes twice"),
    (lambda line: [json.dumps({**line[0], "after": float("nan")})], "line 1: NaN is no number of JSON"),
    (lambda _: ["[" * 100_000], "line 1: it is nested too deeply"),
]


@pytest.mark.parametrize(("broken", "told"), BROKEN)
def test_a_plan_that_can_not_be_applied(
    run: Run, shop: Sandbox, plan: Path, lines: list[Line], broken: Callable[[list[Line]], list[Any]], told: str
) -> None:
    edit(plan, broken(lines))
    refused = run("apply", str(plan), "--yes")
    assert (refused.code, refused.err.splitlines()[-1]) == (2, "Hint: Nothing was sent.")
    assert refused.err.startswith(f"Error: {plan} can't be applied: ")
    assert told in refused.err
    assert shop.asked("PUT", "POST", "DELETE") == []


def test_all_that_is_wrong_is_told_at_once(run: Run, shop: Sandbox, plan: Path, lines: list[Line]) -> None:
    edit(plan, ["\x1b[2J", {**lines[2], "field": "Nope"}, lines[0], {**lines[0], "store": "\x1b[31m"}])
    refused = run("apply", str(plan), "--json")
    told = [refused.error["message"], *refused.error["details"]]
    assert [line.partition("line ")[2][:1] for line in told] == ["1", "4", "2"]
    assert "\x1b" not in refused.err


# Carried out.


def changed_since(shop: Sandbox, how: str) -> None:
    store = shop.store
    match how:
        case "field":
            store.update(TICKET, 5, {"OrderID": 99})
        case "other field":
            store.update(TICKET, 5, {"Subject": "Other"})
        case "message":
            number = store.rows(MESSAGE, [Filter(MESSAGE.parent, "is", 5)])[0]["MessageId"]
            store.update(MESSAGE, number, {"Message": "Something else"})
        case "deleted":
            store.delete(TICKET, 5)


SAID = {"deleted": "Ticket 5 was deleted since."}


@pytest.mark.parametrize("how", ["field", "other field", "message", "deleted"])
@pytest.mark.parametrize("command", ["update --order 1", "delete", "reply --text Hello --status New"])
def test_what_has_changed_since_is_left_as_it_is(run: Run, shop: Sandbox, plan: Path, command: str, how: str) -> None:
    verb, *words = command.split()
    assert run("tickets", verb, "4", "5", "6", *words, "--plan", str(plan)).code == 0
    changed_since(shop, how)
    before = everything(shop.store)
    done = run("apply", str(plan), "--yes", "-o", "jsonl")
    first = json.loads(done.err.splitlines()[0])["error"]["message"]
    assert (done.code, first.partition(" and was")[0]) == (9, SAID.get(how, "ticket 5: It has changed since"))
    assert done.error["message"] == "1 of 3 skipped."
    assert {path.split("/")[2] for path in shop.asked("PUT", "POST", "DELETE")} == {"4", "6"}
    assert ("ticket", 5) not in difference(before, everything(shop.store))
    if how != "deleted":
        assert "skipped" in run("runs", "show", "1").lines[1]


def test_a_new_message_stops_a_reply(run: Run, shop: Sandbox, plan: Path) -> None:
    assert run("tickets", "reply", "5", "--text", "Hello", "--plan", str(plan)).code == 0
    assert run("messages", "create", "5", "--text", "Somebody was quicker").code == 0
    done = run("apply", str(plan), "--yes")
    assert (done.code, "ticket 5: It has changed since" in done.err) == (9, True)
    assert messages(shop, 5)[1:] == ["Somebody was quicker"]


def test_without_a_digest_a_line_is_held_to_its_own_field(
    run: Run, shop: Sandbox, plan: Path, lines: list[Line]
) -> None:
    edit(plan, [{name: value for name, value in line.items() if name != "digest"} for line in lines[1:3]])
    changed_since(shop, "other field")
    shop.store.update(TICKET, 6, {"OrderID": 3})
    done = run("apply", str(plan), "-o", "ids")
    assert (done.code, done.lines) == (9, ["5"])
    assert "ticket 6: It has changed since and was left as it is: order is 3 and was 1006." in done.err


@pytest.mark.parametrize(("command", "word"), [("delete", "2"), ("reply --text Hello --status New", "y")])
def test_replies_and_deletes_ask_for_agreement(run: Run, shop: Sandbox, plan: Path, command: str, word: str) -> None:
    verb, *words = command.split()
    assert run("tickets", verb, "5", "6", *words, "--plan", str(plan), terminal=True).code == 0
    refused = run("apply", str(plan))
    assert (refused.code, "Say it with --yes" in refused.err) == (2, True)
    assert run("apply", str(plan), stdin="n\n", terminal=True).code == 2
    assert shop.asked("PUT", "POST", "DELETE") == []
    assert run("apply", str(plan), stdin=f"{word}\n", terminal=True).code == 0
    if verb == "delete":
        assert (shop.store.row(TICKET, 5), len(run("trash", "list").lines)) == (None, 2)
    else:
        assert shop.asked("POST", "PUT") == [
            *("POST /CRM/5/message", "PUT /CRM/5", "POST /CRM/6/message", "PUT /CRM/6"),
        ]
        assert [messages(shop, number)[-1] for number in (5, 6)] == ["Hello", "Hello"]


def test_a_dry_apply_shows_the_messages(run: Run, shop: Sandbox, plan: Path) -> None:
    assert run("tickets", "reply", "5", "--text", "{{subject}}", "--sender-name", "Desk", "--plan", str(plan)).code == 0
    shown = run("apply", str(plan), "--dry-run", "--json")
    assert [request["body"] for request in shown.json] == [{"SenderName": "Desk", "Message": "Subject 5"}]
    assert (shop.asked("POST"), run("runs", "list").out) == ([], "")


def test_hostile_words_in_a_plan_at_a_terminal(shop: Sandbox, plan: Path) -> None:
    shop.store.update(TICKET, 5, {"Subject": "\x1b]0;pwned\x07\u202e\r\nLine"})
    for words in (
        ("tickets", "update", "5", "--subject", "x", "--plan", str(plan)),
        ("apply", str(plan)),
        ("runs", "show", "1"),
    ):
        with Person(*words) as person:
            assert person.leaves() == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(person.screen), words
    assert (shop.store.row(TICKET, 5) or {})["Subject"] == "x"


# Rules that hold for all.

ROWS = st.dictionaries(
    st.integers(1, 12),
    st.fixed_dictionaries(
        {},
        optional={
            "order": st.integers(1, 1015),
            "status": st.integers(0, 3),
            "subject": st.text("aé,\"\n'=\u202e", min_size=1, max_size=9),
        },
    ).filter(bool),
    min_size=1,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS)
def test_planned_and_applied_is_done(run: Run, shop: Sandbox, plan: Path, rows: dict[int, Line]) -> None:
    text = "".join(json.dumps({"ticket": number, **values}) + "\n" for number, values in rows.items())
    stock(shop.store)
    before = everything(shop.store)
    assert run("tickets", "update", "--from", "-", stdin=text).code == 0
    directly = everything(shop.store)
    stock(shop.store)
    assert run("tickets", "update", "--from", "-", "--plan", str(plan), stdin=text).code == 0
    assert {line["ticket"] for line in read(plan)} == {number for noun, number in difference(before, directly)}
    assert run("apply", str(plan)).code == 0
    once = everything(shop.store)
    assert difference(directly, once) == {}
    assert run("apply", str(plan)).code == (9 if plan.read_text() else 0)
    assert everything(shop.store) == once


def test_an_edit_that_hardly_shows_is_an_edit_to_a_line_without_a_digest(run: Run, shop: Sandbox, plan: Path) -> None:
    shop.store.update(TICKET, 4, {"Subject": "See <https://example.com/a>"})
    assert run("tickets", "update", "4", "5", "--subject", "New", "--plan", str(plan)).code == 0
    edit(plan, [{name: value for name, value in line.items() if name != "digest"} for line in read(plan)])
    shop.store.update(TICKET, 4, {"Subject": "See <https://example.com/b>"})
    done = run("apply", str(plan), "-o", "ids")
    assert (done.code, done.lines) == (9, ["5"])
    assert (shop.store.row(TICKET, 4) or {})["Subject"] == "See <https://example.com/b>"


def test_an_empty_plan_says_that_it_changes_nothing(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    plan.write_text("")
    applied = run("apply", str(plan))
    assert (applied.code, applied.out, applied.err) == (0, "", "The plan changes nothing.\n")
    assert shop.asked() == []
