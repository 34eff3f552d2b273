"""`crmcli profiles`: what it writes, that the file stays whole, private and the user's own, and that no secret is shown."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from .conftest import PRIVATE_KEY, SECURE_URL, TOKEN, Result, Run, Sandbox

WRITTEN = """# My shops.
default = "main"  # the big one

[profiles.main]
# from the drawer
secure_url = "https://www.example-store.com"
private_key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
token = "a0b1c2d3e4f5061728394a5b6c7d8e9f"   # until March
senders = { store = 0, customer = 1 }

[profiles.eu]
secure_url = "https://eu.example-store.com"
private_key_command = "pass show eu/key"
token = "a0b1c2d3e4f5061728394a5b6c7d8e9f"
read_only = true
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration folder, which isn't there yet."""
    monkeypatch.setenv("CRMCLI_CONFIG_DIR", str(tmp_path / "moved" / "config"))
    return tmp_path / "moved" / "config"


@pytest.fixture
def file(folder: Path) -> Path:
    """A file as somebody wrote it by hand."""
    folder.mkdir(parents=True)
    file = folder / "profiles.toml"
    file.touch(mode=0o600)
    file.write_text(WRITTEN)
    return file


def added(run: Run, name: str, *words: str, stdin: str = f"{PRIVATE_KEY}\n{TOKEN}\n") -> Result:
    return run("profiles", "add", name, "--secure-url", SECURE_URL, *words, stdin=stdin)


BY_PIPE = ("--private-key-stdin", "--token-stdin")


def read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text())


def files(folder: Path) -> list[Path]:
    """What is in the folder but for the lock, which is empty."""
    return [path for path in folder.iterdir() if path.name != ".profiles.lock"]


def test_the_first_profile_is_the_default_and_private(run: Run, folder: Path) -> None:
    before = os.umask(0)
    try:
        done = added(run, "main", *BY_PIPE, "--timezone", "Europe/Berlin")
    finally:
        os.umask(before)
    assert (done.code, done.out) == (0, "")
    file = folder / "profiles.toml"
    assert done.err == f"Profile main is in {file}. Try it: crmcli -p main profiles check\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert read(file) == {
        "default": "main",
        "profiles": {
            "main": {
                "secure_url": SECURE_URL,
                "private_key": PRIVATE_KEY,
                "token": TOKEN,
                "timezone": "Europe/Berlin",
            }
        },
    }
    assert added(run, "eu", *BY_PIPE).code == 0
    assert read(file)["default"] == "main"
    assert files(folder) == [file]


def test_secrets_may_come_from_programs(run: Run, folder: Path) -> None:
    assert added(run, "main", "--private-key-command", "pass show key", "--token-stdin", stdin=f"{TOKEN}\n").code == 0
    assert read(folder / "profiles.toml")["profiles"]["main"] == {
        "secure_url": SECURE_URL,
        "private_key_command": "pass show key",
        "token": TOKEN,
    }


@pytest.mark.parametrize(
    ("words", "stdin", "told"),
    [
        (BY_PIPE, "", "private_key: a text is needed."),
        (BY_PIPE, f"{PRIVATE_KEY}\n", "token: a text is needed."),
        (BY_PIPE, "two words\nx\n", "private_key: it holds characters that no key or address has."),
        ((*BY_PIPE, "--timezone", "Mars"), "a\nb\n", "timezone: no time zone is named 'Mars'"),
        ((*BY_PIPE, "--base-url", "http://example.com"), "a\nb\n", "base_url: plain http would show the keys"),
    ],
)
def test_bad_values_are_refused(run: Run, folder: Path, words: tuple[str, ...], stdin: str, told: str) -> None:
    refused = added(run, "main", *words, stdin=stdin)
    assert refused.code == 2
    assert refused.err.startswith(f"Error: {told}")
    assert not folder.exists()


@pytest.mark.parametrize("name", ["demo", "", "a b", "../x", "-x", "é", "a" * 65])
def test_bad_names_are_refused(run: Run, folder: Path, name: str) -> None:
    refused = run("profiles", "add", "--secure-url", SECURE_URL, *BY_PIPE, "--", name, stdin="a\nb\n")
    assert (refused.code, refused.err.splitlines()[0]) == (2, f"Error: A profile can't be named {name!r}.")
    assert not folder.exists()


def test_a_profile_is_not_written_over_by_mistake(run: Run, file: Path) -> None:
    assert added(run, "main", *BY_PIPE).code == 2
    assert file.read_text() == WRITTEN
    assert added(run, "main", *BY_PIPE, "--replace").code == 0
    assert "senders" not in read(file)["profiles"]["main"]
    assert read(file)["profiles"]["eu"] == tomllib.loads(WRITTEN)["profiles"]["eu"]


def test_comments_and_order_survive(run: Run, file: Path) -> None:
    assert run("profiles", "use", "eu").code == 0
    assert file.read_text() == WRITTEN.replace('default = "main"', 'default = "eu"')
    assert added(run, "uk", *BY_PIPE).code == 0
    assert run("profiles", "remove", "uk", "--yes").code == 0
    assert file.read_text().strip() == WRITTEN.replace('default = "main"', 'default = "eu"').strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_removing_the_default_leaves_none(run: Run, file: Path) -> None:
    assert run("profiles", "remove", "main", "--yes").code == 0
    assert read(file) == {"profiles": {"eu": tomllib.loads(WRITTEN)["profiles"]["eu"]}}
    assert PRIVATE_KEY not in file.read_text()
    assert run("profiles", "remove", "main", "--yes").code == 3


def test_unknown_names(run: Run, file: Path) -> None:
    for words in (("use", "uk"), ("remove", "uk", "--yes"), ("show", "uk"), ("check", "uk")):
        missed = run("profiles", *words)
        assert (missed.code, missed.out) == (3, "")
        assert missed.err.startswith("Error: No profile is named 'uk'")
    assert file.read_text() == WRITTEN


def test_demo_may_be_the_default(run: Run, file: Path) -> None:
    assert run("profiles", "use", "demo").code == 0
    assert run("tickets", "list", "--count").code == 0
    assert run("profiles", "show", "--json").json["name"] == "demo"


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "tsv"])
def test_no_secret_is_shown(run: Run, file: Path, form: str) -> None:
    told = run("profiles", "list", "-o", form), run("profiles", "show", "main", "-o", form, "--verbose")
    for result in told:
        assert result.code == 0
        assert SECURE_URL in result.out
        assert PRIVATE_KEY not in result.out + result.err
        assert TOKEN not in result.out + result.err


def test_what_is_listed(run: Run, file: Path) -> None:
    assert run("profiles", "list", "-o", "ids").lines == ["main", "eu"]
    main, eu = run("profiles", "list", "--json").json
    assert (main["default"], main["private_key"], main["token"], main["read_only"]) == (True, "set", "set", False)
    assert (eu["default"], eu["private_key"], eu["token"], eu["read_only"]) == (False, "command", "set", True)
    assert run("profiles", "show", "--json").json == main
    assert run("profiles", "show", "-p", "eu", "--json").json == eu


def test_none_are_listed(run: Run, folder: Path) -> None:
    assert (run("profiles", "list").code, run("profiles", "list", "--json").out) == (0, "[]\n")
    said = "Set up your store with 'crmcli profiles add NAME', or try '-p demo', which needs no store."
    assert " ".join(run("profiles", "list", terminal=True).err.split()) == f"No profiles. {said}"
    missed = run("tickets", "list")
    assert (missed.code, missed.err.splitlines()[-1]) == (3, f"Hint: {said}")


GOOD = (
    "https://www.example-store.com",
    "https://example-store.com/",
    "example-store.3dcartstores.com",
    "HTTPS://Shop.Example.COM",
    "http://localhost:8080",
    "http://127.0.0.1:8080",
    "localhost",
)
WRONG = (
    ("foo", "a store's address"),
    ("https://foo", "a store's address"),
    ("http://x.example", "https://"),
    ("ftp://x.example", "https://"),
    ("https://x.example/shop", "a store's address"),
    ("x.example?y", "a store's address"),
    ("https://ann@x.example", "a store's address"),
    ("https://x..example", "a store's address"),
    ("https://x.example:0x", "a store's address"),
)


@pytest.mark.parametrize("url", GOOD)
def test_an_address_of_a_store(run: Run, folder: Path, url: str) -> None:
    words = ("--private-key-command", "echo k", "--token-command", "echo t")
    assert run("profiles", "add", "main", "--secure-url", url, *words).code == 0


@pytest.mark.parametrize(("url", "why"), WRONG)
def test_no_address_of_a_store(run: Run, folder: Path, url: str, why: str) -> None:
    words = ("--private-key-command", "echo k", "--token-command", "echo t")
    missed = run("profiles", "add", "main", "--secure-url", url, *words)
    assert missed.code == 2
    assert why in missed.err.splitlines()[0]
    assert "https://www.example-store.com" in missed.err.splitlines()[0]
    assert not (folder / "profiles.toml").exists()


def test_a_byte_order_mark_does_no_harm(run: Run, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert len(run("profiles", "list", "--json").json) == 2
    assert run("profiles", "use", "eu").code == 0
    assert read(file)["default"] == "eu"


READS = [
    "tickets list --count",
    "tickets get 4 --json",
    "tickets list -o table",
    "statuses list",
    "tickets stats --json",
]


@pytest.mark.parametrize("command", [*READS, "tickets list --status Open -o table --all", "profiles list"])
def test_without_a_home_the_environment_is_enough(
    run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/dev/null")
    result = run(*command.split())
    assert (result.code, result.err.replace("No profiles", "")) == (0, ""), result


def test_without_a_home_nothing_is_sent(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", "/dev/null")
    refused = run("messages", "create", "4", "--text", "Hello")
    assert refused.code == 3
    assert "Hello" in refused.err
    assert sandbox.asked("POST") == []


def test_a_link_stays_a_link(run: Run, file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles" / "crm.toml"
    elsewhere.parent.mkdir()
    file.rename(elsewhere)
    file.symlink_to(elsewhere)
    assert run("profiles", "use", "eu").code == 0
    assert file.is_symlink()
    assert read(elsewhere)["default"] == "eu"
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600


def test_the_file_is_replaced_whole_or_not_at_all(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash before the last step leaves the old file; a reader that has it open goes on reading the old one."""
    with file.open() as reader:
        assert run("profiles", "use", "eu").code == 0
        assert reader.read() == WRITTEN
    changed = file.read_text()

    def crash(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", crash)
    full = run("profiles", "use", "main")
    assert (full.code, full.err.splitlines()[0]) == (3, f"Error: {file} can't be written: No space left on device.")
    assert file.read_text() == changed
    assert files(file.parent) == [file]


def test_a_folder_that_cannot_be_made(run: Run, folder: Path) -> None:
    folder.parent.write_text("a file")
    refused = added(run, "main", *BY_PIPE)
    assert (refused.code, refused.err.count("can't be")) == (3, 1)


def test_check_says_what_works(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    checked = run("profiles", "check", "main", "--json")
    assert checked.code == 0
    assert [(row["Noun"], row["Works"], row["Count"]) for row in checked.json] == [
        ("tickets", True, 40),
        ("departments", True, 7),
        ("statuses", True, 8),
        ("replies", True, 12),
    ]
    assert all("countonly=1" in asked for asked in sandbox.asked())


def test_check_says_what_does_not(run: Run, sandbox: Sandbox, profile_file: Path) -> None:
    sandbox.fault("status=403,path=/CRM/department")
    checked = run("profiles", "check", "--json")
    assert checked.code == 4
    assert [row["Works"] for row in checked.json] == [True, False, True, True]
    profile_file.write_text(profile_file.read_text().replace(TOKEN, "wrong"))
    assert [row["Works"] for row in run("profiles", "check", "--json").json] == [False] * 4
    sandbox.server.server_close()
    unreachable = run("profiles", "check", "--json")
    assert (unreachable.code, [row["Works"] for row in unreachable.json]) == (8, [False])
