"""What mail programs write around a mail that they quote or pass on, in the languages of most of them.

One line of it says little, so what is asked here are shapes: an introduction, a line of a head, the words above an old mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST = 500
"""Characters that a line has at most which introduces a quotation: in a longer one the search could go on for minutes."""

# "On Monday, Ann wrote:" as mail programs write it, in the languages of most of them.
_WROTE = re.compile(
    r"(?:On|Am|Le|El|Il|Em|Op|Den|W dniu|Dne)\b.{5,200}\b(?:wrote|schrieb\b.{0,200}|a écrit|escribió|ha scritto|escreveu|"
    r"schreef\b.{0,200}|skrev\b.{0,200}|pisze|napisał\(?a?\)?|napsal\(?a?\)?)\s?:"
)
# In any other language: who by address and when, with a colon at the end.
_ADDRESS = re.compile(r"[<(\[]\s?[^\s<>()\[\]]{1,100}@[^\s<>()\[\]@]{1,100}[>)\]]")
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d\d(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

# What stands between dashes above an old mail, and above one that is passed on (here often without any).
ORIGINAL = frozenset(
    (
        "original message",
        "original appointment",
        "ursprüngliche nachricht",
        "originalnachricht",
        "message d'origine",
        "message original",
        "mensaje original",
        "messaggio originale",
        "mensagem original",
        "oorspronkelijk bericht",
        "ursprungligt meddelande",
        "oprindelig meddelelse",
        "opprinnelig melding",
        "wiadomość oryginalna",
    )
)
PASSED_ON = frozenset(
    (
        "forwarded message",
        "begin forwarded message",
        "weitergeleitete nachricht",
        "anfang der weitergeleiteten nachricht",
        "message transféré",
        "message transmis",
        "début du message réexpédié",
        "mensaje reenviado",
        "inicio del mensaje reenviado",
        "messaggio inoltrato",
        "inizio messaggio inoltrato",
        "mensagem encaminhada",
        "doorgestuurd bericht",
        "begin doorgestuurd bericht",
        "vidarebefordrat meddelande",
        "videresendt meddelelse",
        "przekazana wiadomość",
    )
)
_DASHES = "-_ \t:"
RULE = re.compile(r"\s*(?:-{3,}|_{3,})\s*")
"""A line that is drawn above a head."""
_HEADS = {
    "from": "From Von De Da Van Från Fra Od",
    "date": "Sent Date Gesendet Datum Envoyé Enviado Enviada Fecha Inviato Data Verzonden Skickat Sendt Wysłano",
    "to": "To Cc Bcc Reply-To An Kopie À A Para Aan Till Til Do Importance Attachments",
    "subject": "Subject Betreff Objet Asunto Oggetto Assunto Onderwerp Ämne Emne Temat",
}
_ROLES = {name.casefold(): role for role, names in _HEADS.items() for name in names.split()}
_HEAD = re.compile(r"\*?([^\W\d_]+(?:-[^\W\d_]+)?)(?: el| em)?\s?:\*?\s?(.*)")
LONGEST_HEAD = 12
"""Lines of a head that are looked at."""

# What a mail program adds by itself is no answer.
_ADDED = re.compile(
    r"(?:Sent from (?:my|Mail|Outlook|Yahoo)|Get Outlook for|Von meinem \S+ gesendet|Gesendet von|Envoyé de(?:puis)? mon|"
    r"Enviado desde mi|Inviato da|Verzonden vanaf mijn)\b.{0,80}",
    re.IGNORECASE,
)
SIGNATURE = "--"
"""What stands above a signature."""
_NO_WORDS = re.compile(r"[\s\-_=*~#|>.]*")


def introduces(lines: Sequence[str]) -> bool:
    """Whether lines are how a mail program introduces a quotation.

    One that is wrapped tells the day and the hour, as all programs do, and begins as late as it can: above it may stand an
    answer.
    """
    text = " ".join(line.strip() for line in lines)
    if len(text) > MOST or text[-1:] not in (":", "："):
        return False
    is_dated = _TIME.search(text) is not None and _YEAR.search(text) is not None
    if len(lines) > 1 and (not is_dated or any(introduces(lines[at:]) for at in range(1, len(lines)))):
        return False
    return (is_dated and _ADDRESS.search(text) is not None) or _WROTE.fullmatch(text) is not None


def phrase(line: str) -> str:
    """The words of a line, as `ORIGINAL` and `PASSED_ON` have them, without the dashes around them."""
    return line.strip(_DASHES).casefold().replace("\u2019", "'")


def head(line: str) -> tuple[str, str] | None:
    """Which line of a mail's head this is (from, date, to, subject), and what it says; None for any other."""
    if len(line) > MOST:
        return None
    found = _HEAD.fullmatch(line.strip())
    role = found and _ROLES.get(found[1].casefold())
    return (role, found[2]) if found and role else None


def says_nothing(line: str) -> bool:
    """Whether a line is no word of the writer's: a rule, what a mail program adds, an introduction of nothing."""
    is_short = len(line) <= MOST
    return _NO_WORDS.fullmatch(line) is not None or (
        is_short and (_ADDED.fullmatch(line) is not None or introduces([line]))
    )
