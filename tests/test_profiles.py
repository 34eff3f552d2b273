"""Profiles: which one counts, what stands over it, and which files are refused."""

from __future__ import annotations

import json
import re
import stat
import sys
import time
from pathlib import Path

import pytest

from crmcli import printed, settings

from .conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Run, Sandbox

PLAIN = 'secure_url = "https://{}.example.com"\nprivate_key = "k"\ntoken = "t"\n'
MAIN = PLAIN.format("main")


def address(run: Run, *words: str) -> str:
    """Where a write would go, which tells the profile in force."""
    url: str = run(*words, "tickets", "delete", "4", "--dry-run", "--json").json["url"]
    return url


@pytest.fixture
def three(profile_file: Path) -> Path:
    """Three profiles, told apart by their address; the default is `main`, the sandbox."""
    for name in ("eu", "uk"):
        text = f'\n[profiles.{name}]\nbase_url = "https://{name}.example.com/v1"\n{PLAIN.format(name)}'
        profile_file.write_text(profile_file.read_text() + text)
    return profile_file


def test_flag_over_environment_over_file(
    run: Run, sandbox: Sandbox, three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address(run) == f"{sandbox.server.base_url}/CRM/4"
    monkeypatch.setenv("CRMCLI_PROFILE", "eu")
    assert address(run) == "https://eu.example.com/v1/CRM/4"
    assert address(run, "-p", "uk") == "https://uk.example.com/v1/CRM/4"
    assert address(run, "--profile=main") == f"{sandbox.server.base_url}/CRM/4"
    monkeypatch.setenv("CRMCLI_PROFILE", "")
    assert address(run) == f"{sandbox.server.base_url}/CRM/4"


def test_variables_stand_over_the_profile(profile_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value, read in (
        ("base_url", "https://other.example.com/v1/", "https://other.example.com/v1"),
        ("secure_url", "https://other.example.com", "https://other.example.com"),
        ("private_key", "k2", "k2"),
        ("token", "t2", "t2"),
        ("timezone", "Europe/Berlin", "Europe/Berlin"),
        ("timeout", "2.5", 2.5),
        ("page_size", "7", 7),
    ):
        assert getattr(settings.load(None), key) != read
        monkeypatch.setenv(f"CRMCLI_{key.upper()}", value)
        assert getattr(settings.load(None), key) == read


def test_the_environment_alone_is_enough(run: Run, sandbox: Sandbox, home: Path) -> None:
    assert run("tickets", "list", "--count").out == "40\n"
    assert not (home / "config" / "crmcli").exists()


def test_the_only_profile_needs_no_default(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    profile_file.write_text(profile_file.read_text().replace('default = "main"', ""))
    assert address(run).startswith(sandbox.server.base_url)


def test_several_without_a_default_are_named(run: Run, three: Path) -> None:
    three.write_text(three.read_text().replace('default = "main"', ""))
    asked = run("tickets", "list")
    assert asked.code == 3
    assert asked.err.splitlines() == ["Error: Which profile? There are main, eu, uk.", "Hint: Name one with -p."]


def test_no_profile_at_all(run: Run) -> None:
    for words in ((), ("-p", "eu")):
        lost = run(*words, "tickets", "list")
        assert (lost.code, lost.out) == (3, "")
        assert "-p demo" in lost.err


def test_the_demo_may_have_the_platforms_statuses(run: Run, home: Path) -> None:
    def names() -> list[str]:
        return run("-p", "demo", "statuses", "list", "-o", "tsv", "--fields", "StatusName").lines

    assert "Waiting for customer" in names()
    assert run("sandbox", "reset", "--statuses", "platform").code == 0
    assert names()[-4:] == ["New", "In Process", "On Hold", "Completed"]
    number = run("-p", "demo", "tickets", "create", "--customer-email", "ann@example.com", "-o", "ids").out.strip()
    assert run("-p", "demo", "tickets", "get", number, "--json").json["StatusID"] == 1
    figures = run("-p", "demo", "tickets", "stats", "--json").json
    assert [row["name"] for row in figures["by_status"] if row["closed"]] == ["Completed"]
    other = run("sandbox", "serve", "--port", "0", "--statuses", "renamed")
    assert (other.code, "(--tickets 240 --seed 1 --statuses platform)" in other.err) == (2, True)
    assert run("sandbox", "reset").code == 0
    assert "Waiting for customer" in names()


def test_the_demo_needs_nothing(run: Run, home: Path) -> None:
    assert int(run("-p", "demo", "tickets", "list", "--count").out) > 100
    assert run("-p", "demo", "tickets", "delete", "4", "--yes").code == 0
    assert run("-p", "demo", "tickets", "get", "4").code == 5
    assert run("-p", "demo", "sandbox", "reset").code == 0
    assert run("-p", "demo", "tickets", "get", "4").code == 0
    assert not (home / "config").exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o601])
def test_a_file_that_others_can_read_is_refused(run: Run, sandbox: Sandbox, profile_file: Path, mode: int) -> None:
    profile_file.chmod(mode)
    refused = run("tickets", "list")
    assert (refused.code, refused.out) == (3, "")
    assert refused.err.splitlines() == [
        f"Error: {profile_file} holds keys, and others can read it (mode {mode:o}).",
        f"Hint: Run: chmod 600 '{profile_file}'",
    ]
    assert run("profiles", "add", "eu", "--secure-url", SECURE_URL, "--token-command", "x").code != 0
    assert stat.S_IMODE(profile_file.stat().st_mode) == mode
    assert sandbox.asked() == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("default = ", "is not TOML"),
        ("\xff", "is not TOML"),
        ('default = "eu"\n', "'eu', is not among its profiles"),
        ("colour = 1\n", "colour means nothing"),
        ("profiles = 1\n", "[profiles.NAME]"),
        ("[profiles]\nmain = 1\n", "[profiles.NAME]"),
        ('[profiles.main]\ncolour = "red"\n' + MAIN, "has a key that means nothing: colour"),
        ('[profiles.main]\nsecure_url_command = "x"\n' + MAIN, "means nothing: secure_url_command"),
        ('[profiles.main]\nprivate_key = "k"\ntoken = "t"\n', "No secure_url for the store"),
        (
            "[profiles.main]\n" + MAIN.replace('"k"', "5"),
            "private_key in profile 'main': a text is needed",
        ),
        (
            "[profiles.main]\n" + MAIN.replace('"k"', '"a\\nb"'),
            "private_key in profile 'main': it holds characters",
        ),
        (
            "[profiles.main]\n" + MAIN.replace('"k"', '"Ã©"'),
            "private_key in profile 'main': it holds characters",
        ),
        ('[profiles.main]\ntimezone = "Mars"\n' + MAIN, "no time zone is named 'Mars'"),
        ('[profiles.main]\ntimezone = "../etc"\n' + MAIN, "no time zone is named '../etc'"),
        (
            '[profiles.main]\nread_only = "yes"\n' + MAIN,
            "read_only in profile 'main': true or false is needed",
        ),
        (
            "[profiles.main]\npage_size = 501\n" + MAIN,
            "page_size in profile 'main': a number from 1 to 500",
        ),
        ("[profiles.main]\ntimeout = true\n" + MAIN, "timeout in profile 'main': a number of seconds"),
        ("[profiles.main]\ntimeout = nan\n" + MAIN, "timeout in profile 'main': a number of seconds"),
        ("[profiles.main]\nrate_limit = 5\n" + MAIN, "a table like { burst = 50, per_second = 2 }"),
        ('[profiles.main]\nsenders = { store = "1" }\n' + MAIN, "a table of names and numbers"),
    ],
)
def test_a_file_that_is_wrong(run: Run, sandbox: Sandbox, profile_file: Path, text: str, told: str) -> None:
    profile_file.write_bytes(text.encode("latin-1"))
    refused = run("tickets", "list")
    assert (refused.code, refused.out) == (3, "")
    assert told in refused.err.splitlines()[0]
    assert sandbox.asked() == []


def test_no_key_is_in_an_error_about_the_file(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    whole = profile_file.read_text()
    for broken in (
        whole.replace(f'"{TOKEN}"', TOKEN),
        whole.replace(f'"{TOKEN}"', f'"{TOKEN}'),
        whole.replace("token", PRIVATE_KEY + " token"),
        whole.replace(f'"{TOKEN}"', f'"{TOKEN}\\u00e9"'),
        whole.replace(f'"{TOKEN}"', f'["{TOKEN}"]'),
    ):
        profile_file.write_text(broken)
        refused = run("tickets", "list", "--verbose")
        assert refused.code == 3, broken
        assert TOKEN not in refused.err
        assert PRIVATE_KEY not in refused.err


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("http://api.example.com/v1", False),
        ("http://127.0.0.1.example.com/v1", False),
        ("http://localhost.example.com", False),
        ("http://10.0.0.1/v1", False),
        ("ftp://127.0.0.1/v1", False),
        ("https://key:secret@api.example.com/v1", False),
        ("https://api.example.com/v1?x=1", False),
        ("https://[", False),
        ("https://api.example.com:x/v1", False),
        ("api.example.com", False),
        ("https://api.example.com/v1/", True),
        ("http://127.0.0.2:8765/v1", True),
        ("http://localhost:8765", True),
        ("http://[::1]:8765/v1", True),
    ],
)
def test_plain_http_is_for_loopback_alone(run: Run, profile_file: Path, url: str, fine: bool) -> None:
    text = profile_file.read_text().splitlines(keepends=True)
    profile_file.write_text("".join(text[:-1]) + f'base_url = "{url}"\n')
    told = run("tickets", "delete", "4", "--dry-run")
    assert told.code == (0 if fine else 3)
    if fine:
        assert told.out == f"DELETE {url.rstrip('/')}/CRM/4\n"


def program(tmp_path: Path, source: str) -> str:
    """A command line that runs some Python."""
    (tmp_path / "program.py").write_text(source)
    return f"'{sys.executable}' '{tmp_path / 'program.py'}'"


def commanded(profile_file: Path, command: str) -> None:
    text = profile_file.read_text()
    profile_file.write_text(text.replace(f'token = "{TOKEN}"', f'token_command = "{command}"'))


def test_a_program_that_prints_the_secret(run: Run, sandbox: Sandbox, profile_file: Path, tmp_path: Path) -> None:
    commanded(profile_file, program(tmp_path, f"print('{TOKEN}')\nprint()"))
    assert run("tickets", "list", "--count").out == "40\n"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("print('secret'); raise SystemExit(3)", "ended with code 3"),
        ("print()", "a text is needed"),
        ("print('secret two')", "it holds characters that no key or address has"),
        ("import sys; sys.stdout.buffer.write(b'secret\\xff')", "printed something that is not text"),
    ],
)
def test_a_program_that_fails(
    run: Run, sandbox: Sandbox, profile_file: Path, tmp_path: Path, source: str, told: str
) -> None:
    commanded(profile_file, program(tmp_path, source))
    failed = run("tickets", "list")
    assert (failed.code, failed.out) == (3, "")
    assert failed.err.startswith("Error: token_command")
    assert told in failed.err
    assert "secret" not in failed.err
    assert sandbox.asked() == []


@pytest.mark.parametrize("command", ["/nowhere/to/be/found", "", "'", " "])
def test_a_program_that_is_none(run: Run, profile_file: Path, command: str) -> None:
    commanded(profile_file, command)
    failed = run("tickets", "list")
    assert failed.code == 3
    assert failed.err.startswith("Error: token_command")


@pytest.mark.parametrize(
    "command",
    [
        f"printf '{TOKEN}\\nlogin: ann\\nurl: https://www.example-store.com\\n'",
        f"printf 'x\\n{TOKEN}\\n' | tail -n 1",
        f"printf '\\357\\273\\277{TOKEN}\\r\\n'",
        f"X={TOKEN}; echo $X",
        ["echo", TOKEN],
    ],
    ids=["lines", "pipe", "mark", "shell", "words"],
)
def test_of_what_a_program_prints_the_first_line_counts(
    run: Run, sandbox: Sandbox, profile_file: Path, command: object
) -> None:
    text = profile_file.read_text()
    profile_file.write_text(text.replace(f'token = "{TOKEN}"', f"token_command = {json.dumps(command)}"))
    assert run("tickets", "list", "--count").out == "40\n"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("echo secret; echo 'secret: not in the \x1bstore' >&2; exit 1", "  …: not in the \\x1bstore"),
        ("echo 'gpg: no key' >&2 | cat", "  gpg: no key"),
        ("/nowhere/pass", "not found"),
    ],
    ids=["code", "empty", "not there"],
)
def test_what_a_failing_program_complains_of_is_shown(
    run: Run, sandbox: Sandbox, profile_file: Path, command: str, told: str
) -> None:
    text = profile_file.read_text()
    profile_file.write_text(text.replace(f'token = "{TOKEN}"', f"token_command = {json.dumps(command)}"))
    failed = run("tickets", "list")
    assert failed.code == 3
    assert failed.err.startswith("Error: token_command: ")
    assert told in failed.err
    assert "secret" not in failed.err


def test_a_program_that_never_ends(
    run: Run, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "SECONDS", 0.2)
    commanded(profile_file, program(tmp_path, "import time; time.sleep(30)"))
    failed = run("tickets", "list")
    assert failed.code == 3
    assert "printed nothing within" in failed.err


@pytest.mark.parametrize("after", ["sleep 20 & echo {}", "echo {}; sleep 20 & true"])
def test_a_program_that_leaves_another_behind(run: Run, sandbox: Sandbox, profile_file: Path, after: str) -> None:
    """Which keeps the output open: what was printed counts once the program itself has ended."""
    text = profile_file.read_text()
    profile_file.write_text(text.replace(f'token = "{TOKEN}"', f'token_command = "{after.format(TOKEN)}"'))
    began = time.monotonic()
    assert run("tickets", "get", "1").code == 0
    assert time.monotonic() - began < 15


def test_a_program_that_prints_without_end(run: Run, profile_file: Path) -> None:
    text = profile_file.read_text()
    profile_file.write_text(text.replace(f'token = "{TOKEN}"', 'token_command = "yes"'))
    failed = run("tickets", "list")
    assert (failed.code, "printed more than 65,536 bytes" in failed.err) == (3, True)


def test_a_password_in_an_address_is_not_shown(run: Run, profile_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://someone:hidden@store.example/x"
    text = profile_file.read_text().replace("https://www.", "https://someone:hidden@www.")
    profile_file.write_text(re.sub(r"(?m)^base_url = .*$", f'base_url = "{address}"', text))
    for words in (("show", "main"), ("show",), ("list",), ("check",)):
        for form in ((), ("--json",)):
            said = run("profiles", *words, *form)
            assert "hidden" not in said.out + said.err, words
    assert run("profiles", "show", "main", "--json").json["base_url"] == "https://…@store.example/x"
    monkeypatch.setenv("CRMCLI_BASE_URL", address)
    assert "hidden" not in run("profiles", "show").out


def test_read_only_refuses_every_write(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    profile_file.write_text(profile_file.read_text() + "read_only = true\n")
    for words in (
        ("tickets", "create", "--customer-email", "ann@example.com"),
        ("tickets", "update", "4", "--status", "5"),
        ("tickets", "delete", "4", "--yes"),
        ("messages", "create", "4", "--text", "Hi"),
        ("messages", "delete", "3", "8", "--yes"),
        ("departments", "update", "2", "--hidden"),
        ("replies", "create", "--title", "Hi", "--text", "Hi"),
        ("replies", "update", "1", "--title", "Hi"),
        ("replies", "delete", "1", "--yes"),
        ("statuses", "update", "1", "--name", "Hi"),
    ):
        refused = run(*words, "--json")
        assert (refused.code, refused.error["kind"]) == (3, "config"), words
        assert "read-only" in refused.error["message"]
    assert sandbox.asked("POST", "PUT", "DELETE") == []
    assert run("tickets", "get", "4").code == 0


def test_send_false_refuses_only_what_mails(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    profile_file.write_text(profile_file.read_text() + "send = false\n")
    for words in (
        ("tickets", "create", "--customer-email", "ann@example.com"),
        ("messages", "create", "4", "--text", "Hi"),
    ):
        refused = run(*words)
        assert (refused.code, refused.out) == (3, "")
        assert "must not mail customers" in refused.err
    assert sandbox.asked("POST") == []
    assert run("tickets", "update", "4", "--status", "5").code == 0
    assert run("replies", "create", "--title", "Hi", "--text", "Hi").code == 0
    assert run("messages", "delete", "3", "8", "--yes").code == 0


def test_keys_from_the_environment_over_the_default_profile_are_told_of(
    profile_file: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its base_url stays in force, which nobody who set the keys need know of."""
    monkeypatch.delenv("CRMCLI_SETTLE")
    assert run("tickets", "list", "--limit", "1").err.count("environment") == 0
    monkeypatch.setenv("CRMCLI_TOKEN", TOKEN)
    told = run("tickets", "list", "--limit", "1").err
    assert "Set in the environment, and so over profile main: CRMCLI_TOKEN. The rest, as base_url http://127" in told
    monkeypatch.setenv("CRMCLI_TIMEZONE", "Europe/Berlin")
    monkeypatch.delenv("CRMCLI_TOKEN")
    assert run("tickets", "list", "--limit", "1").err.count("environment") == 0
