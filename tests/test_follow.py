"""The commands that are printed to be typed next name the profile that -p named, and no text of the store is touched."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.output import follow

from .conftest import Run, Sandbox


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to write plans into."""
    monkeypatch.chdir(tmp_path)


def test_a_plan_is_carried_out_as_it_says(run: Run, sandbox: Sandbox, demo: None) -> None:
    told = run("-p", "demo", "tickets", "update", "4", "--subject", "Late", "--plan", "a.plan")
    (said,) = re.findall(r"crmcli .*", told.err)
    assert said == "crmcli -p demo apply a.plan"
    assert run(*shlex.split(said)[1:]).code == 0
    plain = run("tickets", "update", "4", "--subject", "Late", "--plan", "b.plan")
    assert plain.err.splitlines()[-1].endswith(": crmcli apply b.plan")


@pytest.mark.parametrize("form", ["table", "json"])
def test_hints_and_details_name_the_profile(run: Run, sandbox: Sandbox, form: str) -> None:
    words = ("-o", form, "tickets", "update", "4", "999", "--status", "Closed")
    assert "'crmcli -p demo runs show 1'" in run("-p", "demo", *words).err
    assert "'crmcli runs show 2'" in run(*words).err
    gone = run("runs", "show", "99", "-p", "demo", "-o", form)
    assert "See 'crmcli -p demo runs list'." in gone.err
    gone = run("-p", "demo", "tickets", "delete", "99999", "--yes", "-o", form)
    assert "crmcli -p demo" in gone.err or "crmcli " not in gone.err


def test_help_is_hinted_at_without(run: Run) -> None:
    assert run("-p", "demo", "tickets", "get").err.splitlines()[-1] == "Hint: See 'crmcli tickets get --help'."


def test_folded_quotes_name_the_profile(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = run("-p", "demo", "tickets", "list", "--newest", "-L", "60", "-o", "ids").lines
    shown = "".join(run("-p", "demo", "tickets", "get", number, "-o", "table").out for number in numbers)
    named = re.findall(r"quoted lines: crmcli -p demo messages get (\d+) \d+\]", shown)
    assert named
    assert "quoted lines: crmcli messages" not in shown
    monkeypatch.setenv("CRMCLI_PROFILE", "demo")  # which the next command has, too
    assert f"quoted lines: crmcli messages get {named[0]} " in run("tickets", "get", named[0], "-o", "table").out


def test_what_the_store_says_is_not_touched(run: Run, sandbox: Sandbox) -> None:
    subject = "See 'crmcli tickets delete 4': crmcli apply x"
    made = ("--customer-email", "a@example.com", "--subject", subject)
    ident = run("-p", "demo", "tickets", "create", *made, "-o", "ids").out.strip()
    for form in ("table", "json", "tsv"):
        told = run("-p", "demo", "tickets", "get", ident, "-o", form)
        assert subject in told.out


ODD = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(ODD)
def test_any_profile_is_one_word_of_a_shell(profile: str) -> None:
    said = follow.in_ours("See 'crmcli runs show 4'.", profile)
    assert shlex.split(said.removeprefix("See '").removesuffix("'."))[:3] == ["crmcli", "-p", profile]


@given(st.text())
def test_a_text_without_our_commands_stays(text: str) -> None:
    assert follow.in_ours(text, "main") == text
    assert follow.in_line(f"12  {text}: crmcli runs show 4", "main") == f"12  {text}: crmcli runs show 4"
    assert follow.in_ours(f"Did you mean 'crmcli tickets {text}'?", "main") == f"Did you mean 'crmcli tickets {text}'?"
