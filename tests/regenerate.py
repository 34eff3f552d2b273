"""Write anew what is made from the program itself: `python -m tests.regenerate`. Tests fail when one of these is stale.

These are the table of exit codes and the pictures in the README, the completion scripts, the man pages, and the golden
stories in `tests/stories`.
"""

from __future__ import annotations

from pathlib import Path

from crmcli.app import COMMANDS, NOUNS, build
from crmcli.completion import tables, tree
from crmcli.exits import EXITS
from crmcli.schemas import NAMES
from crmcli.topics import TOPICS
from tests import manpages, pictures
from tests.story import STORIES, told

README = Path(__file__).parents[1] / "README.md"
COMPLETIONS = Path(__file__).parents[1] / "completions"


def exit_table() -> str:
    """The table of exit codes as Markdown."""
    rows = ["| code | kind | when |", "|---|---|---|", "| 0 | | done, an empty list included |"]
    return "\n".join([*rows, *(f"| {row.code} | `{row.kind}` | {row.when} |" for row in EXITS)])


def readme() -> str:
    """The README with what lies between `<!-- exits -->` and `<!-- /exits -->` made anew."""
    before, opening, rest = README.read_text("utf-8").partition("<!-- exits -->\n")
    _, closing, after = rest.partition("\n<!-- /exits -->")
    return f"{before}{opening}{exit_table()}{closing}{after}"


def completions() -> dict[Path, str]:
    """The completion scripts, their tables made anew from the commands."""
    words = {"TOPIC": (*TOPICS, *NOUNS, *COMMANDS), "NOUN": NAMES}
    commands, scripts = tree.read(build([]), words=words), {}
    for shell, name in tables.SCRIPTS.items():
        path = COMPLETIONS / name
        scripts[path] = tables.made(path.read_text("utf-8"), shell, commands)
    return scripts


def main() -> None:
    """Write all of it."""
    for path, script in completions().items():
        path.write_text(script, "utf-8")
    README.write_text(readme(), "utf-8")
    for path, picture in pictures.drawn().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture, "utf-8")
    for path, page in manpages.pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, "utf-8")
    for path in STORIES:
        path.write_text(told(path.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
