"""What is wrong with a command line is told in plain words, with what may have been meant."""

from __future__ import annotations

import pytest

from .conftest import Run, Sandbox


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("tickets list --limit ten", "--limit: 'ten' is not a whole number."),
        ("tickets list -L 0", "--limit: 0 is too small: 1 is the least."),
        ("tickets list --offset -1", "--offset: -1 is too small: 0 is the least."),
        ("tickets stats --days 900", "--days: 900 is not from 1 to 366."),
        ("tickets list foo bar", "More was given than it takes: foo bar."),
        ("tickets list --limit", "--limit needs a value."),
        ("tickets list --all=3", "--all takes no value."),
        ("tickets list -o foo", "--output: 'foo' is not one of 'table', 'json', 'jsonl', 'csv', 'tsv', 'ids'."),
        ("tickets got 3", "No such command: got."),
        ("tickets list --colour=3", "No such option: --colour."),
    ],
)
def test_what_is_wrong_is_told_in_plain_words(run: Run, line: str, error: str) -> None:
    missed = run(*line.split())
    assert (missed.code, missed.out, missed.err.splitlines()[0]) == (2, "", f"Error: {error}")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("tickts list", "'tickets'"),
        ("tickets lst", "'list'"),
        ("tickets list --limt 3", "'--limit'"),
        ("tickets list --opened-aftr 7d", "'--opened-after' or '--opened-before'"),
        ("tickets view 3", "'get'"),
        ("tickets show 3", "'get'"),
        ("outbox view 3", "'show'"),
        ("tickets close 3", "'update --status STATUS'"),
        ("replies close 3", None),  # which has no status
        ("tickets search parcel", "'list --subject TEXT'"),
        ("messages search parcel", None),
        ("login", "'profiles add'"),
        ("version", "'--version'"),
        ("-V", "'--version'"),
        ("tickets list --since 7d", None),
        ("tickets list --wide", None),
        ("tickets list --token x", None),
    ],
)
def test_only_what_comes_near_is_suggested(run: Run, line: str, meant: str | None) -> None:
    hint = run(*line.split()).err.splitlines()[-1]
    assert hint.startswith(f"Hint: Did you mean {meant}? See 'crmcli " if meant else "Hint: See 'crmcli ")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("tickets list --status Open --status New", "--status"),
        ("tickets list --status=Open --limit 3 --status=Open", "--status"),
        ("tickets update 4 --subject a --subject b", "--subject"),
        ("tickets list -L 3 --limit 4", "--limit"),
        ("-p demo -p none tickets list", "--profile"),
        ("tickets -o csv -o tsv list", "--output"),
    ],
)
def test_an_option_of_one_value_is_given_once(run: Run, sandbox: Sandbox, line: str, name: str) -> None:
    missed = run(*line.split())
    assert (missed.code, missed.out) == (2, "")
    assert missed.err.splitlines()[0] == f"Error: {name} is given twice."
    assert sandbox.asked() == []


def test_flags_and_what_is_repeatable_may_be_given_again(run: Run, sandbox: Sandbox) -> None:
    assert run("-q", "-q", "tickets", "list", "--all", "--all", "--json", "--json").code == 0
    assert run("tickets", "stats", "--closed", "Closed", "--closed", "Spam", "-o", "tsv").code == 0
    assert run("-o", "csv", "tickets", "-o", "json", "get", "4", "-o", "ids").out == "4\n"
    assert run("tickets", "list", "--status", "a", "--status", "b", "--help").code == 0
