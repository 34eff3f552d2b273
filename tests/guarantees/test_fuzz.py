"""Random command lines: never a traceback, always a documented code, and nothing sent when the words were wrong."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.exits import EXITS
from tests.conftest import Run, Sandbox

CODES = {0, *(row.code for row in EXITS)} - {130}
NOUNS = ("tickets", "messages", "departments", "replies", "statuses", "profiles", "outbox", "sandbox", "")
VERBS = (*"list get create update delete add show use remove resolve resend forget mailbox".split(), "")  # noqa: SIM905
FLAGS = [
    "--subject",
    "--department",
    "--status",
    "--opened-after",
    "--active-before",
    "--customer-name",
    "--customer-email",
    "--customer-ip",
    "--order",
    "--customer",
    "--product",
    "--limit",
    "--offset",
    "--all",
    "--count",
    "--data",
    "--text",
    "--message",
    "--sender",
    "--name",
    "--title",
    "--visible",
    "--hidden",
    "--yes",
    "--dry-run",
    "--json",
    "--output",
    "-o",
    "--fields",
    "--csv-raw",
    "--color",
    "--quiet",
    "--verbose",
    "--no-input",
    "--profile",
    "-p",
    "--once",
    "--replace",
    "--secure-url",
    "--private-key-stdin",
    "--sent",
    "--not-sent",
    "--help",
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


@settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=lines)
def test_random_command_lines(run: Run, sandbox: Sandbox, line: list[str]) -> None:
    sandbox.store.clear_log()
    result = run(*line)
    assert result.code in CODES, (line, result)
    assert "Traceback" not in result.err, (line, result)
    assert "crmcli itself failed" not in result.err, (line, result)
    if result.code == 2:
        assert not [asked for asked in sandbox.asked() if not asked.startswith("GET ")], (line, sandbox.asked())
