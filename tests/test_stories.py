"""The golden stories, and all else that `python -m tests.regenerate` makes, are what the program gives today."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmcli.app import COMMANDS, NOUNS

from . import pictures
from .regenerate import README, readme
from .story import STORIES, told


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(path: Path) -> None:
    golden = path.read_text("utf-8")
    assert told(golden) == golden, "if this is as it should be now, run: python -m tests.regenerate"


def test_the_readmes_exit_codes_are_the_programs() -> None:
    assert README.read_text("utf-8") == readme(), "run: python -m tests.regenerate"


def test_the_pictures_show_what_the_program_prints() -> None:
    for path, picture in pictures.drawn().items():
        assert pictures.said(path.read_text("utf-8")) == pictures.said(picture), "run: python -m tests.regenerate"
        assert f"]({path.relative_to(README.parent)})" in README.read_text("utf-8")


def test_each_noun_has_its_story() -> None:
    assert {path.stem for path in STORIES} >= {*NOUNS, *COMMANDS, "errors"}  # a long one may be told in several
