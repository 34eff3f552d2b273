"""Which lines of a mail are quoted, so that they may be folded: never one that its writer may have written anew.

A `>` alone is no proof, since people make lists with it. What is folded is what a mail program said that it quotes ("On …
wrote:" and the marked lines right below), what stands word for word in an earlier message of the same ticket, and the head of
an old mail (From, Sent, To, Subject) with an answer above it. Below such a head, answers stand between lines that nothing
marks, so it is all shown. Answers may stand within the marks, too (Outlook lets nobody leave them): a line that is not the
earlier message's whose others are is shown. A mail that is passed on is what its sender has to say. And where no answer would
be left to see, nothing is folded at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crmcli.output import mail_words as mails

_QUOTED = re.compile(r"\s*>")
_MARKS = re.compile(r"[\s>]+")
_WRAPPED = 3
"""Lines that an introduction is wrapped over at most."""
_GAP = 3
"""Blank lines that stand below it at most."""
_FEW = 2
"""Quoted lines that stay: a line that is answered is part of the answer."""
_TELLING = 4
"""Words of a line that can be found again in a message, after others were left out."""
_SEARCHED = 200
"""Lines of a quotation that are compared one by one with earlier messages at most."""
_TRIES = 10
"""How often a message is searched for in the earlier ones at most, and how many of those are searched."""


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
                signed = signed or line.rstrip() == mails.SIGNATURE
                self.answered = self.answered or not (signed or mails.says_nothing(line.strip()))
                end = at + 1
            elif folds:
                self._fold(at, end)
                signed = False
            at = end

    def _fold(self, at: int, end: int) -> None:
        """Fold lines, but for those that somebody wrote within the quotation of an earlier message."""
        for place in [*self._written_within(at, end), end]:
            if place - at > _FEW:
                self.folds.append((at, place))
            at = place + 1

    def _written_within(self, at: int, end: int) -> list[int]:
        """Marked lines that are not the earlier message's whose others are: who answers within them may not leave the marks.

        None where most of what is quoted is no earlier message's: nobody can tell then.
        """
        marked = [
            place for place in range(at, end) if _unmarked(self._lines[place]) and _QUOTED.match(self._lines[place])
        ]
        if self._tries == 0 or not self._earlier or len(marked) > _SEARCHED:
            return []
        self._tries -= 1
        said = [_unmarked(self._lines[place]).split() for place in marked]
        strange = min((_strange(said, each.text) for each in self._earlier), key=len)
        return [marked[each] for each in strange] if 2 * len(strange) < len(marked) else []

    def _quotation(self, at: int) -> tuple[int, bool]:
        """Where what isn't the writer's own ends, if it begins at this line, and whether to fold it; else the line itself."""
        if _QUOTED.match(self._lines[at]):
            end = self._marked_end(at)
            return end, end - at > _FEW and (self._introduces_itself(at, end) or self._is_known(at, end))
        line = self._lines[at].strip()
        if not line or len(line) > mails.MOST:
            return at, False
        if mails.phrase(line) in mails.PASSED_ON:
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
        is_told = first.startswith(("---", "___")) and mails.phrase(first) in mails.ORIGINAL
        begins = end = at + 1 if is_told or mails.RULE.fullmatch(first) else at
        roles: dict[str, str] = {}
        while end < min(begins + mails.LONGEST_HEAD, len(self._lines)) and (head := mails.head(self._lines[end])):
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
                return below if mails.introduces(self._lines[at : last + 1]) else None
        return None

    def _introduces_itself(self, at: int, end: int) -> bool:
        """Whether marked lines begin as Apple's do: with the introduction, marked like the rest."""
        lines = [_unmarked(line) for line in self._lines[at : min(at + _WRAPPED, end)]]
        return any(mails.introduces(lines[: count + 1]) for count in range(len(lines)))

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


def _strange(lines: Sequence[Sequence[str]], text: str) -> list[int]:
    """Which of some lines don't go on with a text where the one before ended, or for those of many words at least below."""
    strange, at = [], 0
    for number, words in enumerate(lines):
        line = f" {' '.join(words)} "
        found = (
            at if at and text.startswith(line, at) else text.find(line, at) if len(words) >= _TELLING or not at else -1
        )
        if found < 0:
            strange.append(number)
        else:
            at = found + len(line) - 1  # the blank is the next one's, too
    return strange


def _unmarked(line: str) -> str:
    """A line without the marks of quotation before it."""
    found = _MARKS.match(line)
    return line[found.end() :] if found else line
