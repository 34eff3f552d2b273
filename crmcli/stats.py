"""Statistics of tickets: rows go in one by one, numbers come out. No network, no files, no clock.

Nothing is kept of a ticket but two numbers where it waits for an answer, and one where it got its first.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from crmcli import dates
from crmcli.api.authors import CUSTOMER, STORE, Testimony, author

Row = dict[str, Any]

DAY = 86_400
AGES = (
    ("under 1 day", DAY),
    ("1 to 3 days", 3 * DAY),
    ("3 to 7 days", 7 * DAY),
    ("1 to 4 weeks", 28 * DAY),
    ("over 4 weeks", None),
)
"""What open tickets are sorted by: a name, and the age in seconds that one in it is under."""

AHEAD = 7200
"""By how many seconds a date may be ahead of our clock and still be told as now: an hour comes twice, and clocks differ."""

CLOSING = frozenset(
    re.findall(
        r"\w+",
        "closed close resolved solved done completed complete finished cancelled canceled "
        "spam junk deleted trash archived archive rejected duplicate merged",
    )
)
"""Words in the name of a status of which a ticket needs nothing more; names are all that is known of a status."""

_NOT = frozenset(("not", "no", "never", "un", "non", "reopened"))


def closing(names: Mapping[int, str]) -> set[int]:
    """The statuses, of these names by number, that are called closed in English."""
    words = {number: set(re.findall(r"[^\W\d_]+", name.casefold())) for number, name in names.items()}
    return {number for number, said in words.items() if said & CLOSING and not said & _NOT}


class Tally:
    """Counts tickets as they come.

    `statuses` are the store's, names by number; `closed` the numbers of those that count as closed. `senders` is the
    profile's map, by which `author` judges. `zone` is the store's, in which its dates are; `now` is an aware datetime.
    `days` is how many days back, today included, the tickets opened on each are counted.
    """

    def __init__(  # noqa: PLR0913  # what has to be known of the store, the profile and the moment
        self,
        *,
        statuses: Mapping[int, str],
        closed: Collection[int],
        senders: Mapping[str, int],
        zone: tzinfo,
        now: datetime,
        days: int = 30,
    ) -> None:
        self._statuses = statuses
        self._closed = frozenset(closed)
        self._senders = senders
        self.testimony = Testimony(senders)
        self._zone = zone
        self._now = now.timestamp()
        today = now.astimezone(zone).date()
        self._days: dict[date, int] = {today - timedelta(days=back): 0 for back in reversed(range(days))}
        self._by_status: Counter[int] = Counter()
        self._by_department: Counter[int] = Counter()
        self._by_age: Counter[str] = Counter()
        self._oldest_open: int | None = None
        self._tickets = self._open = self._answered = self._unknown = 0
        self._waiting: list[tuple[int, int]] = []  # how long a customer has waited (-1: nobody knows), and the ticket
        self._answers = array("q")

    def is_open(self, ticket: Row) -> bool:
        """Whether a ticket's status is none of the closed ones."""
        return _number(ticket.get("StatusID")) not in self._closed

    def add(self, ticket: Row) -> None:
        """Count a ticket; of a closed one the messages tell nothing but the time to the first answer."""
        opened = self._moment(ticket.get("DateOpened"))
        self._tickets += 1
        self._by_status[_number(ticket.get("StatusID"))] += 1
        if opened is not None and opened.date() in self._days:
            self._days[opened.date()] += 1
        listed = ticket.get("CrmMessageList")
        self.testimony.hear(ticket)
        thread = _in_order(listed) if isinstance(listed, list) else None
        wrote = [author(message, ticket, self._senders) for message in thread or ()]
        if (waited := self._first_answer(thread or (), wrote, opened)) is not None:
            self._answers.append(waited)
        if not self.is_open(ticket):
            return
        self._open += 1
        self._by_department[_number(ticket.get("DepartmentID"))] += 1
        self._aged(self._age(opened))
        if thread is None:
            self._unknown += 1
        elif not thread or wrote[-1] == CUSTOMER:
            since = self._waiting_since(thread, wrote, opened)
            age = self._age(since)
            self._waiting.append((-1 if age is None else age, _number(ticket.get("CrmID"))))
        elif wrote[-1] == STORE:
            self._answered += 1
        else:
            self._unknown += 1

    def figures(self, department: Callable[[int], str] = str) -> Row:
        """All numbers, as `tickets stats --json` prints them. `department` gives a department's name.

        Ages and times are in seconds; None is said where there is nothing to measure.
        """
        waiting = sorted(self._waiting, key=lambda entry: (-entry[0], entry[1]))
        oldest = waiting[0] if waiting and waiting[0][0] >= 0 else (None, None)
        answers = sorted(self._answers)
        return {
            "tickets": self._tickets,
            "open": self._open,
            "closed": self._tickets - self._open,
            "unanswered": len(waiting),
            "answered": self._answered,
            "unknown": self._unknown,
            "oldest_unanswered": oldest[0],
            "oldest_unanswered_ticket": oldest[1],
            "oldest_open": self._oldest_open,
            "first_answers": len(answers),
            "first_answer_median": median(answers),
            "first_answer_p90": answers[-(-9 * len(answers) // 10) - 1] if answers else None,
            "opened_today": next(reversed(self._days.values())),
            "opened_per_day": round(sum(self._days.values()) / len(self._days), 2),
            "by_status": [
                {
                    "status": number,
                    "name": self._statuses.get(number) or str(number),
                    "closed": number in self._closed,
                    "tickets": self._by_status[number],
                }
                for number in [*self._statuses, *sorted(self._by_status.keys() - self._statuses.keys())]
            ],
            "by_department": [
                {"department": number, "name": department(number), "open": count}
                for number, count in sorted(self._by_department.items(), key=lambda entry: (-entry[1], entry[0]))
            ],
            "by_age": [
                {"age": name, "open": self._by_age[name]}
                for name in (*(name for name, _ in AGES), *(["unknown"] if self._by_age["unknown"] else []))
            ],
            "per_day": [{"day": day.isoformat(), "opened": count} for day, count in self._days.items()],
            "unanswered_tickets": [number for _, number in waiting],
        }

    def _moment(self, value: object) -> datetime | None:
        """A date of the store's as an instant; None for unset, and for what can't be read."""
        try:
            found = dates.from_store(value)
        except ValueError:
            return None
        return found and found.replace(tzinfo=self._zone)

    def _age(self, moment: datetime | None) -> int | None:
        """Seconds since then; None for no date, and for one that is yet to come, beyond what clocks differ by."""
        age = None if moment is None else int(self._now - moment.timestamp())
        return None if age is None or age < -AHEAD else max(0, age)

    def _aged(self, age: int | None) -> None:
        if age is None:
            self._by_age["unknown"] += 1
            return
        self._by_age[next(name for name, under in AGES if under is None or age < under)] += 1
        self._oldest_open = max(self._oldest_open or 0, age)

    def _waiting_since(
        self, thread: Sequence[Row], wrote: Sequence[str | None], opened: datetime | None
    ) -> datetime | None:
        """When the customer first wrote of what nobody has answered; for a ticket without messages when it was opened."""
        begins = len(wrote)
        while begins and wrote[begins - 1] == CUSTOMER:
            begins -= 1
        said = (self._moment(message.get("DateCreated")) for message in thread[begins:])
        first = next((moment for moment in said if moment), None)
        return opened or first if begins == 0 else first

    def _first_answer(self, thread: Sequence[Row], wrote: Sequence[str | None], opened: datetime | None) -> int | None:
        """Seconds from the customer's first message to the store's first; None where that can't be told."""
        answered = next((at for at, who in enumerate(wrote) if who != CUSTOMER), None)
        if not answered or wrote[answered] != STORE:  # nobody answered, the store wrote first, or who knows
            return None
        asked = self._moment(thread[0].get("DateCreated")) or opened
        answer = self._moment(thread[answered].get("DateCreated"))
        if asked is None or answer is None:
            return None
        if answer < asked:  # by the clock, which was put back in between: the hour's second time
            answer = answer.replace(fold=1)
        return max(0, int(answer.timestamp() - asked.timestamp()))


def median(numbers: Sequence[int]) -> int | None:
    """The median of sorted whole numbers, rounded down; None of none."""
    middle = len(numbers) // 2
    return (numbers[middle] + numbers[-middle - 1]) // 2 if numbers else None


def _in_order(messages: Sequence[object]) -> list[Row]:
    """Messages as they were written: by number, since dates have minutes only and may be unset."""
    return sorted(
        (each for each in messages if isinstance(each, dict)), key=lambda each: _number(each.get("MessageId"))
    )


def _number(value: object) -> int:
    """A number, which a store may write as a number or as text; 0 where there is none."""
    try:
        return int(value) if isinstance(value, int | str) else 0
    except ValueError:
        return 0
