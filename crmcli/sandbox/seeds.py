"""A shop's inbox of the last ninety days, made up, so that the demo has something to show and tests something to fear.

The words are in `seed_texts`, `seed_talks` and `seed_oddities`; here they get people, dates, numbers and an outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from itertools import count
from random import Random
from typing import Literal
from zoneinfo import ZoneInfo

from crmcli.sandbox import seed_texts as texts
from crmcli.sandbox.objects import Row
from crmcli.sandbox.seed_oddities import CUSTOMER, ODDITIES, PLEASANT, STAFF, Script
from crmcli.sandbox.seed_talks import ENGLISH
from crmcli.sandbox.seed_texts import Talk
from crmcli.sandbox.store import Store

DAYS = 90

# The first and the last tickets, which one sees when one lists them, are plain: oddities are spread over those between.
_PLAIN_FIRST = 60
_PLAIN_LAST = 50

# When people write: an hour of the day for each time that it stands here. None at night, when clocks are changed.
_HOURS = (7, 8, 9, 9, 10, 10, 11, 12, 13, 14, 14, 15, 16, 17, 18, 19, 20, 20, 21, 22)

_TALKS = {**texts.TALKS, "en": ENGLISH}
_NEAR = ("en",) * 33 + ("es", "de", "fr", "pt") + ("junk",) * 3
_FAR = ("en",) * 30 + ("es", "de", "fr", "pt", "ja", "ar", "he") + ("junk",) * 3


Statuses = Literal["renamed", "platform"]
"""Those of a shop that gave them names and numbers of its own, or those that the platform begins with."""


def sow(
    store: Store, *, tickets: int = 240, seed: int = 1, now: datetime | None = None, statuses: Statuses = "renamed"
) -> None:
    """Fill an empty store with departments, statuses, saved replies and that many tickets.

    `now`, naive and in the store's zone, is when the newest ticket has just come; by default the present on the US
    East coast. The same `tickets`, `seed` and `now` give the same rows. Of fewer than some 150 tickets none, or only
    some, are oddities.
    """
    now = (now or datetime.now(ZoneInfo("America/New_York"))).replace(tzinfo=None, second=0, microsecond=0)
    inbox = _Inbox(Random(seed), now).tickets(tickets)
    names = texts.STATUSES
    if statuses == "platform":
        names = texts.PLATFORM_STATUSES
        inbox = ({**row, "StatusID": texts.ON_THE_PLATFORM.get(row["StatusID"], row["StatusID"])} for row in inbox)
    store.fill(
        departments=[
            {"DepartmentId": number, "Name": name, "Visible": visible} for number, name, visible in texts.DEPARTMENTS
        ],
        statuses=[{"Id": key, "StatusId": number, "StatusName": name} for key, number, name in names],
        replies=[{"Id": number, "Title": title, "Message": text} for number, title, text in texts.SAVED_REPLIES],
        tickets=inbox,
    )


@dataclass(frozen=True)
class _Person:
    name: str
    first: str
    email: str
    phone: str
    ip: str
    number: int  # 0 for a guest, who has no account
    sender: int = CUSTOMER


class _Inbox:
    def __init__(self, random: Random, now: datetime) -> None:
        self._random = random
        self._now = now
        self._messages = count(1)
        self._files = count(1)
        self._staff = [
            _Person(name, name.split()[0], f"{mailbox}@example.com", "", "", 0, STAFF) for name, mailbox in texts.STAFF
        ]
        numbers = count(1001)
        self._people = {
            language: [self._person(*person, number=0 if language == "junk" else next(numbers)) for person in people]
            for language, people in texts.PEOPLE.items()
        }

    def tickets(self, amount: int) -> Iterator[Row]:
        odd = _spread(amount)
        for number, opened in enumerate(sorted(self._opening() for _ in range(amount)), start=1):
            script = PLEASANT.get(number) or odd.get(number)
            if script:
                yield self._told(number, opened, script)
            else:
                plain = number <= _PLAIN_FIRST or number > amount - _PLAIN_LAST
                yield self._made_up(number, opened, _NEAR if plain else _FAR)

    def _made_up(self, number: int, opened: datetime, languages: tuple[str, ...]) -> Row:
        """A ticket of one of the conversations; how far that got decides on its status."""
        pick = self._random.choice
        language = pick(languages)
        talk = pick(_TALKS[language])
        person = pick(self._people[language])
        product = pick(talk.products or tuple(texts.PRODUCTS))
        order = 10240 + 3 * number + pick((0, 1, 2))
        model, kind = texts.PRODUCTS[product]
        words = {
            "order": order,
            "model": model,
            "product": f"{model} {kind}",
            "tracking": f"1Z999AA1{self._random.randrange(10**10):010}",
            "name": person.name,
            "first": person.first,
            "photo": self._random.randrange(1000, 9999),
        }
        subject = pick(talk.subjects)
        messages = self._conversation(talk, opened, person, words)
        asked = subject + talk.turns[0][0]
        return {
            **self._ticket(number, opened, subject.format_map(words), person, messages),
            "DepartmentID": talk.department,
            "StatusID": self._status(talk, opened, messages),
            "OrderID": order if "{order}" in asked else 0,
            "ProductId": product if "{product}" in asked or "{model}" in asked else 0,
        }

    def _conversation(self, talk: Talk, opened: datetime, person: _Person, words: dict[str, object]) -> list[Row]:
        """The turns of it that have been taken by now, or fewer where somebody still has to answer."""
        staff = self._random.choice(self._staff)
        words["staff"] = staff.first
        waits = self._random.random() < _open_share(self._now - opened)
        turns = talk.turns[: self._random.randint(1, len(talk.turns)) if waits else None]
        messages: list[Row] = []
        when = opened
        for at, wordings in enumerate(turns):
            text = self._random.choice(wordings).format_map(words)
            file = {0: talk.customer_file, 1: talk.staff_file}.get(at, "").format_map(words)
            if at % 2 == 0:
                text = self._as_mailed(text, messages)
            messages.append(self._message(when, text, staff if at % 2 else person, (file,) if file else ()))
            when = self._later(when, staff=at % 2 == 0)
            if when > self._now:
                break
        return messages

    def _status(self, talk: Talk, opened: datetime, messages: list[Row]) -> int:
        age = self._now - opened
        if len(talk.turns) == 1:
            return texts.SPAM if age > timedelta(days=1) else texts.NEW
        if len(messages) == len(talk.turns):
            return texts.CLOSED
        if messages[-1]["Sender"] == CUSTOMER:
            return texts.NEW if len(messages) == 1 and age < timedelta(days=2) else texts.OPEN
        if age > timedelta(days=25):
            return texts.CLOSED
        statuses = (texts.ANSWERED, texts.WAITING, texts.SUPPLIER)
        return self._random.choice(statuses if talk.department == texts.REPAIRS else statuses[:2])

    def _told(self, number: int, opened: datetime, script: Script) -> Row:
        """A ticket of which the texts are fixed."""
        person = self._random.choice(self._people["en"])
        staff = self._staff[0] if number in PLEASANT else self._random.choice(self._staff)
        messages = []
        for at, (sender, text) in enumerate(script.lines):
            when = min(opened + at * timedelta(minutes=script.minutes), self._now)
            author, changes = (staff, {}) if sender == STAFF else (person, script.message)
            messages.append({**self._message(when, text, author, script.files if at == 0 else ()), **changes})
        row = self._ticket(number, opened, script.subject, person, messages)
        return {**row, "DepartmentID": script.department, "StatusID": script.status, **script.ticket}

    def _ticket(self, number: int, opened: datetime, subject: str, person: _Person, messages: list[Row]) -> Row:
        return {
            "CrmID": number,
            "DateOpened": _text(opened),
            "DateLastAction": max((message["DateCreated"] for message in messages), default="") or _text(opened),
            "Subject": subject,
            "CustomerName": person.name,
            "CustomerEmail": person.email,
            "CustomerPhone": person.phone,
            "CustomerIpAddress": person.ip,
            "OrderID": 0,
            "CustomerID": person.number,
            "ProductId": 0,
            "CrmMessageList": messages,
        }

    def _message(self, when: datetime, text: str, author: _Person, files: tuple[str, ...] = ()) -> Row:
        return {
            "MessageId": next(self._messages),
            "DateCreated": _text(when),
            "Message": text,
            "Sender": author.sender,
            "SenderName": author.name,
            "SenderEmail": author.email,
            "CustomerIPAddress": author.ip,
            "CrmFileList": [
                {
                    "FileId": next(self._files),
                    "FileName": file,
                    "DateCreated": _text(when),
                    "IsAdminUploaded": author.sender == STAFF,
                }
                for file in files
            ],
        }

    def _as_mailed(self, text: str, before: list[Row]) -> str:
        """What a mail program makes of a text, sometimes: HTML, or an answer above a quote of what it answers."""
        chance = self._random.random()
        if chance < 0.08 and "<" not in text:
            paragraphs = escape(text).replace("\n\n", "</p>\n<p>").replace("\n", "<br>\n")
            return f'<div style="font-family: Arial"><p>{paragraphs}</p></div>'
        if chance < 0.4 and before:
            last = before[-1]
            quoted = last["Message"].replace("\n", "\n> ")
            return f"{text}\n\nOn {last['DateCreated'][:16].replace('T', ' ')}, {texts.SHOP} wrote:\n> {quoted}"
        return text

    def _opening(self) -> datetime:
        """When somebody wrote: more of late, and by day."""
        day = self._now - DAYS * timedelta(days=self._random.random() ** 1.3)
        when = day.replace(hour=self._random.choice(_HOURS), minute=self._random.randrange(60))
        return when if when <= self._now else self._now - timedelta(minutes=self._random.randrange(3, 420))

    def _later(self, when: datetime, *, staff: bool) -> datetime:
        """When the other side answers: the staff within a working day or so, customers when they like."""
        when += timedelta(minutes=int(self._random.triangular(12, 1500 if staff else 2800, 180)))
        if not 8 <= when.hour < (18 if staff else 23):
            when = when.replace(hour=8, minute=self._random.randrange(60)) + timedelta(days=when.hour >= 18)
        if staff and when.weekday() >= 5:
            when += timedelta(days=7 - when.weekday())
        return when

    def _person(self, name: str, mailbox: str, first: str, *, number: int) -> _Person:
        draw = self._random.randrange
        return _Person(
            name=name,
            first=first,
            email=f"{mailbox}@{self._random.choice(('example.com', 'example.org', 'example.net'))}",
            phone=f"{draw(201, 990)}-555-{draw(100, 200):04}" if draw(3) else "",
            ip=f"{self._random.choice(('192.0.2', '198.51.100', '203.0.113'))}.{draw(1, 255)}",
            number=number if draw(5) else 0,
        )


def _spread(amount: int) -> dict[int, Script]:
    """Which ticket is which oddity: at even distances between the plain ones at both ends, as far as they fit."""
    first, room = _PLAIN_FIRST + 1, amount - _PLAIN_FIRST - _PLAIN_LAST
    fitting = ODDITIES[: max(room, 0)]
    return {first + at * room // len(fitting): script for at, script in enumerate(fitting)}


def _open_share(age: timedelta) -> float:
    """How many tickets of that age are not done yet."""
    return next(share for days, share in ((3, 0.9), (9, 0.7), (25, 0.4), (DAYS + 1, 0.04)) if age <= timedelta(days))


def _text(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M}:00"
