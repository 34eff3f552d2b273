"""`crmcli help`: the topics, and a command's own help."""

from __future__ import annotations

import re

import pytest

from crmcli import topics
from crmcli.exits import EXITS
from tests.conftest import Run
from tests.terminal import ROOT


def test_exit_codes_are_the_contracts(run: Run) -> None:
    rows = run("help", "exit-codes", "--json").json
    assert [row["code"] for row in rows] == [0, *(row.code for row in EXITS)]
    shown = run("help", "exit-codes").out
    assert all(row.kind in shown and row.when in shown for row in EXITS)


@pytest.mark.parametrize("topic", topics.TOPICS)
def test_every_topic_is_told_in_a_pipe_and_at_a_terminal(run: Run, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert topic in run("help").out
    piped = run("help", topic)
    assert (piped.code, piped.err) == (0, "")
    assert len(piped.lines) == len(topics.rows(topic)) + 1
    for columns in (20, 60, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = run("help", topic, "--color", "never", terminal=True)
        assert shown.code == 0
        assert shown.out.split() == piped.out.split(), "a word is cut or lost"
        if columns > 50:
            assert max(map(len, shown.lines)) <= columns


def test_every_variable_that_is_read_is_told() -> None:
    read = set()
    for path in (ROOT / "crmcli").rglob("*.py"):
        read |= set(re.findall(r"""os\.environ(?:\.get\(|\[)"(\w+)\"""", path.read_text("utf-8")))
    told = {name for row in topics.rows("environment") for name in row["name"].split(", ")}
    assert {"NO_COLOR", "VISUAL"} < read <= told


def test_help_on_a_command_is_its_own(run: Run) -> None:
    assert run("help", "tickets", "list").out == run("tickets", "list", "--help").out
    assert run("-p", "demo", "help", "tickets", "list").out == run("tickets", "list", "--help").out
    assert run("help", "tickets", "lst").code == 2
    assert run("help", "api").out == run("api", "--help").out


@pytest.mark.parametrize(
    "words", [("help", "-q", "tickets", "list"), ("-p", "demo", "help", "tickets", "list", "-o", "json")], ids=" ".join
)
def test_options_may_stand_anywhere_in_it(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words).out == run("tickets", "list", "--help").out


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("exit-code",), "exit-codes"),
        (("Exit-Codes",), "exit-codes"),
        (("tikets",), "tickets"),
        (("tickets", "lst"), "list"),
    ],
)
def test_a_mistyped_word(run: Run, words: tuple[str, ...], meant: str) -> None:
    result = run("help", *words)
    assert (result.code, result.out) == (2, "")
    assert f"Did you mean '{meant}'?" in result.err


def test_no_such_topic(run: Run) -> None:
    result = run("help", "the\x1b[31mmoon")
    assert (result.code, result.out) == (2, "")
    assert "exit-codes" in result.err
    assert "\x1b" not in result.err
