"""Texts that were declined or could not be sent are listed, shown and deleted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, Sandbox
from tests.terminal import Person


@pytest.fixture
def folder(home: Path) -> Path:
    return home / "state" / "crmcli" / "drafts"


def test_declining_is_no_error_and_the_text_is_listed(shop: Sandbox, run: Run, folder: Path) -> None:
    with Person("tickets", "reply", "4", "--text", "Dear {{customer_name}},\nit left today.") as person:
        person.sees("[y/N]")
        person.types("n\n")
        assert person.leaves() == 2
    assert person.screen.endswith(
        f"\nNot confirmed: nothing was sent.\nYour text is kept in {folder / 'draft-1.txt'}\n"
        "See it with: crmcli drafts show 1\n"
    )
    assert "Error" not in person.screen
    (draft,) = run("drafts", "list", "--json").json
    assert draft.pop("kept").startswith("20")
    assert draft == {
        "name": "1",
        "ticket": "4",
        "why": "declined",
        "words": "Dear Ann Lee, it left today.",
        "text": "Dear Ann Lee,\nit left today.",
        "file": str(folder / "draft-1.txt"),
        "profile": "none",
    }
    assert run("drafts", "list", "-o", "table").lines[1].split() == [
        *("1", "4", "none"),
        *run("drafts", "list", "--fields", "kept", "-o", "table").lines[1].split(),
        *("declined", "Dear", "Ann", "Lee,", "it", "left", "today."),
    ]
    assert "│ it left today." in run("drafts", "show", "1", "-o", "table").out


def test_what_failed_is_listed_with_its_reason(shop: Sandbox, run: Run, folder: Path) -> None:
    shop.fault("status=400,method=POST")
    assert run("messages", "create", "4", "5", "--text", "Hello").code == 9
    assert run("tickets", "create", "--customer-email", "a@example.com", "--message", "Dear shop").code == 6
    first, second = run("drafts", "list", "--json").json
    assert (first["ticket"], first["words"], second["ticket"], second["words"]) == ("4, 5", "Hello", None, "Dear shop")
    assert "refused" in second["why"]
    assert folder.stat().st_mode & 0o777 == 0o700
    for file in (*folder.iterdir(), *(folder.parent / "drafts-about").iterdir()):
        assert file.stat().st_mode & 0o777 == 0o600


def test_older_drafts_are_listed_too(run: Run, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "draft-x8_k2abc.txt").write_text("An old one\x1b[2J", "utf-8")
    (folder / "draft-4.txt").write_bytes(b"Gr\xfc\xdfe")
    (folder / "notes.txt").write_text("none of ours")
    os.utime(folder / "draft-4.txt", (1, 1))
    assert [row["name"] for row in run("drafts", "list", "--json").json] == ["4", "x8_k2abc"]
    assert run("drafts", "list", "--fields", "words").lines == ["Gr\ufffd\ufffde", "An old one\\x1b[2J"]
    assert run("drafts", "show", "x8_k2abc", "--json").json["text"] == "An old one\x1b[2J"
    assert run("drafts", "delete", "4", "x8_k2abc", "--yes").code == 0
    assert [file.name for file in folder.iterdir()] == ["notes.txt"]


def test_a_delete_wants_to_be_confirmed(shop: Sandbox, run: Run, folder: Path) -> None:
    shop.fault("status=400,method=POST")
    assert run("messages", "create", "4", "--text", "Hello").code == 6
    assert run("drafts", "delete", "1").code == 2
    assert run("drafts", "delete", "2", "--yes").code == 5
    with Person("drafts", "delete", "1") as person:
        person.sees("Delete draft 1, “Hello”? Type 1 to confirm: ")
        person.types("1\n")
        assert person.leaves() == 0
    assert [*folder.iterdir(), *(folder.parent / "drafts-about").iterdir()] == []
    assert run("drafts", "list", "-o", "table").err == "No drafts.\n"


SEND = ("messages", "create", "4", "--text", "Hello")


def drafts_left(run: Run) -> list[str]:
    return run("drafts", "list", "-o", "ids").lines


@pytest.mark.parametrize("then", ["same", "draft", "resend"])
def test_a_draft_whose_text_was_sent_since_is_none_any_more(shop: Sandbox, run: Run, folder: Path, then: str) -> None:
    shop.fault("status=400,method=POST")
    assert run(*SEND).code == 6
    assert run("messages", "create", "5", "--text", "Hello").code == 6
    shop.fault()
    assert drafts_left(run) == ["1", "2"]
    words = {
        "same": SEND,
        "draft": ("tickets", "reply", "4", "--text", f"@{folder / 'draft-1.txt'}", "--yes"),
        "resend": ("outbox", "resend", "1", "--yes"),
    }
    assert run(*words[then]).code == 0
    assert drafts_left(run) == ["2"], "that for another ticket stays"
    assert not (folder / "draft-1.txt").exists()


def test_a_draft_for_several_tickets_goes_with_the_last_of_them(shop: Sandbox, run: Run) -> None:
    shop.fault("status=400,method=POST,path=/CRM/5/message")
    assert run("messages", "create", "4", "5", "--text", "Hello").code == 9
    assert drafts_left(run) == ["1"]
    shop.fault()
    assert run("runs", "resume", "1", "--failed", "--yes").code == 0
    assert drafts_left(run) == []


@pytest.mark.parametrize("also", [(), ("--sent",)])
def test_a_reply_that_was_interrupted_and_is_there_leaves_no_draft_and_tells_of_its_status(
    shop: Sandbox, run: Run, also: tuple[str, ...]
) -> None:
    def interrupts(environ: dict[str, Any]) -> None:
        if environ["REQUEST_METHOD"] == "POST":
            shop.fault("cut-after,method=POST", "status=503,method=GET")

    shop.between(interrupts)
    lost = run("tickets", "reply", "4", "--text", "Hello", "--status", "Answered", "--yes")
    assert (lost.code, drafts_left(run)) == (10, ["1"])
    shop.fault()
    resolved = run("outbox", "resolve", "1", *also)
    assert (resolved.code, drafts_left(run)) == (0, [])
    assert "The status of ticket 4 was not set to Answered: 'crmcli runs resume 1' sets it" in resolved.err
    assert run("runs", "resume", "1", "--yes").code == 0
    assert run("tickets", "get", "4", "--json").json["StatusID"] == 2
    assert len(shop.asked("POST")) == 1
    assert run("outbox", "resolve", "1").err == ""


def test_a_draft_for_a_ticket_of_another_profile_stays(shop: Sandbox, run: Run, profile_file: Path) -> None:
    """Two shops have a ticket 4 each, and may be told the same."""
    text = profile_file.read_text()
    profile_file.write_text(text + text.partition("\n\n")[2].replace("profiles.main", "profiles.other"))
    shop.fault("status=400,method=POST")
    for name in ("main", "other"):
        assert run(*SEND, "-p", name).code == 6
    shop.fault()
    assert [row["profile"] for row in run("drafts", "list", "--json").json] == ["main", "other"]
    assert run(*SEND, "-p", "other", "--send-again").code == 0
    assert drafts_left(run) == ["1"]
