"""`crmcli help`: the topics, a command's own help, and an example in each that truly runs."""

from __future__ import annotations

import re
import shlex

import pytest

from crmcli import topics
from crmcli.exits import EXITS
from tests import tree
from tests.conftest import Run


def test_exit_codes_are_the_contracts(run: Run) -> None:
    rows = run("help", "exit-codes", "--json").json
    assert [row["code"] for row in rows] == [0, *(row.code for row in EXITS)]
    shown = run("help", "exit-codes").out
    assert all(row.kind in shown and row.when in shown for row in EXITS)


@pytest.mark.parametrize("topic", topics.TOPICS)
def test_every_topic_is_told_in_a_pipe_and_at_a_terminal(run: Run, topic: str) -> None:
    assert topic in run("help").out
    for terminal in (False, True):
        result = run("help", topic, terminal=terminal)
        assert (result.code, result.err) == (0, "")
        assert len(result.lines) == len(topics.rows(topic)) + 1


def test_help_on_a_command_is_its_own(run: Run) -> None:
    assert run("help", "tickets", "list").out == run("tickets", "list", "--help").out
    assert run("-p", "demo", "help", "tickets", "list").out == run("tickets", "list", "--help").out
    assert run("help", "tickets", "lst").code == 2
    assert run("help", "api").out == run("api", "--help").out


def test_no_such_topic(run: Run) -> None:
    result = run("help", "exit-code")
    assert result.code == 2
    assert "Did you mean 'exit-codes'?" in result.err


@pytest.mark.parametrize("words", tree.verbs(), ids=" ".join)
def test_every_help_has_an_example_that_parses(words: tuple[str, ...]) -> None:
    example = re.search(r"Example: crmcli (.*)", tree.verbs()[words].epilog or "")
    assert example, words
    assert tree.parse(shlex.split(example[1].partition(" | ")[0])) == words
