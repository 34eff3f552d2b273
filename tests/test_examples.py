"""The example in each command's help runs for whoever copies it: on the demo store, or with what is set up here."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from crmcli import paths, settings
from crmcli.runs.journal import Journal
from crmcli.sandbox import demo, seeds
from crmcli.sandbox.store import Store
from tests import tree
from tests.conftest import SOWN, Run, Sandbox
from tests.terminal import Person

EXAMPLES = {
    words: re.findall(r"^Example: crmcli (.*)$", verb.epilog or "", re.MULTILINE)
    for words, verb in tree.verbs().items()
}
TYPED: dict[tuple[str, ...], str] = {("replies", "update"): "Your parcel is late.\n", ("tickets", "reply"): "y\n"}
"""What standard input has for those that read it."""
CODES: dict[tuple[str, ...], int] = {("tickets", "stats"): 11}
"""Whose end is not 0: the condition that the example asks about holds in the demo store."""
FIRST = {
    "drafts": ("messages", "create", "999", "--text", "Hello"),
    "checkpoints": ("tickets", "list", "--checkpoint", "nightly"),
    "trash": ("tickets", "delete", "4", "5", "6", "--yes"),
    "runs": ("tickets", "update", "4", "--status", "Spam"),
    "apply": ("tickets", "update", "4", "--status", "Spam", "--plan", "spam.plan"),
}
"""What is run before the examples of a noun, which are about what it leaves."""
ELSEWHERE = {("profiles", "add"), ("sandbox", "serve")}
"""One asks for secrets at a terminal (below); one runs until it is ended (tests/test_process.py)."""


@pytest.fixture(scope="module")
def sown_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a demo store as a new user has it, on a day that stands still: later numbers hang on the day."""
    store = Store(tmp_path_factory.mktemp("demo") / "sandbox.db")
    seeds.sow(store, tickets=demo.TICKETS, seed=demo.SEED, now=SOWN)
    store.close()
    return store.path


@pytest.fixture
def place(
    sown_demo: Path, sandbox: Sandbox, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A demo store, the profiles `main` and `old`, and a folder with the file that an example names."""
    file = paths.data_folder() / "sandbox.db"
    file.parent.mkdir(parents=True)
    shutil.copy(sown_demo, file)
    monkeypatch.setattr("crmcli.dates.utc_now", lambda: SOWN.replace(tzinfo=UTC) + timedelta(hours=5))
    with profile_file.open("a") as stream:
        stream.write(profile_file.read_text().partition("\n\n")[2].replace("profiles.main", "profiles.old"))
    (tmp_path / "delay.txt").write_text("Your parcel is late.\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELL", "/bin/bash")
    return profile_file


def test_every_command_has_one() -> None:
    assert {words for words, found in EXAMPLES.items() if len(found) != 1} == set()


@pytest.mark.parametrize("words", [words for words in EXAMPLES if words not in ELSEWHERE], ids=" ".join)
def test_it_runs(
    words: tuple[str, ...], run: Run, place: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    if words[0] == "outbox":
        monkeypatch.setenv("CRMCLI_SETTLE", "0")  # it is looked for once
        sandbox.fault("cut-before,method=POST")
        for number in range(3):  # the examples are about entry 3
            assert run("messages", "create", "4", "--text", f"Number {number}").code == 8
        sandbox.fault()
    else:
        monkeypatch.setenv("CRMCLI_PROFILE", "demo")
    if words[0] in FIRST:
        assert run(*FIRST[words[0]]).code == (5 if words[0] == "drafts" else 0)  # a draft is what could not be sent
    if words == ("runs", "resume"):  # what a run leaves that was killed before its first row
        demo_store = settings.load("demo").store
        action = {"do": "update", "noun": "ticket", "number": 5, "values": {"StatusID": 2}}
        Journal(paths.state_folder() / "runs.db").begin(
            store=demo_store, profile="demo", command="tickets update", actions=[action]
        )
        monkeypatch.setattr("crmcli.processes.runs", lambda _: False)
    (example,) = EXAMPLES[words]
    result = run(*shlex.split(example), stdin=TYPED.get(words, ""), terminal=words in TYPED)
    assert result.code == CODES.get(words, 0), result.err


def test_a_profile_is_added(place: Path) -> None:
    place.unlink()
    (example,) = EXAMPLES["profiles", "add"]
    with Person(*shlex.split(example)) as person:
        for _ in range(2):
            person.sees("(not shown): ")
            person.types("secret\n")
        assert person.leaves() == 0
    assert "[profiles.main]" in place.read_text()
