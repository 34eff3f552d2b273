"""Quoted mail is folded, and nothing that its writer wrote anew, whatever mail program it comes from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.output import conversation, folding
from crmcli.output.streams import Stream
from tests.sizes import size

MAIL = Path(__file__).parents[1] / "data" / "mail"
FOLD = re.compile(r"  \[(\d+) quoted lines: crmcli messages get 1 \d+\]")

INTRODUCTIONS = [
    "On Monday, Ann Lee wrote:",
    "On Mon, Nov 2, 2026 at 9:10 AM Example Shop <help@example.com> wrote:",
    "On Mon, Nov 2, 2026 at 9:10 AM Example Shop <\nhelp@example.com> wrote:",
    "On Monday, November 2, 2026 at 09:10:00 AM EST, Example Shop\n<help@example.com> wrote:\n",
    "On Nov 2, 2026, at 09:10, Example Shop <help@example.com> wrote:\n",
    "Am 02.11.2026 um 09:10 schrieb Example Shop <help@example.com>:\n",
    "Am Mo., 2. Nov. 2026 um 09:10 Uhr schrieb Example Shop <\nhelp@example.com>:\n",
    "Am Montag schrieb Ann:",
    "Le lun. 2 nov. 2026 à 09:10, Example Shop <help@example.com> a écrit :\n",
    "Le 2 novembre 2026 à 09:10, Example Shop\n<help@example.com> a écrit :",
    "El lun, 2 nov 2026 a las 9:10, Example Shop (<help@example.com>) escribió:\n",
    "Il giorno lun 2 nov 2026 alle ore 09:10 Example Shop <help@example.com> ha scritto:",
    "Em seg., 2 de nov. de 2026 às 09:10, Example Shop <help@example.com>\nescreveu:",
    "Op ma 2 nov. 2026 om 09:10 schreef Example Shop <help@example.com>:",
    "Den mån 2 nov. 2026 kl 09:10 skrev Example Shop <help@example.com>:",
    "pon., 2 lis 2026 o 09:10 Example Shop <help@example.com> napisał(a):",
    "ma 2. marrask. 2026 klo 9.10 Example Shop <help@example.com> kirjoitti:",
    "пн, 2 нояб. 2026 г. в 09:10, Example Shop <help@example.com>:",
    "2026年11月2日(月) 9:10 Example Shop <help@example.com>:",
    "Example Shop <help@example.com> 于2026年11月2日周一 09:10写道：",
]
HEADS = [
    "-----Original Message-----\nFrom: Example Shop <help@example.com>\nSent: Monday, November 2, 2026 9:10 AM\nTo: Pat\n"
    "Subject: Your refund",
    "-----Original Message-----\nFrom: Example Shop\nTo: Pat",
    "________________________________\nFrom: Example Shop <help@example.com>\nSent: Monday, November 2, 2026 9:10 AM\n"
    "To: Pat\nCc: Sam\nSubject: Your refund",
    "From: Example Shop <help@example.com>\nDate: Monday, 2 November 2026 at 09:10\nTo: Pat\nSubject: Your refund",
    "*From:* Example Shop <help@example.com>\n*Sent:* Monday, November 2, 2026 9:10 AM\n*To:* Pat\n*Subject:* Your refund",
    "-----Ursprüngliche Nachricht-----\nVon: Example Shop <help@example.com>\nGesendet: Montag, 2. November 2026 09:10\n"
    "An: Pat\nBetreff: Ihre Erstattung",
    "Von: Example Shop <help@example.com>\nGesendet: Montag, 2. November 2026 09:10\nAn: Pat\nBetreff: Ihre Erstattung",
    "Gesendet: Montag, 02. November 2026 um 09:10 Uhr\nVon: Example Shop\nAn: Pat\nBetreff: Ihre Erstattung",
    "De : Example Shop <help@example.com>\nEnvoyé : lundi 2 novembre 2026 09:10\nÀ : Pat\nObjet : Remboursement",
    "-----Message d\u2019origine-----\nDe : Example Shop\nEnvoyé : lundi 2 novembre 2026 09:10\nÀ : Pat\nObjet : Remboursement",
    "De: Example Shop\nEnviado el: lunes, 2 de noviembre de 2026 9:10\nPara: Pat\nAsunto: Reembolso",
    "Da: Example Shop\nInviato: lunedì 2 novembre 2026 09:10\nA: Pat\nOggetto: Rimborso",
]
FORWARDS = [
    "---------- Forwarded message ---------\nFrom: Carrier <noreply@carrier.example>\nDate: Mon, Nov 2, 2026 at 9:10 AM\n"
    "Subject: Parcel damaged\nTo: Pat <pat@example.com>\n\n",
    "Begin forwarded message:\n\n> From: Carrier <noreply@carrier.example>\n> Subject: Parcel damaged\n> \n",
    "-------- Weitergeleitete Nachricht --------\nBetreff: Paket\nDatum: Mon, 2 Nov 2026 09:10:00\nVon: Carrier\n\n",
]
OLD = ["Shall we refund you or send a new one?", "Please tell us by Friday.", "Kind regards", "Example Shop"]


def marked(lines: list[str]) -> str:
    return "\n".join(f"> {line}" for line in lines)


def shown(*texts: str) -> str:
    """The conversation of messages with these texts, the last of them alone."""
    messages = [{"MessageId": number, "Message": text} for number, text in enumerate(texts, start=1)]
    told = conversation.lines({"CrmID": 1, "CrmMessageList": messages}, Stream(None), None)
    return told.split(f"── #{len(texts)} ")[1].split("\n", 1)[1]


@pytest.mark.parametrize("name", ["bottom1.txt", "bottom2.txt", "forward.txt"])
def test_what_stands_below_between_or_alone_is_shown(name: str) -> None:
    text = (MAIL / name).read_text("utf-8")
    said = shown(text)
    for line in text.splitlines():
        if not line.startswith((">", "-----Original", "From: Example", "Sent:", "To: Pat", "Subject: Your")):
            assert line in said
    assert name == "bottom1.txt" or not FOLD.search(said)


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
def test_what_a_mail_program_quotes_is_folded(introduction: str) -> None:
    quotation = f"{introduction}\n{marked(OLD)}"
    assert shown(f"Refund please!\n\n{quotation}") == (
        f"│ Refund please!\n│\n  [{len(quotation.splitlines())} quoted lines: crmcli messages get 1 1]\n"
    )
    below = shown(f"{quotation}\n\nRefund please!\n\nPat")
    assert (below.count("quoted lines"), "│ Refund please!\n│\n│ Pat\n" in below) == (1, True)


@pytest.mark.parametrize("head", HEADS)
def test_the_head_of_an_old_mail_is_folded_below_an_answer(head: str) -> None:
    """What stands below it may be answers, as nothing marks what is old there, unless it is known from an earlier message."""
    mail = "\n".join([head, "", *OLD, "", "PAT: refund please"])
    lines = len(head.splitlines())
    above = shown(f"See my answer below.\n\n{mail}")
    assert FOLD.findall(above) == [str(lines)]
    assert all(f"│ {line}\n" in above for line in [*OLD, "PAT: refund please", "See my answer below."])
    assert not FOLD.search(shown(mail))
    assert all(f"│ {line}\n" in shown(mail) for line in filter(None, mail.splitlines()))
    known = shown("\n".join(OLD), f"See my answer below.\n\n{mail}")
    assert FOLD.findall(known) == [str(lines + 1 + len(OLD))]
    assert "│ PAT: refund please\n" in known
    changed = shown("\n".join(OLD), f"See below.\n\n{mail}".replace("by Friday.", "by Friday. No, on Monday."))
    assert "by Friday. No, on Monday." in changed


GMAIL = (
    '<div class="gmail_attr">On Mon, Nov 2, 2026 at 9:10 AM Example Shop &lt;<a href="mailto:help@example.com">'
    "help@example.com</a>&gt; wrote:<br></div>"
)
OUTLOOK = (
    "<b>From:</b> Example Shop &lt;help@example.com&gt;<br><b>Sent:</b> Monday, November 2, 2026 9:10 AM<br>"
    "<b>To:</b> Pat<br><b>Subject:</b> Your refund"
)
HTML = {
    "gmail": f'<div dir="ltr">Refund please!</div><br><div class="gmail_quote">{GMAIL}<blockquote><p>Shall we?</p>'
    "<p>By Friday.</p></blockquote></div>",
    "gmail, between": f"{GMAIL}<blockquote>Shall we?<br>a<br>b</blockquote><div>Refund please!</div><blockquote>c<br>d<br>e"
    "</blockquote><div>Visa</div>",
    "outlook": f'<div><p class="MsoNormal">Refund please!<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>'
    f'<div style="border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">{OUTLOOK}<o:p></o:p></p></div><p>Shall we?</p></div>',
    "outlook on the web": f'<div>Refund please!</div><hr tabindex="-1"><div id="divRplyFwdMsg">{OUTLOOK}<div>&nbsp;</div></div>'
    "<div>Shall we?</div>",
    "apple": 'Refund please!<br><div><br><blockquote type="cite"><div>On Nov 2, 2026, at 09:10, Example Shop '
    "&lt;help@example.com&gt; wrote:</div><br><div>Shall we?<br>a</div></blockquote></div>",
    "thunderbird": '<p>Refund please!</p><div class="moz-cite-prefix">Am 02.11.26 um 09:10 schrieb Example Shop:<br></div>'
    '<blockquote type="cite"><p>Shall we?</p><p>b</p></blockquote>',
}


@pytest.mark.parametrize("program", HTML)
def test_mails_in_html_are_folded_as_their_text_is(program: str) -> None:
    said = shown(HTML[program])
    assert ("│ Refund please!\n" in said, len(FOLD.findall(said))) == (True, 1)
    assert ("Visa" in said) == (program == "gmail, between")


@pytest.mark.parametrize("forward", FORWARDS)
@pytest.mark.parametrize("remark", ["", "FYI, and what now?\n\n", "Sent from my iPhone\n\n"])
def test_what_is_passed_on_is_shown(forward: str, remark: str) -> None:
    text = f"{remark}{forward}> Your parcel was destroyed.\n> Please ask the sender.\n> Yours, Carrier"
    said = shown(text)
    assert not FOLD.search(said)
    assert all(f"│ {line}".rstrip() in said for line in text.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        f"On Monday, Ann wrote:\n{marked(OLD)}",
        f"{HEADS[0]}\n\n{marked(OLD)}",
        f"Sent from my iPhone\n\nOn Monday, Ann wrote:\n{marked(OLD)}",
        f"-- \nPat Doe\n0123 456\n\nOn Monday, Ann wrote:\n{marked(OLD)}",
        f"\n \n---\nOn Monday, Ann wrote:\n{marked(OLD)}\n___",
        "I need:\n> a refund\n> a call\n> an excuse",
        "Please send it\nFrom: Berlin, Germany\nTo: Munich\nDate: before 3 November",
        "Please send it\nFrom: Berlin, Germany\nSubject: gift\nTo: Munich",
        "On the whole I am unhappy.\nAs my friend wrote:\n> a\n> b\n> c",
        f"Yes.\n\n{marked(OLD)}",
    ],
)
def test_what_may_be_all_that_they_say_is_shown(text: str) -> None:
    said = shown(text)
    assert not FOLD.search(said)
    assert all(f"│ {line}".rstrip() in said for line in text.strip("\n").splitlines())


def test_an_answer_that_is_typed_within_the_marks_is_shown_where_the_thread_tells() -> None:
    """Who answers within the quotation of an Outlook may not leave it. What the store wrote is known from the ticket."""
    wrote = "Shall we refund you or\nsend a new one?\nPlease tell us by Friday.\nYes or no will do.\nKind regards\nExample Shop"
    within = ["Shall we refund you", "or send a new one?", "", "Yes", "Please tell us by Friday.", "Refund, on Monday!"]
    within += ["Yes or no will do.", "Kind regards", "Example Shop"]
    said = shown(wrote, f"See below.\n\nOn Monday, Ann wrote:\n{marked(within)}")
    assert said == (
        "│ See below.\n│\n  [4 quoted lines: crmcli messages get 1 2]\n│ > Yes\n│ > Please tell us by Friday.\n"
        "│ > Refund, on Monday!\n  [3 quoted lines: crmcli messages get 1 2]\n"
    )
    alone = shown(wrote, f"On Monday, Ann wrote:\n{marked(within)}")
    assert "Refund, on Monday!" in alone
    other = shown("Something else", f"See below.\n\nOn Monday, Ann wrote:\n{marked(within)}")
    assert FOLD.findall(other) == [str(1 + len(within))]


def test_a_mail_that_answers_within_the_marks_alone_is_shown_whole() -> None:
    text = f"{INTRODUCTIONS[0]}\n{marked(OLD)}\n>> {OLD[0]}\n> yes"
    said = shown("\n".join(OLD), text)
    assert not FOLD.search(said)
    assert all(f"│ {line}\n" in said for line in text.splitlines())


@pytest.mark.sampled
@settings(max_examples=size(100, 5000), deadline=None)
@given(data=st.data())
def test_whatever_is_typed_within_the_marks_is_shown_where_the_thread_tells(data: st.DataObject) -> None:
    old = [f"line {at} of what the store wrote" for at in range(data.draw(st.integers(3, 12)))]
    within = list(old)
    answers = data.draw(st.lists(WORDS.map(" ".join), min_size=1, max_size=max(1, len(old) // 2 - 1)))
    for answer in answers:
        within.insert(data.draw(st.integers(0, len(within))), answer)
    said = shown("\n".join(old), f"See below.\n\nOn Monday, Ann wrote:\n{marked(within)}")
    assert all(f"│ > {answer}\n" in said or not folding.said([f"> {answer}"]).words for answer in answers)


def test_marked_lines_of_an_earlier_message_are_folded_wherever_they_stand() -> None:
    said = shown("\n".join(OLD), f"Yes.\n{marked(OLD[:3])}\nNo.\n{marked([*OLD[:2], 'And', 'this?'])}\nWell.")
    assert said == (
        "│ Yes.\n  [3 quoted lines: crmcli messages get 1 2]\n│ No.\n"
        + "".join(f"│ > {line}\n" for line in [*OLD[:2], "And", "this?"])
        + "│ Well.\n"
    )


WORDS = st.lists(
    st.sampled_from(["refund", "please", "no:", "👍", "返金", "--", "yes!", "wrote", "2026", "From:", "On", "Am"]),
    min_size=1,
    max_size=6,
)
ANSWER = st.lists(WORDS.map(" ".join), min_size=1, max_size=3).map("\n".join)
BLOCK = st.one_of(
    st.sampled_from(INTRODUCTIONS).map(lambda each: f"{each}\n{marked(OLD)}"),
    st.sampled_from(HEADS).map(lambda each: f"{each}\n\n{marked(OLD)}"),
    st.sampled_from(HEADS).map(lambda each: "\n".join([each, "", *OLD])),
    st.sampled_from(FORWARDS),
    st.sampled_from([marked(OLD), f">> {OLD[0]}\n> yes", "\n".join(OLD), "-- \nPat", "", "___"]),
)


def seen(data: st.DataObject) -> None:
    """Answers above, below and between whatever is quoted: each of their lines is there, in its place among the others."""
    parts = data.draw(st.lists(st.one_of(ANSWER.map(lambda text: (True, text)), BLOCK.map(lambda text: (False, text)))))
    blank = data.draw(st.sampled_from(["\n", "\n\n"]))
    text = blank.join(each for _, each in parts)
    lines = text.split("\n")
    folded = {at for begins, ends in folding.spans(lines, [folding.said(OLD)]) for at in range(begins, ends)}
    left = [line for at, line in enumerate(lines) if at not in folded]
    answers = [line for is_answer, each in parts if is_answer for line in each.split("\n")]
    at = 0
    for answer in answers:
        assert answer in left[at:], (answer, text)
        at = left.index(answer, at) + 1
    assert not folded or any(line.strip() and not line.startswith(">") for line in left)


@pytest.mark.sampled
@settings(max_examples=size(200, 10_000), deadline=None)
@given(data=st.data())
def test_an_answer_is_seen_wherever_it_stands(data: st.DataObject) -> None:
    seen(data)


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(
        st.sampled_from(
            ["> a", ">> b", "text", "", "On Monday, Ann wrote:", "--- Original Message ---", "From: a", "Sent: 1"]
        )
    )
)
def test_no_line_that_nothing_marks_is_folded(lines: list[str]) -> None:
    spans = folding.spans(lines)
    assert sorted(at for span in spans for at in span) == [at for span in spans for at in span]
    folded = [line for begins, ends in spans for line in lines[begins:ends]]
    assert "text" not in folded
    assert not folded or {"text", "From: a", "Sent: 1"} & set(lines)
