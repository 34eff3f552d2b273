"""Questions at a terminal: what is asked, what a typed answer does, and that nobody is asked where nobody is."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from crmcli.sandbox.objects import TICKET

from .conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run, Sandbox
from .terminal import Person

DELETES = [
    (("tickets", "delete", "4"), "4"),
    (("tickets", "delete", "4", "5", "6"), "3"),
    (("messages", "delete", "3", "8"), "8"),
    (("replies", "delete", "Shipping delay"), "Shipping delay"),
]


@pytest.mark.parametrize(("words", "word"), DELETES, ids=" ".join)
def test_a_delete_wants_it_typed(sandbox: Sandbox, words: tuple[str, ...], word: str) -> None:
    with Person(*words) as person:
        person.sees(f"Type {word} to confirm: ")
        person.types(f"{word}\n")
        assert person.leaves() == 0
    assert " deleted\n" in person.screen
    assert len(sandbox.asked("DELETE")) == (3 if word == "3" else 1)


@pytest.mark.parametrize("answer", ["y", "yes", "44"])
def test_anything_else_deletes_nothing(sandbox: Sandbox, answer: str) -> None:
    with Person("tickets", "delete", "4") as person:
        person.sees("Delete ticket 4, “")
        person.types(f"{answer}\n")
        assert person.leaves() == 2
    assert "\nNot confirmed: nothing was deleted.\n" in person.screen
    assert "Error" not in person.screen
    assert {asked[:10] for asked in sandbox.asked()} == {"GET /CRM/4"}  # to say what it is


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_a_question(sandbox: Sandbox, key: str) -> None:
    with Person("tickets", "delete", "4") as person:
        person.sees("to confirm: ")
        time.sleep(0.1)  # a signal that comes just before Python begins to read is only seen at the next key
        person.types(key)
        assert person.leaves() == 130
    assert "Error: Interrupted: nothing was sent." in person.screen
    assert "Traceback" not in person.screen
    assert {asked[:10] for asked in sandbox.asked()} == {"GET /CRM/4"}  # to say what it is


def test_a_question_leaves_nothing_on_standard_output(sandbox: Sandbox, tmp_path: Path) -> None:
    with Person("tickets", "delete", "4", out=tmp_path / "out") as person:
        person.sees("to confirm: ")
        person.types("no\n")
        assert person.leaves() == 2
    assert (tmp_path / "out").read_text() == ""
    assert {asked[:10] for asked in sandbox.asked()} == {"GET /CRM/4"}  # to say what it is


def test_yes_and_dry_run_ask_nothing(sandbox: Sandbox) -> None:
    for flag in ("--dry-run", "--yes"):
        with Person("tickets", "delete", "4", flag) as person:
            assert person.leaves() == 0
        assert "confirm" not in person.screen
    assert [asked for asked in sandbox.asked() if "message" not in asked] == ["GET /CRM/4", "DELETE /CRM/4"]


SHOP = "at www.example-store.com (no profile)"
SAID = [
    (
        ("tickets", "delete", "4"),
        f"Delete ticket 4, “Subject 4”, of Ann Lee, {SHOP}? Type 4 to confirm: ",
    ),
    (
        ("tickets", "delete", "2"),
        f"Delete ticket 2, without a subject, of bob@example.com, {SHOP}? Type 2 to confirm: ",
    ),
    (
        ("tickets", "delete", "4", "99", "5"),
        "   4  “Subject 4”, of Ann Lee\n  99  No ticket 99.\n   5  “Evil\\x1b[2J”, of Ann Lee\n"
        f"Delete these 3: 4, 99, 5, {SHOP}? Type 3 to confirm: ",
    ),
    (
        ("messages", "delete", "1", "11"),
        f"Delete message 11, “Text of message 11”, of Ann Lee, {SHOP}? Type 11 to confirm: ",
    ),
    (
        ("replies", "delete", "2"),
        f"Delete saved reply 2, “Welcome”, {SHOP}? Type 2 to confirm: ",
    ),
    (
        ("replies", "delete", "Welcome"),
        f"Delete saved reply Welcome, {SHOP}? Type Welcome to confirm: ",
    ),
]


@pytest.mark.parametrize(("words", "said"), SAID, ids=str)
def test_a_question_says_what_would_be_deleted(shop: Sandbox, words: tuple[str, ...], said: str) -> None:
    shop.store.update(TICKET, 5, {"Subject": "Evil\x1b[2J"})
    with Person(*words) as person:
        person.sees("to confirm: ")
        person.types("no\n")
        assert person.leaves() == 2
    assert person.screen.startswith(said)
    assert shop.asked("DELETE") == []


def test_of_many_some_are_shown(shop: Sandbox) -> None:
    with Person("tickets", "delete", *map(str, range(1, 13))) as person:
        person.sees("to confirm: ")
        person.types("no\n")
        assert person.leaves() == 2
    assert "\n  10  “Subject 10”, of Ann Lee\n  … and 2 more\nDelete these 12: 1, 2, " in person.screen
    assert {asked.split("/")[2].split("?")[0] for asked in shop.asked()} == set(map(str, range(1, 11)))


@pytest.mark.parametrize("words", [("tickets", "delete", "99"), ("replies", "delete", "99")], ids=" ".join)
def test_what_is_not_there_is_not_asked_about(shop: Sandbox, words: tuple[str, ...]) -> None:
    with Person(*words) as person:
        assert person.leaves() == 5
    assert "confirm" not in person.screen


def test_a_delete_that_was_planned_is_shown_without_reading(shop: Sandbox, run: Run, tmp_path: Path) -> None:
    assert run("tickets", "delete", "4", "--plan", str(tmp_path / "plan")).code == 0
    shop.store.clear_log()
    with Person("apply", str(tmp_path / "plan")) as person:
        person.sees(f"Delete ticket 4, “Subject 4”, of Ann Lee, {SHOP}? Type 4 to confirm: ")
        person.types("no\n")
        assert person.leaves() == 2
    assert shop.asked() == []


@pytest.mark.parametrize(("words", "word"), [*DELETES, (("profiles", "remove", "main"), "")], ids=str)
@pytest.mark.parametrize("silenced", [True, False])
def test_nobody_is_asked_where_nobody_is(
    run: Run, sandbox: Sandbox, profile_file: Path, words: tuple[str, ...], word: str, silenced: bool
) -> None:
    refused = run(*words, *(("--no-input",) if silenced else ()), stdin=f"{word}\n", terminal=silenced)
    assert (refused.code, refused.out) == (2, "")
    assert "This needs a confirmation, and nobody can be asked here." in refused.err
    assert "--yes" in refused.err.splitlines()[-1]
    assert sandbox.asked() == []
    assert "[profiles.main]" in profile_file.read_text()


def test_adding_a_profile_asks_for_what_is_missing(
    sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECURE_URL", "PRIVATE_KEY", "TOKEN"):
        monkeypatch.delenv(f"CRMCLI_{name}")
    with Person("profiles", "add", "main", "--base-url", sandbox.server.base_url) as person:
        person.sees("The store's Secure URL (like https://www.example-store.com): ")
        person.types(f"{SECURE_URL}\n")
        person.sees("The private key (not shown): ")
        person.types(f"{PRIVATE_KEY}\n")
        person.sees("The token (not shown): ")
        person.types(f"{TOKEN}\n")
        assert person.leaves() == 0
    assert SECURE_URL in person.screen
    assert PRIVATE_KEY not in person.screen
    assert TOKEN not in person.screen
    assert tomllib.loads((home / "config" / "crmcli" / "profiles.toml").read_text()) == {
        "default": "main",
        "profiles": {
            "main": {
                "secure_url": SECURE_URL,
                "private_key": PRIVATE_KEY,
                "token": TOKEN,
                "base_url": sandbox.server.base_url,
            }
        },
    }
    with Person("profiles", "check") as person:
        assert person.leaves() == 0
    assert "tickets" in person.screen


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("profiles", "add", "main"), "There is a profile 'main' already."),
        (("profiles", "add", "demo"), "A profile can't be named 'demo'."),
        (("profiles", "add", "new", "--timezone", "Nowhere"), "timezone: "),
        (("profiles", "add", "new", "--secure-url", "x y"), "secure_url: "),
        (("profiles", "remove", "other"), "No profile is named 'other'."),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_before_anything_is_asked(profile_file: Path, words: tuple[str, ...], told: str) -> None:
    with Person(*words) as person:
        assert person.leaves() in (2, 3)
    assert person.screen.startswith(f"Error: {told}")


def test_nobody_is_asked_about_what_the_profile_forbids(shop: Sandbox, profile_file: Path) -> None:
    profile_file.write_text(profile_file.read_text() + "read_only = true\n")
    for words, _ in (*DELETES, (("api", "DELETE", "/CRM/4"), "")):
        with Person(*words) as person:
            assert person.leaves() == 3, person.screen
        assert "read-only" in person.screen
        assert "confirm" not in person.screen
    assert shop.asked("DELETE") == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((), "--secure-url"),
        (("--secure-url", SECURE_URL), "--private-key-stdin or --private-key-command"),
        (("--secure-url", SECURE_URL, "--private-key-stdin"), "--token-stdin or --token-command"),
    ],
)
def test_adding_a_profile_where_nobody_is_names_the_flag(
    run: Run, home: Path, given: tuple[str, ...], named: str
) -> None:
    refused = run("profiles", "add", "main", *given, stdin="key\n")
    assert refused.code == 2
    assert f"Say it with {named}; nothing was sent." in refused.err
    assert not (home / "config").exists()
