"""Questions at a terminal: what is asked, what a typed answer does, and that nobody is asked where nobody is."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

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
        person.sees("Delete ticket 4?")
        person.types(f"{answer}\n")
        assert person.leaves() == 2
    assert "Error: Not confirmed: nothing was sent." in person.screen
    assert sandbox.asked() == []


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_a_question(sandbox: Sandbox, key: str) -> None:
    with Person("tickets", "delete", "4") as person:
        person.sees("to confirm: ")
        time.sleep(0.1)  # a signal that comes just before Python begins to read is only seen at the next key
        person.types(key)
        assert person.leaves() == 130
    assert "Error: Interrupted: nothing was sent." in person.screen
    assert "Traceback" not in person.screen
    assert sandbox.asked() == []


def test_a_question_leaves_nothing_on_standard_output(sandbox: Sandbox, tmp_path: Path) -> None:
    with Person("tickets", "delete", "4", out=tmp_path / "out") as person:
        person.sees("to confirm: ")
        person.types("no\n")
        assert person.leaves() == 2
    assert (tmp_path / "out").read_text() == ""
    assert sandbox.asked() == []


def test_yes_and_dry_run_ask_nothing(sandbox: Sandbox) -> None:
    for flag in ("--dry-run", "--yes"):
        with Person("tickets", "delete", "4", flag) as person:
            assert person.leaves() == 0
        assert "confirm" not in person.screen
    assert sandbox.asked() == ["GET /CRM/4", "DELETE /CRM/4"]


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
