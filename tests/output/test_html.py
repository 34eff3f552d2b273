"""HTML as text: whatever a stranger sends becomes text, and nothing in it fails or lies about where a link leads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.output import html

MAIL = Path(__file__).parents[1] / "data" / "mail"
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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("hr.html", "above\n---\nbelow\n\nx\n\n---\nFrom: a"),
        ("preheader.html", "Your monthly statement is ready\n\nDear shop,\n\nmy statement shows a double charge."),
    ],
)
def test_a_mail_as_it_came(name: str, shown: str) -> None:
    assert html.readable((MAIL / name).read_text("utf-8")) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<hr>b<hr/>c", "a\n---\nb\n---\nc"),
        ("<li>a<hr>b", "- a\n---\nb"),
        ("<blockquote>a<hr>b</blockquote>", "> a\n> ---\n> b"),
        ("a<hr><hr>", "a\n---\n---"),
        # No mark of style hides a word, and letters that nobody sees take no room.
        ("<div style='display:none'>Refund &#847;&zwnj;&nbsp;&#847;&zwnj;&nbsp;me</div><p>Hi", "Refund me\n\nHi"),
        ("<p style='max-height:0;font-size:0;color:#fff;mso-hide:all' hidden>No refund</p>Hi", "No refund\n\nHi"),
        ("<p>a</p><p>&nbsp;&zwnj;&#8203;</p><div>&shy;</div><p>&#xfeff;</p><p>b</p>", "a\n\nb"),
        (f"<b>a</b>{'<i>&nbsp;</i><i>&zwnj;</i>' * 50}b", "a b"),
        ("<b>Donau&shy;dampf&shy;schiff</b>", "Donaudampfschiff"),
        ("<b>&nbsp;&nbsp;&nbsp;&nbsp;in</b>", "\u00a0\u00a0\u00a0\u00a0in"),
        ("<a href='https://e\u200bvil.example'>x</a>", "x <https://e\u200bvil.example>"),
        # Without tags: references are what they stand for, once, and never a tag that is obeyed.
        (
            "AT&amp;T &lt;script&gt;x&lt;/script&gt; &euro;5 &#8364; &quot;a&quot;",
            'AT&T <script>x</script> €5 € "a"',
        ),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&lt;b&gt;bold&lt;/b&gt; &lt;p&gt;", "<b>bold</b> <p>"),
        ("https://x.example/?a=1&copy=2&lt=3&amp;b=4", "https://x.example/?a=1&copy=2&lt=3&b=4"),
        ("AT&T, R&D; &notit; &nosuch; &; &#; &#x; &#99999999;", "AT&T, R&D; &notit; &nosuch; &; &#; &#x; &#99999999;"),
        ("a &lt; b <ann@example.com>", "a < b <ann@example.com>"),
        # Runs of such letters are nothing; one alone may be meant, and stays to be shown.
        ("Statement\n\u034f\u200c\u00a0\u034f \u200c\n\u200b\r\n\ufeff\n\nDear shop", "Statement\n\nDear shop"),
        ("a\u034f\u200c\u00a0\u034f\u200cb\u200bc \u00add", "a b\u200bc \u00add"),
        ("a\n\n\nb", "a\n\n\nb"),
        ("&#27;[31m&#x9b;", ""),
    ],
)
def test_what_is_read_of_a_message(text: str, shown: str) -> None:
    assert html.readable(text) == shown if shown else "\x1b" not in html.readable(text)


UNSEEN = "\u00ad\u034f\u200b\u200c\u200d\u2060\ufeff"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(["word", *UNSEEN, "\n", " ", "\u00a0", "&#8203;", "&shy;", "&nbsp;", *PIECES[:4]]),
            st.text(),
        )
    ).map("".join)
)
def test_what_has_a_look_is_never_left_out(text: str) -> None:
    """Of a text without tags every letter that can be seen is there, in order; of any text the words."""
    said = html.readable(text)
    assert said.count("word") >= text.count("word") or html.is_html(text)
    if "&" not in text and not html.is_html(text):
        seen = [letter for letter in text if letter not in UNSEEN and not letter.isspace()]
        assert [letter for letter in said if letter not in UNSEEN and not letter.isspace()] == seen


NAMES = [
    "div",
    "p",
    "span",
    "b",
    "td",
    "tr",
    "table",
    "li",
    "blockquote",
    "pre",
    "hr",
    "br",
    "a",
    "noscript",
    "o:p",
    "details",
]
STYLES = [
    "display:none",
    "max-height:0;overflow:hidden",
    "font-size:0",
    "mso-hide:all",
    "visibility:hidden",
    "color:#fff",
]
TAGS = st.one_of(
    st.sampled_from(NAMES).map(lambda name: f"<{name}>"),
    st.sampled_from(NAMES).map(lambda name: f"</{name}>"),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(STYLES)).map(lambda each: f"<{each[0]} style='{each[1]}'>"),
    st.sampled_from(
        ["<div hidden>", '<p class="hidden" aria-hidden="true">', "<a href='x'>", "&nbsp;&zwnj;", "&#847;"]
    ),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TAGS))
def test_no_tag_and_no_style_hides_a_word(tags: list[str]) -> None:
    text = "<p>" + "".join(f"{tag}word{at} " for at, tag in enumerate(tags))
    said = html.readable(text)
    assert re.findall(r"word\d+", said) == [f"word{at}" for at in range(len(tags))]


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
