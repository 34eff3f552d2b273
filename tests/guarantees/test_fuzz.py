"""Random command lines: never a traceback, always a documented code, and nothing sent when the words were wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli import app
from crmcli.exits import EXITS
from tests import tree
from tests.conftest import Run, Sandbox
from tests.sizes import size

CODES = {0, *(row.code for row in EXITS)} - {130}
NOUNS = (*app.NOUNS, *app.COMMANDS, "")
VERBS = (*sorted({words[-1] for words in tree.verbs()}), "")
FLAGS = [
    *sorted({option for command in tree.verbs().values() for option in tree.options(command) if option[0] == "-"}),
    "--version",
    "--",
    "-",
    "--bogus",
]
WORDS = [
    "7",
    "42",
    "0",
    "-1",
    "999999",
    "1e3",
    "٣",
    "9999999999999999999999",
    "Open",
    "closed",
    "Orders",
    "nope",
    "''",
    "table",
    "json",
    "jsonl",
    "ids",
    "csv",
    "tsv",
    "auto",
    "never",
    "today",
    "7d",
    "2026-02-30",
    "2026-11-23T14:05+99:00",
    "{}",
    "[]",
    "@/dev/null",
    "@/nowhere",
    "-",
    "a@example.com",
    "CrmID,Subject",
    "CrmID,",
    "demo",
    "main",
    "bash",
    "rows.csv",
    "rows.jsonl",
    "made.plan",
    "/dev/full",
    "/CRM/7",
    "GET",
    "POST",
    "oldest_unanswered>24h",
    "tracking=1Z9",
]
JSON = ('{"Subject":1}', '{"Message":"x"}', '{"Bogus":1}')

words = st.one_of(
    st.sampled_from(FLAGS), st.sampled_from(WORDS), st.sampled_from(JSON), st.text(max_size=12), st.just("x" * 70000)
)
lines = st.builds(
    lambda noun, verb, rest: [word for word in (noun, verb) if word] + rest,
    st.sampled_from(NOUNS),
    st.sampled_from(VERBS),
    st.lists(words, max_size=7),
).filter(lambda line: "serve" not in line)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, with rows and a plan in it: what a line writes lands there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("ticket,status,text\n7,Open,Hello\n8,nope,\n")
    (tmp_path / "rows.jsonl").write_text('{"ticket": 7, "subject": "x"}\n')
    (tmp_path / "made.plan").write_text('{"do": "update", "ticket": 7}\n')


@pytest.mark.sampled
@settings(max_examples=size(300, 5000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=lines)
def test_random_command_lines(run: Run, sandbox: Sandbox, folder: None, line: list[str]) -> None:
    sandbox.store.clear_log()
    result = run(*line)
    assert result.code in CODES, (line, result)
    assert "Traceback" not in result.err, (line, result)
    assert "crmcli itself failed" not in result.err, (line, result)
    if result.code == 2:
        assert not [asked for asked in sandbox.asked() if not asked.startswith("GET ")], (line, sandbox.asked())
