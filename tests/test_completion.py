"""Completion short of the shells: the scripts are those of today's commands, names come from what is known, fast and tame."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli import known, paths
from crmcli.completion import tables, tree
from crmcli.completion.answer import answer
from crmcli.known import Known

from .conftest import Run, Sandbox
from .regenerate import COMPLETIONS, completions
from .terminal import PATIENCE, environment
from .tree import options, verbs

STATUSES = {3: "New", 1: "Open", 2: "Answered", 9: "On hold"}


@pytest.mark.parametrize("path", list(completions()), ids=lambda path: path.name)
def test_the_scripts_are_those_of_todays_commands(path: Path) -> None:
    assert path.read_text("utf-8") == completions()[path], "run: python -m tests.regenerate"


def test_a_script_without_a_block_is_not_quietly_left() -> None:
    with pytest.raises(ValueError, match="marked block"):
        tables.made("complete -c crmcli\n", "fish", next(iter(trees())))


def trees() -> list[tree.Tree]:
    from crmcli.app import build

    return [tree.read(build([]), words={"NOUN": ("tickets", "errors")})]


def test_the_tree_has_every_option_of_every_command() -> None:
    (found,) = trees()
    shared = {name for flag in found.shared for name in flag.names}
    below = {tuple(each.words.split()): each for each in found.root.all()}
    for words, command in verbs().items():
        own = {name for flag in below[words].flags for name in flag.names}
        assert own | shared == {name for name in options(command) if name[0] == "-"} | {"--help", "-h"}, words
        assert not own & shared, words


def test_what_takes_a_name_is_known_by_its_metavar() -> None:
    (found,) = trees()
    takes = {(each.words, flag.names[0]): flag.takes for each in found.root.all() for flag in each.flags}
    assert takes["tickets list", "--status"] == takes["tickets update", "--status"] == "statuses"
    assert takes["tickets create", "--department"] == "departments"
    assert takes["messages create", "--text"] == takes["tickets create", "--data"] == "@files"
    assert takes["tickets list", "--subject"] == ""
    assert takes["tickets list", "--all"] is None
    arguments = {each.words: each.arguments for each in found.root.all()}
    assert arguments["profiles use"] == ("profiles",)
    assert arguments["profiles add"] == ("",)
    assert arguments["replies get"] == ("replies",)
    assert arguments["schema"] == ("tickets|errors",)


def test_lists_that_were_read_whole_are_known(run: Run, sandbox: Sandbox) -> None:
    assert run("--complete", "statuses").out == ""
    run("statuses", "list", "--limit", "2")
    assert run("--complete", "statuses").out == ""
    run("statuses", "list", "-o", "ids")
    assert "Open" in run("--complete", "statuses").lines
    run("replies", "list", "--title", "ship")
    assert run("--complete", "replies").out == ""
    run("replies", "get", "shipping delay")
    assert "Shipping delay" in run("--complete", "replies", "SHIP").lines
    run("tickets", "list", "-o", "table")
    assert "Orders" in run("--complete", "departments").lines


def test_completing_asks_nobody(run: Run, sandbox: Sandbox) -> None:
    run("statuses", "list")
    sandbox.store.clear_log()
    assert run("--complete", "statuses", "op").lines == ["Open"]
    assert run("--complete", "departments").out == ""
    assert sandbox.asked() == []


@pytest.mark.parametrize(
    "words", [(), ("bogus",), ("statuses", "-p"), ("statuses", "x", "y", "z"), ("statuses", "-p", "/etc")]
)
def test_it_never_fails(run: Run, words: tuple[str, ...]) -> None:
    result = run("--complete", *words)
    assert (result.code, result.out, result.err) == (0, "", "")


def test_it_is_hidden_and_only_the_first_word(run: Run, sandbox: Sandbox) -> None:
    assert "--complete" not in run("--help").out
    assert run("-q", "--complete", "statuses").code == 2


def test_each_profile_has_its_own_names(run: Run, profile_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with profile_file.open("a") as stream:
        stream.write(
            '\n[profiles."my.shop"]\nsecure_url = "https://b.example.com"\n[profiles.main.rate_limit]\nburst = 1\n'
        )
    Known("main", "x").keep("statuses", {1: "Open"})
    Known("my.shop", "x").keep("statuses", {1: "Offen"})
    assert run("--complete", "statuses").lines == ["Open"]
    assert run("--complete", "statuses", "o", "-p", "my.shop").lines == ["Offen"]
    assert run("--complete", "profiles").lines == [
        "demo\tthe demo store on this machine",
        "main\thttps://www.example-store.com",
        "my.shop\thttps://b.example.com",
    ]
    monkeypatch.setenv("CRMCLI_PROFILE", "my.shop")
    assert run("--complete", "statuses").lines == ["Offen"]
    run("profiles", "remove", "my.shop", "--yes")
    assert known.names("my.shop", "statuses") == {}


def test_tables_use_what_is_known_for_an_hour(run: Run, sandbox: Sandbox) -> None:
    def asked() -> int:
        sandbox.store.clear_log()
        assert "Open" in run("tickets", "list", "-o", "table").out
        return sum("/CRM/status" in line for line in sandbox.asked())

    assert asked() > 0
    assert asked() == 0
    (file,) = (paths.state_folder() / "names").rglob("statuses.json")
    hour_ago = time.time() - 3601
    os.utime(file, (hour_ago, hour_ago))
    assert asked() > 0
    assert asked() == 0
    ahead = time.time() + 60  # a clock that was put back
    os.utime(file, (ahead, ahead))
    assert asked() > 0


def test_a_number_that_is_not_known_is_asked_for_once(run: Run, sandbox: Sandbox) -> None:
    run("statuses", "list")
    store = f"{os.environ['CRMCLI_BASE_URL']} {os.environ['CRMCLI_SECURE_URL']}"
    Known("none", store).keep("statuses", {98: "Gone"})
    sandbox.store.clear_log()
    assert "Open" in run("tickets", "list", "-o", "table").out
    assert len([line for line in sandbox.asked() if "/CRM/status?" in line]) in {1, 2}
    assert "Open" in known.names("none", "statuses").values()


def test_a_renamed_status_is_shown_by_its_new_name(run: Run, sandbox: Sandbox) -> None:
    run("tickets", "list", "-o", "table")
    assert run("statuses", "update", "Open", "--name", "Opened").code == 0
    assert "Opened" in run("tickets", "list", "-o", "table").out
    assert run("departments", "update", "Orders", "--name", "Sales").code == 0
    assert "Sales" in run("tickets", "list", "-o", "table").out


def test_another_stores_names_are_not_shown(run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    Known("none", "https://elsewhere.example.com").keep("statuses", dict.fromkeys(range(20), "Wrong"))
    assert "Wrong" not in run("tickets", "list", "-o", "table").out


def test_the_cache_is_private_and_may_be_broken(home: Path, run: Run) -> None:
    Known("main", "x").keep("statuses", STATUSES)
    (file,) = home.rglob("statuses.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o077 == 0
    assert Known("main", "x").fresh("statuses") == STATUSES
    for broken in (
        "",
        "{",
        "[]",
        '{"store": 1, "names": []}',
        '{"names": {"a": "b"}, "store": ""}',
        "[" * 100_000,
        "ü",
    ):
        file.write_text(broken)
        assert Known("main", "x").fresh("statuses") == {}
        assert run("--complete", "statuses", "", "-p", "main").out == ""


@pytest.mark.parametrize("profile", ["", "..", "../x", "a/b", ".hidden", "a\n", "ü"])
def test_a_profile_that_is_no_file_name_has_no_cache(home: Path, profile: str) -> None:
    Known(profile, "x").keep("statuses", STATUSES)
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert known.names(profile, "statuses") == {}


def test_no_cache_is_no_error(home: Path) -> None:
    (home / "state").mkdir()
    (home / "state" / "crmcli").write_text("a file where the folder should be")
    Known("main", "x").keep("statuses", STATUSES)
    Known("main", "x").keep("statuses", None)
    known.forget("main")
    assert Known("main", "x").fresh("statuses") == {}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.dictionaries(
        st.integers(0, 999), st.text(max_size=8) | st.sampled_from(["Open", "open", "-x", "42", "٣", "@a", " a"])
    )
)
def test_each_candidate_names_one_thing_and_holds_no_control_characters(home: Path, names: dict[int, str]) -> None:
    Known("main", "x").keep("statuses", names)
    lines = answer(["statuses", "", "-p", "main"]).split("\n")[:-1]
    assert len(lines) == len(names)
    for (number, name), line in zip(names.items(), lines, strict=True):
        candidate, _, about = line.partition("\t")
        assert candidate.isprintable()
        assert about.isprintable()
        if candidate != str(number):
            assert candidate == name
            others = [other for other in names.values() if other.strip().casefold() == name.strip().casefold()]
            assert others == [name]
            assert name[0] not in "-@ "
            assert not name.isdecimal()


def test_a_locale_that_lacks_a_letter(home: Path) -> None:
    Known("main", "x").keep("statuses", {1: "Tür", 2: "Ключ"})
    done = subprocess.run(
        [sys.executable, "-m", "crmcli", "--complete", "statuses", "", "-p", "main"],
        env=environment() | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert (done.stdout.decode("latin-1"), done.stderr) == ("Tür\n2\t????\n", b"")


HEAVY = {"typer", "httpx", "pydantic", "rich", "platformdirs", "sqlite3", "tomllib", "pathlib", "subprocess"}


def test_nothing_heavy_is_imported(run: Run, sandbox: Sandbox) -> None:
    run("statuses", "list")
    for words in (["statuses", "o"], ["profiles"]):
        code = f"from crmcli.__main__ import main; main(['--complete', *{words!r}]); import sys; print(sorted(sys.modules))"
        done = subprocess.run(
            [sys.executable, "-S", "-c", code],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        first, *_, modules = done.stdout.splitlines()
        assert first in {"Open", "demo\tthe demo store on this machine"}
        assert HEAVY.isdisjoint(ast.literal_eval(modules))


@pytest.mark.skipif(sys.platform != "linux", reason="the shortcut is for Linux")
@pytest.mark.parametrize("moved", ["", "  ", "/elsewhere", "../x"])
def test_the_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch, moved: str) -> None:
    import platformdirs

    for kind in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", moved)
    assert str(paths.config_folder()) == platformdirs.user_config_dir("crmcli", appauthor=False)
    assert str(paths.state_folder()) == platformdirs.user_state_dir("crmcli", appauthor=False)
    assert str(paths.data_folder()) == platformdirs.user_data_dir("crmcli", appauthor=False)


@pytest.mark.parametrize("shell", list(tables.SCRIPTS))
def test_show_and_install(run: Run, home: Path, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (COMPLETIONS / tables.SCRIPTS[shell]).read_text("utf-8")
    assert run("completion", "show", shell).out == script
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    for words in ((), (shell,)):
        result = run("completion", "install", *words)
        assert result.code == 0
        (file,) = [path for path in home.rglob("*crmcli*") if path.is_file()]
        assert str(file) in result.err
        assert file.read_text("utf-8") == script


def test_install_says_what_it_can_not_do(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert run("completion", "install").code == 2
    (home / "config").write_text("")
    assert run("completion", "install", "fish").code == 3
