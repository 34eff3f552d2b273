"""HTML as text: whatever a stranger sends becomes text, and nothing in it fails or lies about where a link leads."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.output import html

PIECES = [
    "<p>",
    "</p>",
    "<b",
    "<a href='x'>",
    '<a href="',
    "</a>",
    "<a ",
    "&lt;",
    "&#",
    "&#x",
    "9" * 5000,
    "<li>",
    "<pre>",
]
PIECES += [
    "a < b",
    "\n",
    "<!--",
    "-->",
    "<!-->",
    "<![",
    "]]>",
    "<!",
    "<?",
    "?>",
    "</",
    "<td>",
    "<br/>",
    ">",
    "/>",
    "'",
    '"',
    "=",
]
PIECES += [
    "<style>",
    "</style>",
    "<script",
    "</script>",
    "<title>",
    "</TITLE >",
    "<head>",
    "<template>",
    "word",
    " ",
    "&amp",
    "\x00",
]
anything = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@settings(max_examples=400, deadline=None)
@given(anything)
def test_any_html_becomes_text(text: str) -> None:
    assert "\n\n\n" not in html.plain(text)
    assert all(line.startswith(">") for line in html.quoted(text).split("\n"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>a<!-- b -->c<!-->d<!--->e", "acde"),
        ("<b>x<![if mso]>y<![endif]></b><!DOCTYPE html><?xml x?>z", "xyz"),
        ("<b><![ ours <![", "<![ ours <!["),
        ("<b>&#65;&#x42;&amp;&ltc &#" + "9" * 5000 + ";", "AB&<c &#" + "9" * 5000 + ";"),
        ('<p title="a > b" class=\'">\'>text', "text"),
        ('<p title="a>text</p>', "text"),
        ("<b>write to <ann@example.com> or <https://shop.example/> if 1 < 2 > 0", None),
        ("<O:P>x</O:P><BR>y", "x\ny"),
        ("<style>p{}</style ><script>if (a<b) '</p>'</script>x<title/>y<template><p>z</template>", "xy"),
    ],
)
def test_what_is_markup_and_what_is_text(text: str, shown: str | None) -> None:
    assert html.plain(text) == (text.removeprefix("<b>") if shown is None else shown)


@settings(max_examples=400, deadline=None)
@given(anything)
def test_nothing_hides_what_comes_after_it(text: str) -> None:
    assert "The end." in html.plain(f"{text} The end.")


@pytest.mark.parametrize(
    "name", ["style", "script", "title", "head", "template", "STYLE", "textarea", "svg", "!--", "plaintext"]
)
def test_what_is_never_closed_is_shown(name: str) -> None:
    assert "Refund <me>, now" in html.plain(f"<p>Hello</p><{name}>Refund &lt;me&gt;, <b>now</b></p>")
    assert html.plain(f"<p>Hello</p><{name} x='y'/>now") != "Hello"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<a href='https://x.example/'>https://x.example</a>", "https://x.example"),
        ("<a href=mailto:ann@x.example>ann@x.example</a>", "ann@x.example"),
        ("<a href='#top'>up</a>", "up"),
        ("""<a title=" href='https://good.example'" href=https://evil.example>x</a>""", "x <https://evil.example>"),
        ("<a href=https://evil.example href=https://good.example>x</a>", "x <https://evil.example>"),
        ("<a data-href=https://good.example href=https://evil.example>x</a>", "x <https://evil.example>"),
        ("<a href=https://evil.example>x", "x <https://evil.example>"),
        (
            "<a href=https://evil.example>x<a href=https://b.example>y</a></a>",
            "x <https://evil.example>y <https://b.example>",
        ),
        ("<a href='https://a.example/?a&amp;b\n&#x26;c'>x</a>", "x <https://a.example/?a&b &c>"),
        ("<p><img alt='a cat' src=x><img>", "[a cat][picture]"),
    ],
)
def test_a_link_tells_where_it_leads(text: str, shown: str) -> None:
    assert html.plain(text) == shown
