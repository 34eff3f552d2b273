"""Completion in the shells themselves: what a line with the Tab key in it comes to, for bash, zsh and fish."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmcli.completion.tables import SCRIPTS
from crmcli.known import Known

from .shells import Shell

HOSTILE = {
    1: "Dollar $(touch pwned)",
    2: "Tick `touch pwned`",
    3: "Quote'; touch pwned; '",
    4: 'Double"; touch pwned; "',
    5: "Line\ntouch pwned",
    6: "\x1b]0;owned\x07escape",
    7: "-x",
    8: "Bang!! & | > pwned",
    9: "~root",
    10: "Star * ? [a] {b,c}",
    11: "Back\\slash",
    12: "Re: a=b @c #d",
    13: "Tür größer",
    14: "%F{red} \\n [x]:y",
    15: "$HOME",
    16: "Plain",
    17: "Twice",
    18: "twice",
}
TYPED = {
    1: "Doll",
    2: "Tick",
    3: "Quo",
    4: "Doub",
    8: "Bang",
    9: "\\~",
    10: "St",
    11: "Bac",
    12: "Re",
    13: "Tü",
    14: "%",
    15: "\\$",
}


@pytest.fixture(params=list(SCRIPTS))
def shell(request: pytest.FixtureRequest, home: Path) -> Iterator[Shell]:
    """Each shell in turn, in a folder with two files, with names that are known of two profiles."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed; .ci/run installs it")
    (home / "my file.json").write_text("{}")
    (home / "notes").mkdir()
    profiles = home / "config" / "crmcli" / "profiles.toml"
    profiles.parent.mkdir(parents=True)
    profiles.write_text('default = "main"\n[profiles.main]\n[profiles.europe]\n')
    Known("main", "").keep("statuses", {1: "Open", 2: "Answered", 3: "Waiting for customer"})
    Known("main", "").keep("replies", {1: "Shipping delay", 2: "It's late", 3: "Warranty: photos"})
    Known("europe", "").keep("departments", {1: "Versand"})
    Known("europe", "").keep("statuses", HOSTILE)
    with Shell(request.param, home) as shell:
        yield shell


def test_words_and_flags(shell: Shell) -> None:
    for typed, words in (
        ("crmcli tick\tli\t--cou\t", "tickets list --count"),
        ("crmcli -p europe --json stat\tup\t", "-p europe --json statuses update"),
        (
            "crmcli --color=never tickets -q get 7 -o jsonl\t--no-i\t",
            "--color=never tickets -q get 7 -o jsonl --no-input",
        ),
        ("crmcli tickets --output js\t", "tickets --output js"),  # json or jsonl: as far as both go
        ("crmcli tickets list --color=al\t", "tickets list --color=always"),
        ("crmcli completion show fi\t", "completion show fish"),
        ("crmcli departments update 1 --hid\t", "departments update 1 --hidden"),
        ("crmcli --vers\t", "--version"),
        ("crmcli help exit\t", "help exit-codes"),
        ("crmcli schema depart\t", "schema departments"),
        ("crmcli profiles add eu\t", "profiles add eu"),  # a new name is nobody's to guess
        ("crmcli tickets get no\t", "tickets get no"),  # and a number is no file
    ):
        came = shell.words(typed)
        if typed.endswith("js\t"):
            assert came[-1].startswith("js"), (typed, came)
        else:
            assert came == ["crmcli", *words.split()], typed


def test_all_choices_are_shown(shell: Shell) -> None:
    shown = shell.shown("crmcli tickets \t\t", until="update")
    assert [verb for verb in ("create", "delete", "get", "list") if verb not in shown] == []
    shown = shell.shown("crmcli tickets list --status \t\t", until="Waiting")
    assert "Open" in shown
    assert "Answered" in shown


def test_names(shell: Shell) -> None:
    for typed, words in (
        ("crmcli -p eur\tprofiles use ma\t", ["-p", "europe", "profiles", "use", "main"]),
        ("crmcli tickets list --status op\t--count", ["tickets", "list", "--status", "Open", "--count"]),
        ("crmcli tickets list --status=Op\t", ["tickets", "list", "--status=Open"]),
        ("crmcli -peurope tickets list --department ver\t", ["-peurope", "tickets", "list", "--department", "Versand"]),
        ("crmcli --profile=europe departments get ver\t", ["--profile=europe", "departments", "get", "Versand"]),
        ("crmcli statuses get Open ans\twai\t", ["statuses", "get", "Open", "Answered", "Waiting for customer"]),
        ("crmcli replies get it\t", ["replies", "get", "It's late"]),
        ("crmcli replies get 'ship\t", ["replies", "get", "Shipping delay"]),
        ('crmcli replies get "ship\t', ["replies", "get", "Shipping delay"]),
        ("crmcli replies get Shipping\\ d\t", ["replies", "get", "Shipping delay"]),
        ("crmcli replies get warr\t", ["replies", "get", "Warranty: photos"]),
    ):
        assert shell.words(typed) == ["crmcli", *words], typed


def test_in_the_middle_of_a_line(shell: Shell) -> None:
    back = "\x02"  # Ctrl-B: a character to the left
    for start, end in (("-p europe departments get ver", " --count"), ("departments get ver", " --count -p europe")):
        if (
            start.startswith("-p") or shell.name != "fish"
        ):  # which shows a completion nothing to the right of the cursor
            came = shell.words(f"crmcli {start}{end}{back * len(end)}\t")
            assert came == ["crmcli", *start.replace("ver", "Versand").split(), *end.split()]


def test_files_behind_an_at(shell: Shell) -> None:
    assert shell.words("crmcli tickets create --data @my\t--dry\t")[3:] == ["--data", "@my file.json", "--dry-run"]
    assert shell.words("crmcli tickets create --data=@my\t")[3:] == ["--data=@my file.json"]
    assert shell.words("crmcli messages create 7 --text my\t")[4:] == ["--text", "my"]
    assert shell.words("crmcli messages create 7 --text @no\t")[4:] in (["--text", "@notes/"], ["--text", "@notes"])


def test_hostile_names_are_words_and_nothing_more(shell: Shell, home: Path) -> None:
    for number, start in TYPED.items():
        came = shell.words(f"crmcli -p europe statuses get {start}\t")
        assert came == ["crmcli", "-p", "europe", "statuses", "get", HOSTILE[number]]
    for quote, unfit in (("'", "'"), ('"', '"$`\\!')):
        for number in (1, 2, 3, 4, 8, 10, 11, 12):
            name = HOSTILE[number]
            if shell.name != "bash" or not set(name) & set(unfit):  # which offers only what such quotes can hold
                assert shell.words(f"crmcli -p europe statuses get {quote}{name[:3]}\t")[-1] == name
    # What can't be a word is its number: a line end, an escape sequence, a flag, a name that two have.
    shown = shell.shown("crmcli -p europe statuses get \t\t", until="18")
    assert "\x1b]0;owned" not in shown
    assert "pwned" in shown
    assert list(home.rglob("*pwned*")) == []
