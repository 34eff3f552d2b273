"""The numbers of `tickets stats`: rows in, numbers out."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.stats import Tally, closing, median

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 19, 5, tzinfo=UTC)  # 14:05 there
STATUSES = {3: "New", 1: "Open", 5: "Closed", 0: "Archived"}
SENDERS = {"store": 1, "customer": 2}
HOUR = 3600


def tallied(*tickets: dict[str, Any], senders: dict[str, int] | None = None, days: int = 30) -> dict[str, Any]:
    tally = Tally(
        statuses=STATUSES,
        closed=closing(STATUSES),
        senders=SENDERS if senders is None else senders,
        zone=ZONE,
        now=NOW,
        days=days,
    )
    for each in tickets:
        tally.add(each)
    return tally.figures()


def ticket(*messages: tuple[Any, str], opened: str | None = "2026-11-20T09:00:00", **fields: Any) -> dict[str, Any]:
    """A ticket with messages by (sender's code, date), in this order."""
    thread = [
        {"MessageId": number, "Sender": sender, "DateCreated": date}
        for number, (sender, date) in enumerate(messages, start=1)
    ]
    usual = {"CrmID": 42, "StatusID": 1, "DepartmentID": 2, "DateOpened": opened, "CustomerEmail": "ann@example.com"}
    return {**usual, "CrmMessageList": thread, **fields}


CUSTOMER, STORE, STRANGER = 2, 1, 9


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        # Waiting since the first message that nobody answered, not since the last.
        ([(CUSTOMER, "2026-11-20T09:00:00")], ("unanswered", 77 * HOUR + 300)),
        ([(CUSTOMER, "2026-11-20T09:00:00"), (CUSTOMER, "2026-11-23T09:00:00")], ("unanswered", 77 * HOUR + 300)),
        (
            [(CUSTOMER, ""), (STORE, "2026-11-21T09:00:00"), (CUSTOMER, ""), (CUSTOMER, "11/23/2026 13:05")],
            ("unanswered", HOUR),
        ),
        ([(CUSTOMER, ""), (STORE, ""), (CUSTOMER, "0001-01-01T00:00:00")], ("unanswered", None)),
        ([(CUSTOMER, ""), (STRANGER, ""), (CUSTOMER, "2026-11-23T14:05:00")], ("unanswered", 0)),
        ([], ("unanswered", 77 * HOUR + 300)),
        ([(CUSTOMER, ""), (STORE, "")], ("answered", None)),
        ([(STORE, "")], ("answered", None)),
        # Nobody knows who wrote last: neither answered nor not.
        ([(CUSTOMER, ""), (STRANGER, "")], ("unknown", None)),
        ([(CUSTOMER, ""), (STORE, ""), (STRANGER, "")], ("unknown", None)),
        # The first is the customer's when nothing tells otherwise.
        ([(STRANGER, "2026-11-23T13:05:00")], ("unanswered", 77 * HOUR + 300)),
    ],
)
def test_what_is_unanswered(messages: list[tuple[Any, str]], expected: tuple[str, int | None]) -> None:
    found = tallied(ticket(*messages))
    assert {name: found[name] for name in ("unanswered", "answered", "unknown")} == {
        "unanswered": 0,
        "answered": 0,
        "unknown": 0,
        expected[0]: 1,
    }
    assert found["oldest_unanswered"] == expected[1]
    assert found["unanswered_tickets"] == ([42] if expected[0] == "unanswered" else [])


def test_a_date_that_is_yet_to_come_tells_no_age() -> None:
    """Else a ticket that says it is of next year would wait for no time at all, for a year."""
    hour, year = "%Y-%m-%dT%H:%M", "2099-01-01T00:00:00"
    soon = (NOW.astimezone(ZONE) + timedelta(minutes=90)).strftime(hour)
    found = tallied(ticket((CUSTOMER, year), opened=year), ticket((CUSTOMER, soon), opened=soon))
    ages = {row["age"]: row["open"] for row in found["by_age"]}
    assert (ages["unknown"], ages["under 1 day"]) == (1, 1), "an hour comes twice, and clocks differ"
    assert (found["unanswered"], found["oldest_unanswered"], found["oldest_open"]) == (2, 0, 0)


def test_a_ticket_whose_messages_nobody_read_is_unknown() -> None:
    assert tallied(ticket(CrmMessageList=None))["unknown"] == 1
    assert tallied({"CrmID": 1, "StatusID": 1})["unknown"] == 1


def test_messages_are_taken_by_their_numbers() -> None:
    thread = ticket((CUSTOMER, "2026-11-20T09:00:00"), (STORE, "2026-11-20T09:00:00"))
    thread["CrmMessageList"].reverse()
    assert tallied(thread)["answered"] == 1


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([(CUSTOMER, "2026-11-20T09:00:00"), (CUSTOMER, ""), (STORE, "2026-11-20T10:30:00")], 5400),
        ([(CUSTOMER, ""), (STORE, "2026-11-20T10:00:00")], HOUR),  # since it was opened
        ([(CUSTOMER, "2026-11-20T09:00:00"), (STORE, "")], None),
        ([(CUSTOMER, "2026-11-20T09:00:00"), (STRANGER, ""), (STORE, "2026-11-20T10:00:00")], None),
        ([(STORE, "2026-11-20T09:00:00"), (CUSTOMER, ""), (STORE, "2026-11-20T10:00:00")], None),
        ([(CUSTOMER, "2026-11-20T09:00:00")], None),
        # Clocks went back at two on the first of November, and forward on the eighth of March.
        ([(CUSTOMER, "2026-11-01T00:30:00"), (STORE, "2026-11-01T02:30:00")], 3 * HOUR),
        ([(CUSTOMER, "2026-03-08T01:30:00"), (STORE, "2026-03-08T03:30:00")], HOUR),
        ([(CUSTOMER, "2026-11-01T01:59:00"), (STORE, "2026-11-01T01:01:00")], 120),
        ([(CUSTOMER, "2026-11-01T03:59:00"), (STORE, "2026-11-01T03:01:00")], 0),  # a clock that was set right
    ],
)
def test_the_time_to_the_first_answer(messages: list[tuple[Any, str]], expected: int | None) -> None:
    for status in (1, 5):
        found = tallied(ticket(*messages, StatusID=status))
        assert found["first_answer_median"] == found["first_answer_p90"] == expected
        assert found["first_answers"] == (expected is not None)


def test_open_is_what_no_closed_status_has() -> None:
    assert closing(dict(enumerate(["Closed", "RESOLVED - ok", "Spam!", "Done", "Deleted", "Archived"]))) == set(
        range(6)
    )
    names = ["New", "Open", "Not resolved", "Unresolved", "Reopened", "Abandoned", "Disclosed", "", "Cerrado"]
    assert closing(dict(enumerate(names))) == set()
    found = tallied(ticket(), ticket(StatusID="5"), ticket(StatusID=77), ticket(StatusID=0))
    assert (found["tickets"], found["open"], found["closed"]) == (4, 2, 2)
    assert [(row["name"], row["closed"], row["tickets"]) for row in found["by_status"]] == [
        ("New", False, 0),
        ("Open", False, 1),
        ("Closed", True, 1),
        ("Archived", True, 1),
        ("77", False, 1),
    ]


def test_days_are_the_stores() -> None:
    late = ticket(opened="2026-11-22T23:59:00")
    found = tallied(late, ticket(opened="11/23/2026 00:00"), ticket(opened="2025-01-01T00:00:00"), days=3)
    assert found["per_day"] == [
        {"day": "2026-11-21", "opened": 0},
        {"day": "2026-11-22", "opened": 1},
        {"day": "2026-11-23", "opened": 1},
    ]
    assert (found["opened_today"], found["opened_per_day"]) == (1, 0.67)


oddly = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "x", "3", "0001-01-01T00:00:00", "9999-12-31T23:59:00"])
)
FIRST, LAST = datetime(2000, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - the store's wall clock
written = st.datetimes(FIRST, LAST).map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:00}") | oddly
messages = st.fixed_dictionaries(
    {},
    optional={"MessageId": oddly, "Sender": st.integers(0, 3) | oddly, "DateCreated": written, "SenderEmail": oddly},
)
threads = st.lists(messages | st.none(), max_size=4) | oddly
tickets = st.fixed_dictionaries(
    {"StatusID": st.sampled_from([0, 1, 3, 5, 77]) | oddly},
    optional={
        "CrmID": oddly,
        "DepartmentID": st.integers(0, 3) | oddly,
        "DateOpened": written,
        "CustomerEmail": oddly,
        "CrmMessageList": threads,
    },
)
patient = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(st.lists(tickets, max_size=8), st.integers(1, 60))
def test_the_numbers_add_up_whatever_the_store_gives(rows: list[dict[str, Any]], days: int) -> None:
    found = tallied(*rows, days=days)
    assert found["tickets"] == len(rows) == found["open"] + found["closed"]
    assert found["open"] == found["unanswered"] + found["answered"] + found["unknown"]
    assert sum(row["tickets"] for row in found["by_status"]) == found["tickets"]
    assert sum(row["tickets"] for row in found["by_status"] if row["closed"]) == found["closed"]
    assert sum(row["open"] for row in found["by_department"]) == found["open"]
    assert sum(row["open"] for row in found["by_age"]) == found["open"]
    assert len(found["unanswered_tickets"]) == found["unanswered"]
    assert len(found["per_day"]) == days
    assert sum(row["opened"] for row in found["per_day"]) <= len(rows)
    oldest = found.pop("oldest_unanswered_ticket")  # a number that the store gave, whatever it is
    assert oldest is None or oldest in found["unanswered_tickets"]
    assert all(value is None or value >= 0 for value in found.values() if not isinstance(value, list))


@patient
@given(st.lists(tickets, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_tickets_changes_nothing(rows: list[dict[str, Any]], random: Any) -> None:
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert tallied(*rows) == tallied(*shuffled)


@patient
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40))
def test_medians_and_most_answers(minutes: list[int]) -> None:
    rows = [
        ticket((CUSTOMER, FIRST.isoformat()), (STORE, (FIRST + timedelta(minutes=some)).isoformat()))
        for some in minutes
    ]
    tally = Tally(statuses=STATUSES, closed=(), senders=SENDERS, zone=UTC, now=NOW)
    for row in rows:
        tally.add(row)
    found = tally.figures()
    assert found["first_answer_median"] == int(statistics.median(60 * some for some in minutes))
    within = sum(60 * some <= found["first_answer_p90"] for some in minutes)
    below = sum(60 * some < found["first_answer_p90"] for some in minutes)
    assert below < 0.9 * len(minutes) <= within
    assert median([]) is None
