"""The sandbox's seeds: repeatable, within the API's lengths, pleasant where they are looked at, nasty where not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.sandbox.objects import DEPARTMENT, FILE, MESSAGE, REPLY, STATUS, TICKET, Object, Row
from crmcli.sandbox.seed_oddities import ODDITIES
from crmcli.sandbox.seeds import DAYS, sow
from crmcli.sandbox.store import Store

NOW = datetime.fromisoformat("2026-11-23T14:05")
CUSTOMER, STAFF = 1, 0


class Caught:
    """Stands in for a store and keeps what is put in, as it came."""

    def fill(self, *, tickets: Iterator[Row], **small: list[Row]) -> None:
        self.tickets = list(tickets)
        self.departments, self.statuses, self.replies = small["departments"], small["statuses"], small["replies"]


def sown(tickets: int = 240, seed: int = 1, now: datetime | None = NOW) -> Caught:
    caught = Caught()
    sow(cast("Store", caught), tickets=tickets, seed=seed, now=now)
    return caught


@pytest.fixture(scope="module")
def shop() -> Caught:
    return sown()


def messages(tickets: list[Row]) -> list[Row]:
    return [message for ticket in tickets for message in ticket["CrmMessageList"]]


def files(tickets: list[Row]) -> list[Row]:
    return [file for message in messages(tickets) for file in message["CrmFileList"]]


def status(shop: Caught, name: str) -> int:
    return next(int(row["StatusId"]) for row in shop.statuses if row["StatusName"] == name)


def plain(shop: Caught) -> list[Row]:
    return shop.tickets[:60] + shop.tickets[-50:]


def test_the_same_shop_with_the_statuses_that_the_platform_begins_with(shop: Caught) -> None:
    caught = Caught()
    sow(cast("Store", caught), now=NOW, statuses="platform")
    assert [(row["Id"], row["StatusId"], row["StatusName"]) for row in caught.statuses] == [
        (1, 1, "New"), (2, 2, "In Process"), (3, 3, "On Hold"), (4, 4, "Completed"),
    ]  # fmt: skip
    there = {status(shop, name): name for name in ("New", "Open", "Answered", "Closed", "Spam", "Waiting for customer")}
    became: dict[str, set[int]] = {}
    for renamed, row in zip(shop.tickets, caught.tickets, strict=True):
        assert {**renamed, "StatusID": 0} == {**row, "StatusID": 0}
        became.setdefault(there.get(renamed["StatusID"], "other"), set()).add(row["StatusID"])
    assert became.pop("other") <= {3, 4, 77}
    assert became == {
        "New": {1}, "Open": {2}, "Answered": {2}, "Waiting for customer": {3}, "Closed": {4}, "Spam": {4},
    }  # fmt: skip


def test_the_same_seed_and_moment_give_the_same_rows() -> None:
    assert repr(sown().tickets) == repr(sown().tickets)


def test_another_seed_gives_other_rows() -> None:
    assert sown(seed=2).tickets[0] != sown(seed=1).tickets[0]


def test_a_later_moment_moves_the_tickets_along() -> None:
    later = sown(now=NOW + timedelta(days=200))
    assert later.tickets[0]["DateOpened"] > sown().tickets[-1]["DateOpened"]


def test_without_a_moment_the_newest_ticket_is_of_these_days() -> None:
    newest = datetime.fromisoformat(sown(now=None).tickets[-1]["DateOpened"])
    assert abs(datetime.now(UTC).replace(tzinfo=None) - newest) < timedelta(days=4)


@given(tickets=st.integers(0, 180), seed=st.integers())
def test_any_number_of_tickets_is_numbered_through(tickets: int, seed: int) -> None:
    rows = sown(tickets, seed).tickets
    opened = [row["DateOpened"] for row in rows]
    assert [row["CrmID"] for row in rows] == list(range(1, tickets + 1))
    assert opened == sorted(opened)
    for some, key in ((messages(rows), "MessageId"), (files(rows), "FileId")):
        numbers = [row[key] for row in some]
        assert numbers == list(range(1, len(numbers) + 1))


def test_no_tickets_still_means_a_shop_with_its_settings() -> None:
    empty = sown(0)
    assert empty.tickets == []
    assert empty.departments
    assert empty.statuses
    assert empty.replies


def test_a_real_store_gives_back_what_was_sown(tmp_path: Path, shop: Caught) -> None:
    store = Store(tmp_path / "store.db")
    sow(store, now=NOW)
    assert not store.is_empty()
    kept = [(row["CrmID"], row["Subject"], len(row["CrmMessageList"])) for row in store.rows(TICKET)]
    store.close()
    assert kept == [(row["CrmID"], row["Subject"], len(row["CrmMessageList"])) for row in shop.tickets]


def test_every_value_has_the_type_and_length_of_its_field(shop: Caught) -> None:
    tables: list[tuple[Object, list[Row]]] = [
        (TICKET, shop.tickets),
        (MESSAGE, messages(shop.tickets)),
        (FILE, files(shop.tickets)),
        (DEPARTMENT, shop.departments),
        (STATUS, shop.statuses),
        (REPLY, shop.replies),
    ]
    nested = {"CrmMessageList", "CrmFileList"}
    for kind, rows in tables:
        for row in rows:
            assert set(row) - nested == {field.name for field in kind.fields} - nested
            for field in kind.fields:
                if field.name not in nested:
                    fits(field.kind, field.limit, row[field.name])


def fits(kind: str, limit: int, value: Any) -> None:
    if kind == "number":
        assert type(value) is int
        assert -(2**31) <= value < 2**31
    elif kind == "flag":
        assert type(value) is bool
    elif kind == "date":
        assert re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:00)?", value)
    else:
        assert type(value) is str
        assert "\0" not in value
        # In UTF-16 units; a lone surrogate, which a database can't hold, is an error here.
        assert len(value.encode("utf-16-le")) / 2 <= limit


def test_nothing_happens_before_the_ticket_or_after_now(shop: Caught) -> None:
    for ticket in shop.tickets:
        dates = [row["DateCreated"] for row in ticket["CrmMessageList"] if row["DateCreated"]]
        moments = [ticket["DateOpened"], *dates, ticket["DateLastAction"] or NOW.isoformat(), NOW.isoformat()]
        assert moments == sorted(moments)
        assert datetime.fromisoformat(ticket["DateOpened"]) > NOW - timedelta(days=DAYS + 1)


def test_the_last_action_is_the_last_message(shop: Caught) -> None:
    for ticket in plain(shop):
        assert ticket["DateLastAction"] == ticket["CrmMessageList"][-1]["DateCreated"]


def test_only_the_example_domains_get_mail(shop: Caught) -> None:
    addresses = [row["CustomerEmail"] for row in shop.tickets]
    addresses += [row["SenderEmail"] for row in messages(shop.tickets)]
    assert all(re.fullmatch(r"[a-z0-9._]+@example\.(com|org|net)", address) for address in addresses)


def test_an_account_has_one_address() -> None:
    owners: dict[int, set[str]] = {}
    for row in sown(400).tickets:
        owners.setdefault(row["CustomerID"], set()).add(row["CustomerEmail"])
    assert all(len(addresses) == 1 for number, addresses in owners.items() if 0 < number < 10_000)


def test_staff_and_customers_are_told_apart(shop: Caught) -> None:
    names = {"Maya Torres", "Sam Okafor", "Lena Brandt"}
    for message in messages(plain(shop)):
        assert (message["Sender"] == STAFF) == (message["SenderName"] in names)
        assert all(file["IsAdminUploaded"] == (message["Sender"] == STAFF) for file in message["CrmFileList"])


def test_a_status_has_two_numbers_that_differ_and_overlap(shop: Caught) -> None:
    keys = {row["Id"] for row in shop.statuses}
    numbers = {row["StatusId"] for row in shop.statuses}
    assert all(row["Id"] != row["StatusId"] for row in shop.statuses)
    assert len(keys & numbers) >= len(shop.statuses) - 1
    assert sum(row["StatusID"] == 0 for row in shop.tickets) < 5


def test_the_settings_have_their_traps(shop: Caught) -> None:
    assert any(not row["Visible"] for row in shop.departments)
    names = [row["Name"] for row in shop.departments]
    assert any(one != other and other.startswith(one) for one in names for other in names)
    wanted = {"New", "Open", "Answered", "Waiting for customer", "Waiting for supplier", "Closed", "Spam"}
    assert wanted <= {row["StatusName"] for row in shop.statuses}
    assert {"Shipping delay", "Where is my order"} <= {row["Title"] for row in shop.replies}
    variables = set(re.findall(r"\{\{.*?\}\}", "".join(row["Message"] for row in shop.replies)))
    assert variables == {"{{customer_name}}", "{{ticket}}", "{{order}}", "{{tracking}}", "{{subject}}"}


@pytest.mark.parametrize("seed", range(5))
def test_the_plain_tickets_look_well(seed: int) -> None:
    shop = sown(seed=seed)
    known = {row["StatusId"] for row in shop.statuses}
    departments = {row["DepartmentId"] for row in shop.departments}
    for ticket in plain(shop):
        for shown in (ticket["Subject"], ticket["CustomerName"]):
            assert re.fullmatch(r"[ -~\u00a1-\u017f]+", shown)
            assert "{" not in shown
        assert ticket["StatusID"] in known
        assert ticket["DepartmentID"] in departments
        assert 1 <= len(ticket["CrmMessageList"]) <= 5
        for message in ticket["CrmMessageList"]:
            assert message["Message"].replace("\n", "").isprintable()
            assert not re.search(r"[{}]", message["Message"])


def test_a_ticket_waits_for_the_side_that_did_not_write_last(shop: Caught) -> None:
    sides = {"New": CUSTOMER, "Open": CUSTOMER, "Answered": STAFF, "Waiting for customer": STAFF}
    expected = {status(shop, name): side for name, side in sides.items()}
    seen = set()
    for ticket in plain(shop):
        if ticket["StatusID"] in expected:
            seen.add(ticket["StatusID"])
            assert ticket["CrmMessageList"][-1]["Sender"] == expected[ticket["StatusID"]]
    assert seen == set(expected)


@pytest.mark.parametrize("seed", range(5))
def test_open_tickets_are_mostly_recent_and_old_ones_closed(seed: int) -> None:
    shop = sown(seed=seed)
    done = {status(shop, name) for name in ("Closed", "Spam", "Archived")}
    week = (NOW - timedelta(days=7)).isoformat()
    recent = [row["StatusID"] not in done for row in shop.tickets if row["DateOpened"] > week]
    old = [row["StatusID"] not in done for row in shop.tickets if row["DateOpened"] <= week]
    assert sum(recent) / len(recent) > 0.4
    assert sum(old) / len(old) < 0.2


@pytest.mark.parametrize("seed", range(3))
def test_ticket_7_is_a_pleasant_conversation(seed: int) -> None:
    ticket = sown(60, seed).tickets[6]
    assert ticket["Subject"] == "Is the Larch 2 easy to pitch alone?"
    assert [row["Sender"] for row in ticket["CrmMessageList"]] == [CUSTOMER, STAFF, CUSTOMER, STAFF]
    assert {row["SenderName"] for row in ticket["CrmMessageList"]} == {"Grace Sullivan", "Maya Torres"}


@pytest.mark.parametrize("seed", range(3))
def test_ticket_42_asks_where_an_order_is_and_waits(seed: int) -> None:
    shop = sown(60, seed)
    ticket = shop.tickets[41]
    assert ticket["Subject"] == f"Where is my order {ticket['OrderID']}?"
    assert ticket["StatusID"] == status(shop, "Open")
    assert [row["Sender"] for row in ticket["CrmMessageList"]] == [CUSTOMER, CUSTOMER]
    assert {row["SenderName"] for row in ticket["CrmMessageList"]} == {ticket["CustomerName"]} == {"Hannah Berg"}


@pytest.mark.parametrize("tickets", [240, 1000])
def test_every_oddity_is_there_once(tickets: int) -> None:
    subjects = [row["Subject"] for row in sown(tickets).tickets]
    assert all(subjects.count(script.subject) == 1 for script in ODDITIES)
    assert len({script.subject for script in ODDITIES}) == len(ODDITIES)


def test_sizes_reach_their_ends(shop: Caught) -> None:
    assert max(len(row["Message"]) for row in messages(shop.tickets)) == 65535
    fifty = [row["Subject"] for row in shop.tickets if len(row["Subject"]) == 50]
    assert any(subject.isascii() for subject in fifty)
    assert any(not subject.isascii() for subject in fifty)
    assert {0, 5, 29, 30, 200} <= {len(row["CrmMessageList"]) for row in shop.tickets}
    assert max(len(row["CustomerName"]) for row in shop.tickets) == 255
    assert max(len(row["FileName"]) for row in files(shop.tickets)) == 255


def test_unset_values_occur(shop: Caught) -> None:
    for field, unset in (("OrderID", 0), ("CustomerID", 0), ("ProductId", 0), ("DepartmentID", 0),
                         ("CustomerName", ""), ("CustomerPhone", ""), ("DateLastAction", ""), ("Subject", "")):  # fmt: skip
        values = {row[field] for row in shop.tickets}
        assert unset in values
        assert len(values) > 1


@pytest.mark.parametrize(
    "hostile",
    ["\x1b]52;c;", "\x1b[2J", "\u202e", "\u2067", "\r", "\x9b", "\u2028", "\x7f", "\ufeff", "[blink]", "<script>",
     "=HYPERLINK(", "{{tracking}}", "\u200d", "\U0001f3f4", "\n> ", ">>> ", "</p>", "SEO", "BTC"],
)  # fmt: skip
def test_hostile_and_odd_texts_occur_in_messages(shop: Caught, hostile: str) -> None:
    assert any(hostile in row["Message"] for row in messages(shop.tickets))


@pytest.mark.parametrize("letters", ["ñ", "ß", "ç", "ã", "の", "ة", "ש"])
def test_many_languages_are_written(letters: str) -> None:
    assert any(letters in row["Message"] for row in messages(sown(600).tickets))
