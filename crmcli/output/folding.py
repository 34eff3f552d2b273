"""Which lines of a mail are quoted, so that they may be folded: never one that its writer may have written anew.

A `>` alone is no proof, since people make lists with it. What is folded is what a mail program said that it quotes ("On …
wrote:" and the marked lines right below), what stands word for word in an earlier message of the same ticket, and the head of
an old mail (From, Sent, To, Subject) with an answer above it. Below such a head, answers stand between lines that nothing
marks, so it is all shown. A mail that is passed on is what its sender has to say. And where no answer would be left to see,
nothing is folded at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_QUOTED = re.compile(r"\s*>")
_MARKS = re.compile(r"[\s>]+")
_MOST = 500
"""Characters that a line has at most which introduces a quotation: in a longer one the search could go on for minutes."""
_WRAPPED = 3
"""Lines that it is wrapped over at most."""
_GAP = 3
"""Blank lines that stand below it at most."""
_FEW = 2
"""Quoted lines that stay: a line that is answered is part of the answer."""
_TRIES = 10
"""How often a message is searched for in the earlier ones at most, and how many of those are searched."""

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
_ORIGINAL = frozenset(
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
_PASSED_ON = frozenset(
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
_RULE = re.compile(r"\s*(?:-{3,}|_{3,})\s*")
_HEADS = {
    "from": "From Von De Da Van Från Fra Od",
    "date": "Sent Date Gesendet Datum Envoyé Enviado Enviada Fecha Inviato Data Verzonden Skickat Sendt Wysłano",
    "to": "To Cc Bcc Reply-To An Kopie À A Para Aan Till Til Do Importance Attachments",
    "subject": "Subject Betreff Objet Asunto Oggetto Assunto Onderwerp Ämne Emne Temat",
}
_ROLES = {name.casefold(): role for role, names in _HEADS.items() for name in names.split()}
_HEAD = re.compile(r"\*?([^\W\d_]+(?:-[^\W\d_]+)?)(?: el| em)?\s?:\*?\s?(.*)")
_LONGEST_HEAD = 12

# What a mail program adds by itself is no answer.
_ADDED = re.compile(
    r"(?:Sent from (?:my|Mail|Outlook|Yahoo)|Get Outlook for|Von meinem \S+ gesendet|Gesendet von|Envoyé de(?:puis)? mon|"
    r"Enviado desde mi|Inviato da|Verzonden vanaf mijn)\b.{0,80}",
    re.IGNORECASE,
)
_SIGNATURE = "--"
_NO_WORDS = re.compile(r"[\s\-_=*~#|>.]*")


@dataclass(frozen=True)
class Said:
    """The words of a message that was shown already, alone and as one text."""

    words: tuple[str, ...]
    text: str


def said(lines: Sequence[str]) -> Said:
    """What a message says, as later ones are compared with it."""
    words = tuple(word for line in lines for word in _unmarked(line).split())
    return Said(words, f" {' '.join(words)} ")


def spans(lines: Sequence[str], earlier: Sequence[Said] = ()) -> list[tuple[int, int]]:
    """Which lines may be folded, each run as its first line and the one after its last.

    `earlier` are the messages of the ticket that stand above. All that is not folded is to be shown.
    """
    reader = _Reader(lines, [each for each in earlier if each.words][-_TRIES:])
    reader.read()
    return reader.folds if reader.answered else []


class _Reader:
    """Goes through the lines of one message. `folds` is what may be folded, `answered` whether it says something itself."""

    def __init__(self, lines: Sequence[str], earlier: Sequence[Said]) -> None:
        self._lines = lines
        self._earlier = earlier
        self._tries = _TRIES
        self.folds: list[tuple[int, int]] = []
        self.answered = False

    def read(self) -> None:
        at, signed = 0, False
        while at < len(self._lines):
            line = self._lines[at]
            end, folds = self._quotation(at)
            if end == at:
                signed = signed or line.rstrip() == _SIGNATURE
                self.answered = self.answered or not (signed or _says_nothing(line.strip()))
                end = at + 1
            elif folds:
                self.folds.append((at, end))
                signed = False
            at = end

    def _quotation(self, at: int) -> tuple[int, bool]:
        """Where what isn't the writer's own ends, if it begins at this line, and whether to fold it; else the line itself."""
        if _QUOTED.match(self._lines[at]):
            end = self._marked_end(at)
            return end, end - at > _FEW and (self._introduces_itself(at, end) or self._is_known(at, end))
        line = self._lines[at].strip()
        if not line or len(line) > _MOST:
            return at, False
        if _phrase(line) in _PASSED_ON:
            return len(self._lines), False  # whatever comes is what somebody wanted us to see
        if below := self._introduced(at):
            end = self._marked_end(below)
            return end, end - at > _FEW
        return self._old_mail(at)

    def _old_mail(self, at: int) -> tuple[int, bool]:
        """The head of an old mail that begins at a line, with the mail where it is marked or known."""
        head = self._head_end(at)
        if head == at:
            return at, False
        body = self._below_blanks(head)
        if body < len(self._lines) and _QUOTED.match(self._lines[body]):
            end = self._marked_end(body)
        elif self.answered:
            end = self._repeated_end(body) or head
        else:
            return len(self._lines), False  # as what is passed on
        return end, end - at > _FEW

    def _head_end(self, at: int) -> int:
        """Where the head ends that begins at a line, with the line above it that says so; the line itself for none."""
        first = self._lines[at].strip()
        is_told = first.startswith(("---", "___")) and _phrase(first) in _ORIGINAL
        begins = end = at + 1 if is_told or _RULE.fullmatch(first) else at
        roles: dict[str, str] = {}
        while end < min(begins + _LONGEST_HEAD, len(self._lines)) and (head := _head(self._lines[end])):
            role, text = head
            if (end == begins and role not in ("from", "date")) or (role in roles and role != "to"):
                break  # it begins with who wrote or when, and says each thing once: else it is no head, or begins below
            roles[role] = text
            end += 1
        is_whole = "from" in roles and "subject" in roles and any(map(str.isdigit, roles.get("date", "")))
        if is_told:
            return end  # with no head below it, it may introduce marked lines
        return end if is_whole else at

    def _introduced(self, at: int) -> int | None:
        """The first line of a marked quotation that the line introduces, alone or with those it is wrapped to."""
        for last in range(at, min(at + _WRAPPED, len(self._lines))):
            if not self._lines[last].strip() or _QUOTED.match(self._lines[last]):
                return None
            below = self._below_blanks(last + 1)
            if below < len(self._lines) and _QUOTED.match(self._lines[below]):
                return below if _introduces(self._lines[at : last + 1]) else None
        return None

    def _introduces_itself(self, at: int, end: int) -> bool:
        """Whether marked lines begin as Apple's do: with the introduction, marked like the rest."""
        lines = [_unmarked(line) for line in self._lines[at : min(at + _WRAPPED, end)]]
        return any(_introduces(lines[: count + 1]) for count in range(len(lines)))

    def _is_known(self, at: int, end: int) -> bool:
        """Whether lines stand word for word in an earlier message."""
        if not self._earlier or self._tries == 0:
            return False
        self._tries -= 1
        text = said(self._lines[at:end]).text
        return any(text in each.text for each in self._earlier)

    def _repeated_end(self, at: int) -> int | None:
        """Where the lines end that are the whole of an earlier message, word for word; None where none is."""
        if self._tries == 0:
            return None
        self._tries -= 1
        for each in reversed(self._earlier):
            known, end = 0, at
            while known < len(each.words) and end < len(self._lines):
                words = tuple(_unmarked(self._lines[end]).split())
                if each.words[known : known + len(words)] != words:
                    break
                known += len(words)
                end += 1
            if known == len(each.words):
                return end
        return None

    def _marked_end(self, at: int) -> int:
        while at < len(self._lines) and _QUOTED.match(self._lines[at]):
            at += 1
        return at

    def _below_blanks(self, at: int) -> int:
        end = at
        while end < min(at + _GAP, len(self._lines)) and not self._lines[end].strip():
            end += 1
        return end


def _introduces(lines: Sequence[str]) -> bool:
    """Whether lines are how a mail program introduces a quotation.

    One that is wrapped tells the day and the hour, as all programs do, and begins as late as it can: above it may stand an
    answer.
    """
    text = " ".join(line.strip() for line in lines)
    if len(text) > _MOST or text[-1:] not in (":", "："):
        return False
    is_dated = _TIME.search(text) is not None and _YEAR.search(text) is not None
    if len(lines) > 1 and (not is_dated or any(_introduces(lines[at:]) for at in range(1, len(lines)))):
        return False
    return (is_dated and _ADDRESS.search(text) is not None) or _WROTE.fullmatch(text) is not None


def _phrase(line: str) -> str:
    return line.strip(_DASHES).casefold().replace("\u2019", "'")


def _head(line: str) -> tuple[str, str] | None:
    """Which line of a mail's head this is (from, date, to, subject), and what it says; None for any other."""
    if len(line) > _MOST:
        return None
    found = _HEAD.fullmatch(line.strip())
    role = found and _ROLES.get(found[1].casefold())
    return (role, found[2]) if found and role else None


def _says_nothing(line: str) -> bool:
    """Whether a line is no word of the writer's: a rule, what a mail program adds, an introduction of nothing."""
    is_short = len(line) <= _MOST
    return _NO_WORDS.fullmatch(line) is not None or (
        is_short and (_ADDED.fullmatch(line) is not None or _introduces([line]))
    )


def _unmarked(line: str) -> str:
    """A line without the marks of quotation before it."""
    found = _MARKS.match(line)
    return line[found.end() :] if found else line
