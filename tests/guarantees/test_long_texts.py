"""One customer can't stall the program: the time that a text takes grows as its length does, whatever it is made of."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable

import pytest

from crmcli.output import conversation, folding, html
from crmcli.output.hostile import json_text, one_line
from crmcli.output.streams import Stream
from tests.conftest import Terminal
from tests.sizes import some

SIZE = 12_000
"""Characters of the shorter text; the longer one has twice as many."""
ENOUGH = 0.05
"""Seconds that nobody notices: a time below says nothing about how it grows."""

PARTS = [
    "<a ",
    '<a x="',
    "<a x='",
    '<a b="c" ',
    "</a ",
    "<!--",
    "<!-- --",
    "<!",
    "<![",
    "<?",
    "</",
    "<",
    "<b",
    "&",
    "&#",
    "&am",
    "&amp",
]
PARTS += [
    "<style>",
    "<script>",
    "<title>x",
    "</style>",
    "<td>x",
    "<li>",
    "<br>",
    "<p>",
    "<blockquote>",
    "<pre>\n",
    "<a href=x>",
]
PARTS += [
    "<b>x</b>",
    "x",
    "日",
    "x ",
    "日 ",
    "e\u0301",
    "\t",
    "\n",
    "\r",
    " ",
    "\u00a0",
    "> ",
    "> x\n",
    "-",
    "=",
    "x\n\n",
    "\x1b",
    "👩\u200d",
]
PARTS += ["On Monday, Ann Lee wrote:\n\n", "schrieb ", "On x" + "schrieb " * 30 + "\n", "--- Original Message \n"]
PARTS += [
    "-----Original Message-----\nFrom: x\n",
    "From: x\nSent: 1\nSubject: x\n\nx\n",
    "On x 9:10 2026 <a@b>:\n\n> x\n> x\n",
    "<a@",
    "On 9:10 2026 <",
    "9:10 2026 <a@b> [",
    "<hr>",
    "<br>&zwnj;&nbsp;",
    "\u200b",
    "\u200b ",
    "&#847;\n",
    "&lt;",
]


def texts(part: str) -> list[Callable[[int], str]]:
    """Texts of some length made of a part: over and over, or once before much else."""
    return [
        lambda size: f"<b>{part * (size // len(part))}",
        lambda size: f"{part * (size // len(part))}",
        lambda size: f"<script>{part * (size // len(part))}",
    ]


STRETCHED: list[Callable[[int], str]] = [
    lambda size: f"--- Original Message{' ' * size}x",
    lambda size: f"On Monday schrieb{' ' * size}x",
    lambda size: f"On Monday {' ' * size}wrote:",
    lambda size: f"<a {'x ' * (size // 2)}>y",
    lambda size: f"<a href{' ' * size}=x>y",
    lambda size: f"<b>&#{'9' * size};",
    lambda size: f"<b>&{'a' * size};",
    lambda size: f"{'<a href=x>' * (size // 20)}{'</a>' * (size // 20)}",
    lambda size: f"<pre>{'>' * (size // 2)}</pre>{'<p>' * (size // 6)}",
    lambda size: f"<{'a' * size}",
    lambda size: f"<a x={'y' * size}",
    lambda size: "".join(map(chr, range(0xF0000, 0xF0000 + size))),
    lambda size: "".join(f"{chr(0xF0000 + at)} " for at in range(size // 2)),
]


def shown(text: str) -> None:
    """Through all that a message goes through on its way to a terminal, an editor, a table and JSON."""
    stream = Stream(Terminal(io.BytesIO(), encoding="utf-8"))
    message = {"MessageId": 1, "Message": text, "SenderName": text, "CrmFileList": [{"FileName": text}]}
    ticket = {"CrmID": 1, "Subject": text, "CustomerName": text, "CrmMessageList": [message]}
    conversation.lines(ticket, stream, None)
    html.quoted(text)
    one_line(text)
    json_text(json.dumps(text, ensure_ascii=False))


def seconds(text: str) -> float:
    """The least time of the processor that it took: what else this machine does must not matter."""
    times = []
    for _ in range(4):
        began = time.thread_time()
        shown(text)
        times.append(time.thread_time() - began)
        if times[-1] < ENOUGH:
            break
    return min(times)


@pytest.mark.parametrize("made", [*some([made for part in PARTS for made in texts(part)], every=4), *STRETCHED])
def test_twice_the_text_takes_about_twice_the_time(made: Callable[[int], str]) -> None:
    long = seconds(made(2 * SIZE))
    assert long < ENOUGH or long < 3.5 * seconds(made(SIZE)), made(60)


@pytest.mark.parametrize(
    "part",
    [
        "> x\n> x\n> x\nx\n",
        "On Monday, Ann wrote:\n" + "> a b c d\n" * 199 + "x\n",
        "x\nFrom: x\nSent: 1\nSubject: x\n\nx\n",
    ],
)
def test_a_long_thread_is_searched_for_quotations_in_passing(part: str) -> None:
    lines = (part * (65_000 // len(part))).split("\n")
    earlier = [folding.said([*lines, str(number)]) for number in range(10)]
    began = time.thread_time()
    folding.spans(lines, earlier)
    assert time.thread_time() - began < 1.5
