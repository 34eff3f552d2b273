"""No key and no token anywhere: not in what any command prints, nor in any file that it leaves."""

from __future__ import annotations

import base64
from html import unescape
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.api import secrets
from tests.conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run, Sandbox
from tests.sizes import some

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


@pytest.mark.parametrize(
    ("spelling", "status"),
    some([(each, status) for status in (200, 201, 302, 400, 500) for each in SPELLINGS], every=5),
)
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


def coded() -> dict[str, tuple[str, str]]:
    """The key in codes that hide it from the eye alone, each with a piece from the middle of the key."""
    raw, capitals = PRIVATE_KEY.encode(), PRIVATE_KEY.upper().encode()
    codes = {
        "an address in an address": PRIVATE_KEY.replace("f", "%2566"),
        "an address, four times": PRIVATE_KEY.replace("f", "%25252566"),
        "HTML in HTML": PRIVATE_KEY.replace("f", "&amp;#x66;").replace("e", "&amp;amp;#101;"),
        "a script": PRIVATE_KEY.replace("f", "\\\\x66"),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "hex of capitals": capitals.hex(),
        "hex with colons": raw.hex(":"),
        "hex in bytes": ", ".join(f"0x{byte:02X}" for byte in raw),
        "base64 of capitals": base64.b64encode(capitals).decode(),
    }
    found = {name: (said, said[len(said) // 2 :][:8]) for name, said in codes.items()}
    for before in ("", "x", "xy", f"{SECURE_URL}:"):
        for behind in ("", ":t", ":to"):
            said = base64.b64encode(before.encode() + raw + behind.encode()).decode()
            found[f"base64 after {before!r} before {behind!r}"] = said, said[(len(before) + 10) * 4 // 3 :][:8]
    lines = base64.encodebytes(b"k" * 40 + raw).decode()
    for name, end in {"lines": "\n", "lines within JSON": "\\r\\n"}.items():
        found[f"base64 in {name}"] = lines.replace("\n", end), lines.partition("\n")[0][-8:]
    return found


@pytest.mark.parametrize("code", coded())
def test_a_key_in_a_code_is_not_printed(code: str, run: Run, shop: Sandbox) -> None:
    said, piece = coded()[code]
    shop.answer(400, f'{{"Message": "Bad key {said}."}}', "PUT", works=False)
    message = run("departments", "update", "1", "--name", "X", "--json").error["message"]
    assert "***" in message
    assert piece not in message


def test_base64_for_addresses_and_its_odd_letters() -> None:
    key = "key??>>~~??>>~~"
    for before in ("", "a", "ab"):
        raw = (before + key).encode()
        usual, address = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
        for said in (usual, address, usual.replace("/", "\\/"), quote(usual), quote(quote(usual))):
            assert "***" in secrets.hiding([key])(f"so: {said}"), said


@settings(deadline=None, max_examples=50)  # each key is patterns to compile
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=64), st.binary(), st.binary())
def test_any_key_in_base64_is_found_wherever_it_stands(key: str, before: bytes, behind: bytes) -> None:
    said = base64.b64encode(before + key.encode() + behind).decode()
    assert "***" in secrets.hiding([key])(said)


def test_what_is_no_key_stays() -> None:
    hide = secrets.hiding([PRIVATE_KEY, TOKEN])
    for text in ("", "Created successfully", "0123456789abcdef" * 40, base64.b64encode(bytes(range(256))).decode()):
        assert hide(text) == text


@pytest.mark.parametrize(
    ("fault", "from_file"), some([(fault, is_file) for is_file in (True, False) for fault in FAULTS], every=2)
)
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
