"""The README's pictures: what the program really prints on a coloured terminal, recorded by rich as SVG."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.text import Text

from crmcli.__main__ import main
from tests import story
from tests.conftest import Terminal

FOLDER = Path(__file__).parents[1] / ".pictures"
PICTURES = {
    "tickets": "crmcli -p demo tickets list --newest --limit 14",
    "conversation": "crmcli -p demo tickets get 7",
    "reply": "crmcli -p demo tickets reply 7 --saved 'Shipping delay' --set tracking=1Z999AA1 --status Answered --yes",
}


def screen(command: str) -> str:
    """What a command line prints in the demo store on a day that stands still, with its styling."""
    out = Terminal(io.BytesIO(), encoding="utf-8", write_through=True)
    with mock.patch.multiple(sys, stdin=Terminal(io.BytesIO(), encoding="utf-8"), stdout=out, stderr=out):
        code = main([*story.words(command), "--color", "always"])
    assert code == 0, screen_of(out)
    return screen_of(out)


def screen_of(out: Terminal) -> str:
    """All that was written to a terminal."""
    return str(out.buffer.getvalue().decode())  # type: ignore[attr-defined]


def drawn() -> dict[Path, str]:
    """The pictures as SVG, by file."""
    found = {}
    with story.standing_still():
        for name, command in PICTURES.items():
            console = Console(
                record=True, width=story.WIDTH, file=io.StringIO(), force_terminal=True, color_system="standard"
            )
            console.print(Text(f"$ {command}", style="bold"), highlight=False)
            console.print(Text.from_ansi(screen(command)), highlight=False, soft_wrap=True)
            found[FOLDER / f"{name}.svg"] = console.export_svg(title="crmcli", unique_id=f"crmcli-{name}")
    return found


def said(svg: str) -> str:
    """The words in a picture: releases of rich draw the same words a little differently."""
    words = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return " ".join("".join(words).replace("&#160;", " ").split())
