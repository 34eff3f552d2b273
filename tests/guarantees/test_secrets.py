"""No key and no token anywhere: not in what any command prints, nor in any file that it leaves."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.conftest import PRIVATE_KEY, TOKEN, Run, Sandbox

COMMANDS = (
    ("tickets", "list", "--verbose"),
    ("tickets", "get", "7", "--json", "--verbose"),
    ("tickets", "get", "99999"),
    ("tickets", "update", "7", "--status", "Closed", "--verbose"),
    ("tickets", "update", "7", "--subject", "x", "--dry-run", "--json"),
    ("tickets", "create", "--customer-email", "a@example.com", "--message", "hi", "--verbose"),
    ("tickets", "delete", "3", "--yes", "--verbose"),
    ("messages", "create", "7", "--text", "hi", "--verbose", "--once", "job"),
    ("messages", "create", "7", "--text", "hi", "--dry-run"),
    ("messages", "list", "7", "-v"),
    ("statuses", "update", "Open", "--name", "Opened", "-v"),
    ("departments", "list", "-v", "-o", "csv"),
    ("replies", "create", "--title", "t", "--text", "x", "-v"),
    ("profiles", "list", "--json"),
    ("profiles", "show", "main", "--json"),
    ("profiles", "check", "-v"),
    ("outbox", "list", "--all", "--json"),
    ("tickets", "list", "--bogus"),
    ("tickets", "update", "4", "5", "--status", "Closed", "-v", "--json"),
    ("tickets", "reply", "4", "--text", "hi", "--status", "Open", "--yes", "-v"),
    ("tickets", "update", "6", "--status", "Spam", "--plan", "made.plan", "-v"),
    ("apply", "made.plan", "-v"),
    ("runs", "list", "--json"),
    ("runs", "show", "1", "--json"),
    ("runs", "undo", "1", "-v"),
    ("trash", "list", "--json"),
    ("trash", "restore", "1", "-v"),
    ("tickets", "list", "--checkpoint", "job", "-v"),
    ("doctor", "-v"),
    ("api", "GET", "/CRM/4", "-v"),
    ("api", "POST", "/CRM/4/message", "-f", "Message=x", "-v"),
    ("tickets", "stats", "-v"),
)
FAULTS = (
    "",
    "status=401",
    "status=500,body=html",
    "cut-before",
    "cut-body",
    "status=404,body=html",
    "status=429,retry-after=999",
)


SPELLINGS = {
    "plain": PRIVATE_KEY,
    "upper case": PRIVATE_KEY.upper(),
    "a letter escaped": PRIVATE_KEY.replace("f", "\\u0066"),
    "all escaped": "".join(f"\\u{ord(letter):04X}" for letter in PRIVATE_KEY),
    "escaped in capitals": PRIVATE_KEY.replace("f", "\\u0046"),
    "JSON in JSON": PRIVATE_KEY.replace("f", "\\\\u0066"),
    "an address": PRIVATE_KEY.replace("f", "%66"),
    "HTML": PRIVATE_KEY.replace("f", "&#x66;").replace("e", "&#101;"),
}
BODIES = (
    '{{"Message": "Bad key {}"}}',
    '{{"Message": "Bad", "ModelState": {{"key": ["{}"]}}}}',
    '[{{"Key": "Error", "Value": "{}", "Status": "400", "Message": "No {}"}}]',
    '[{{"Key": "CrmID", "Value": "1", "Status": "{}", "Message": "{}"}}]',
    '[{{"CrmID": "{}"}}]',
    "<title>{}</title>",
    "{}",
)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [200, 201, 302, 400, 500])
def test_a_key_that_the_store_says_back_is_not_printed(
    spelling: str, status: int, run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMCLI_SETTLE", "0")
    app = sandbox.server.app
    for body in BODIES:
        for method, command in (
            ("GET", ("tickets", "get", "4", "-v")),
            ("GET", ("api", "GET", "/CRM/4", "-v")),
            ("PUT", ("departments", "update", "1", "--name", "X", "--json", "-v")),
            ("POST", ("messages", "create", "4", "--text", "hi", "--json", "-v")),
            ("POST", ("api", "POST", "/CRM/new", "--data", "{}", "-v")),
        ):
            sandbox.server.app = app
            said = body.replace("{}", SPELLINGS[spelling]).replace("{{", "{").replace("}}", "}")
            sandbox.answer(status, said, method, Location=f"/{SPELLINGS[spelling]}")
            result = run(*command)
            printed = unescape(unquote(result.out + result.err)).replace("\\u0066", "f").casefold()
            assert "crmcli itself" not in result.err
            assert PRIVATE_KEY not in printed, (command, said, result)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("from_file", [True, False])
def test_no_secret_is_printed_or_written(
    fault: str, from_file: bool, run: Run, sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = home / "config" / "crmcli" / "profiles.toml"
    if from_file:
        profiles.parent.mkdir(parents=True)
        profiles.write_text(
            f'default = "main"\n[profiles.main]\nsecure_url = "https://www.example-store.com"\n'
            f'private_key = "{PRIVATE_KEY}"\ntoken = "{TOKEN}"\nbase_url = "{sandbox.server.base_url}"\n'
            "rate_limit = { burst = 5000, per_second = 1000 }\n"
        )
        profiles.chmod(0o600)
        for name in ("SECURE_URL", "PRIVATE_KEY", "TOKEN", "BASE_URL"):
            monkeypatch.delenv(f"CRMCLI_{name}")
    monkeypatch.setenv("CRMCLI_SETTLE", "0")
    monkeypatch.chdir(home)
    if fault:
        sandbox.fault(fault)
    secrets = (PRIVATE_KEY, TOKEN)
    for command in COMMANDS:
        result = run(*command)
        assert not any(secret in result.out + result.err for secret in secrets), command
    told = [path for path in home.rglob("*") if path.is_file() and path != profiles]
    kept = {"outbox.db", "runs.db", *(() if fault else ("trash.db", "made.plan", "job.db"))}
    assert kept <= {path.name for path in told}, "the files of a run are not where this test looks"
    for path in told:
        assert not any(secret.encode() in path.read_bytes() for secret in secrets), path
