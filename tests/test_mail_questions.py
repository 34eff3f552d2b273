"""At a terminal nothing that may e-mail a customer leaves without a question; and no placeholder is mailed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmcli.sandbox.objects import REPLY
from tests.conftest import Run, Sandbox
from tests.terminal import Person

SHOP = ", at www.example-store.com (no profile)? "
MAILING = {
    ("messages", "create", "4", "--text", "Hello"): f"Mail this to the customer{SHOP}[y/N]",
    ("messages", "create", "4", "5", "--text", "Hello"): f"Mail these 2 messages to the customers{SHOP}[y/N]",
    ("tickets", "create", "--customer-email", "a@example.com", "--message", "Hello"): f"Open this ticket{SHOP}",
    ("tickets", "reply", "4", "--text", "Hello"): f"Mail this to the customer{SHOP}[y/N]",
    ("api", "POST", "/CRM/4/message", "-f", "Message=Hello"): f"POST /CRM/4/message{SHOP}",
}


@pytest.mark.parametrize("words", MAILING, ids=" ".join)
def test_a_mail_is_asked_about_at_a_terminal(shop: Sandbox, words: tuple[str, ...]) -> None:
    for answer, code, sent in (("", 2, 0), ("y", 0, 2 if "5" in words else 1)):
        with Person(*words) as person:
            person.sees(MAILING[words])
            assert "│ Hello" in person.screen
            person.types(f"{answer}\n")
            assert person.leaves() == code
        assert len(shop.asked("POST")) == sent
        assert "Error" not in person.screen
    with Person(*words, "--yes") as person:
        assert person.leaves() == 0
    assert "y/N" not in person.screen


def test_a_call_of_the_api_is_shown_as_the_message_that_it_is(shop: Sandbox) -> None:
    head = "To:      Ann Lee <ann@example.com>\nTicket:  4 Subject 4\n"
    for words in (
        ("POST", "/CRM/4/message", "-f", "Message=Hello"),
        ("PUT", "/CRM/4", "--data", '{"CustomerEmail": "a@example.com", "CrmMessageList": [{"Message": "Hello"}]}'),
    ):
        with Person("api", *words) as person:
            person.sees("[y/N]")
            assert head in person.screen
            assert "│ Hello" in person.screen
            person.types("n\n")
            assert person.leaves() == 2
    assert shop.asked("POST", "PUT") == []


def test_it_is_shown_to_whom_it_goes(shop: Sandbox) -> None:
    with Person("messages", "create", "2", "--text", "Hello") as person:
        person.sees("[y/N]")
        assert "To:      <bob@example.com>\nTicket:  2\n" in person.screen
        person.types("n\n")
        assert person.leaves() == 2
    with Person("messages", "create", "99", "--text", "Hello") as person:
        assert person.leaves() == 5
    assert "y/N" not in person.screen
    with Person("messages", "create", *map(str, range(1, 13)), "99", "--text", "Hello") as person:
        person.sees("[y/N]")
        assert "Tickets:  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99\n" in person.screen
        assert "   2  <bob@example.com>\n   3  Ann Lee <ann@example.com>\n" in person.screen
        assert "… and 3 more\n" in person.screen
        person.types("n\n")
        assert person.leaves() == 2
    assert shop.asked("POST") == []


def test_a_plan_that_was_edited_is_shown_and_looked_at_for_placeholders(
    shop: Sandbox, run: Run, tmp_path: Path
) -> None:
    plan = tmp_path / "plan"
    assert run("tickets", "reply", "4", "--text", "Hello", "--plan", str(plan)).code == 0
    with Person("apply", str(plan)) as person:
        person.sees(f"Mail this to the customer{SHOP}[y/N]")
        assert "│ Hello" in person.screen
        person.types("n\n")
        assert person.leaves() == 2
    plan.write_text(plan.read_text().replace("Hello", "Hi {{order}}"))
    refused = run("apply", str(plan), "--yes")
    assert (refused.code, shop.asked("POST")) == (2, [])
    assert "Nothing fills {{order}}" in refused.err
    assert run("apply", str(plan), "--yes", "--literal").code == 0


def test_off_a_terminal_they_go_as_they_are_called(shop: Sandbox, run: Run) -> None:
    for words in MAILING:
        if words[1] != "reply":
            assert run(*words).code == 0
    assert len(shop.asked("POST")) == 5


def test_a_pipe_on_standard_input_is_no_reason_not_to_ask(shop: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "numbers").write_text("4\n5\n")
    with Person("messages", "create", "-", "--text", "Hello", stdin=tmp_path / "numbers") as person:
        person.sees(f"Mail these 2 messages to the customers{SHOP}[y/N]")
        person.types("y\n")
        assert person.leaves() == 0
    assert len(shop.asked("POST")) == 2
    with Person("tickets", "delete", "-", stdin=tmp_path / "numbers") as person:
        person.sees("Type 2 to confirm: ")
        person.types("2\n")
        assert person.leaves() == 0
    assert len(shop.asked("DELETE")) == 2
    with Person("messages", "create", "-", "--text", "Hello", "--no-input", stdin=tmp_path / "numbers") as person:
        assert person.leaves() == 9  # they were just deleted
    assert "y/N" not in person.screen


def test_an_editor_has_the_terminal_though_standard_input_is_a_pipe(
    shop: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numbers").write_text("4\n")
    monkeypatch.setenv("VISUAL", f'f() {{ head -n 1 > {tmp_path}/typed; cp {tmp_path}/typed "$1"; }}; f')
    with Person("tickets", "reply", "-", stdin=tmp_path / "numbers") as person:
        person.types("Hello\n")
        person.sees("[y/N]")
        person.types("y\n")
        assert person.leaves() == 0
    assert [body["Message"] for body in shop.bodies()] == ["Hello"]


def test_what_must_not_be_sent_is_refused_before_it_is_asked_about(shop: Sandbox, profile_file: Path) -> None:
    profile_file.write_text(profile_file.read_text() + "send = false\n")
    for words in MAILING:
        with Person(*words) as person:
            assert person.leaves() == 3, words
        assert "y/N" not in person.screen


def test_going_on_with_a_run_that_mails_is_asked_about(shop: Sandbox, run: Run) -> None:
    shop.fault("status=401,method=POST,times=1")
    assert run("messages", "create", "4", "5", "--text", "Hello").code == 4
    shop.fault()
    shop.store.clear_log()
    asked = f"Go on with run 1 (messages create), which mails customers (2 left){SHOP}[y/N]"
    for answer, code, sent in (("n", 2, 0), ("y", 0, 2)):
        with Person("runs", "resume", "1") as person:
            person.sees(asked)
            person.types(f"{answer}\n")
            assert person.leaves() == code
        assert len(shop.asked("POST")) == sent


def test_questions_name_the_profile(shop: Sandbox, profile_file: Path) -> None:
    for words, asked in MAILING.items():
        with Person(*words) as person:
            person.sees(asked.replace("no profile", "profile main"))
            person.types("n\n")
            assert person.leaves() == 2


ROWS = 'ticket,text\n4,Hello\n5,"Hi {{order}}"\n'


@pytest.mark.parametrize(
    "words",
    [
        ("messages", "create", "4", "--text", "Hi {{order}}"),
        ("messages", "create", "4", "5", "--text", "Hi {{ order\n}}"),
        ("messages", "create", "4", "--data", json.dumps({"Message": "Hi {{{order}}}"})),
        ("messages", "create", "--from", "-"),
        ("tickets", "create", "--customer-email", "a@example.com", "--message", "Hi {{order}}"),
        ("api", "POST", "/CRM/4/message", "-f", "Message=Hi {{order}}"),
        ("api", "POST", "/crm", "--data", json.dumps({"CustomerEmail": "a@b.c", "CrmMessageList": [{"Message": "{{x}}"}]})),
        ("tickets", "create", "--customer-email", "a@example.com", "--subject", "Your order {{order}}"),
        ("tickets", "create", "--data", json.dumps({"CustomerEmail": "a@b.c", "CrmMessageList": [{"Message": "{{x}}"}]})),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_placeholder_is_not_mailed(shop: Sandbox, run: Run, words: tuple[str, ...]) -> None:
    refused = run(*words, stdin=ROWS)
    assert refused.code == 2
    assert "Nothing fills {{" in refused.err
    assert shop.asked() == []
    assert run(*words, "--literal", stdin=ROWS).code == 0
    assert "{{" in json.dumps(shop.bodies())


def test_saved_replies_may_hold_placeholders(shop: Sandbox, run: Run) -> None:
    assert run("replies", "create", "--title", "New", "--text", "Hi {{order}}").code == 0
    assert shop.store.rows(REPLY)[-1]["Message"] == "Hi {{order}}"
