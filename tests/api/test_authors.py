"""Who wrote a message, by what is known and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.api.authors import Testimony, author

MAPPED = {"store": 0, "customer": 1}
TICKET = {"CrmID": 42, "CustomerEmail": "Ann@Example.com", "CrmMessageList": [{"MessageId": 7}, {"MessageId": 9}]}


@pytest.mark.parametrize(
    ("message", "senders", "expected"),
    [
        # The profile's own word comes first, whatever the address: those can be forged.
        ({"Sender": 0, "SenderEmail": "ann@example.com"}, MAPPED, "store"),
        ({"Sender": "1", "SenderEmail": "desk@shop.example"}, MAPPED, "customer"),
        ({"Sender": "0", "SenderEmail": "ann@example.com"}, MAPPED, "store"),
        # A code that isn't mapped, or mapped twice, or under another name, says nothing.
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, {}, "customer"),
        ({"Sender": 3, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, {"store": 1, "customer": 1}, "customer"),
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, {"ann": 1}, "customer"),
        ({"Sender": "9" * 5000, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        ({"Sender": False, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        ({"Sender": None, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        ({"Sender": "", "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        # Then the address does.
        ({"SenderEmail": " ANN@example.COM "}, {}, "customer"),
        ({"SenderEmail": "desk@shop.example"}, {}, "store"),
        # The first message, when nothing else tells, and none but the first.
        ({"MessageId": 7}, {}, "customer"),
        ({"MessageId": "7", "SenderEmail": None}, {}, "customer"),
        ({"MessageId": 7, "SenderEmail": "desk@shop.example"}, {}, "store"),
        ({"MessageId": 9, "SenderEmail": ""}, {}, None),
        ({}, MAPPED, None),
    ],
)
def test_what_tells(message: dict[str, Any], senders: dict[str, int], expected: str | None) -> None:
    assert author(message, TICKET, senders) == expected


def test_a_ticket_without_an_address_or_without_its_messages() -> None:
    assert author({"MessageId": 9, "SenderEmail": "a@b.c"}, TICKET | {"CustomerEmail": None}, {}) is None
    assert author({"MessageId": 7}, {"CustomerEmail": "ann@example.com"}, {}) is None
    assert author({"MessageId": 7}, {"CrmMessageList": None}, {}) is None


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
objects = st.dictionaries(
    st.sampled_from(["Sender", "SenderEmail", "MessageId", "CustomerEmail", "CrmMessageList"]), anything
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(message=objects, ticket=objects, senders=st.dictionaries(st.sampled_from(["store", "customer"]), st.integers()))
def test_whatever_a_store_sends_is_judged(
    message: dict[str, Any], ticket: dict[str, Any], senders: dict[str, int]
) -> None:
    assert author(message, ticket, senders) in ("customer", "store", None)


def thread(number: int, *wrote: tuple[object, str]) -> dict[str, Any]:
    messages = [
        {"MessageId": 10 * number + at, "Sender": code, "SenderEmail": email} for at, (code, email) in enumerate(wrote)
    ]
    return {"CrmID": number, "CustomerEmail": "ann@example.com", "CrmMessageList": messages}


ANN, DESK = "ANN@example.com ", "desk@shop.example"


@pytest.mark.parametrize(
    ("threads", "senders", "told"),
    [
        ([thread(7, (1, ANN), (0, DESK))], MAPPED, None),
        ([thread(7, (1, ANN), (0, DESK))], {"store": 1}, "message 70 of ticket 7 came from the customer's own address"),
        ([thread(7, ("1", ANN))], {"store": 1, "customer": 0}, "but its code 1 is mapped to the store"),
        ([thread(7, (0, ANN))], MAPPED, "but its code 0 is mapped to the store"),
        ([thread(7, (0, ANN)), thread(8, (0, ANN), (0, ANN))], MAPPED, "and so in 1 more ticket"),
        # A customer may write from a second address: one ticket, or two, say nothing.
        ([thread(7, (1, DESK), (1, DESK), (1, DESK))], MAPPED, None),
        ([thread(number, (1, DESK)) for number in (7, 8, 9)], MAPPED, "in 3 tickets code 1 is mapped to the customer"),
        ([thread(number, (1, DESK)) for number in (7, 8, 9)] + [thread(6, (1, ANN))], MAPPED, None),
        # What isn't mapped, and where no address tells, there is nothing to contradict.
        ([thread(7, (1, ANN), (0, DESK))], {}, None),
        ([thread(7, (0, ""), (2, ANN))], MAPPED, None),
        ([{"CrmID": 7, "CustomerEmail": "", "CrmMessageList": [{"Sender": 0, "SenderEmail": ""}]}], MAPPED, None),
        ([{"CrmID": 7, "CrmMessageList": None}, {"CrmMessageList": [None, 1]}, {}], MAPPED, None),
    ],
)
def test_what_contradicts_the_profile(threads: list[dict[str, Any]], senders: dict[str, int], told: str | None) -> None:
    testimony = Testimony(senders)
    for each in threads:
        testimony.hear(each)
    found = testimony.contradiction
    assert found is None if told is None else told in (found or "")


@pytest.mark.parametrize(
    ("wrote", "likely"),
    [
        ([(1, ANN), (0, DESK)], {"store": 0, "customer": 1}),
        ([(0, ANN), (1, DESK), (0, ANN)], {"store": 1, "customer": 0}),
        ([(1, ANN)], None),
        ([(1, ANN), (0, DESK), (1, DESK)], None),
        ([(1, ANN), (0, DESK), (2, DESK)], None),
    ],
)
def test_what_the_addresses_say_by_themselves(wrote: list[tuple[object, str]], likely: dict[str, int] | None) -> None:
    testimony = Testimony({})
    testimony.hear(thread(7, *wrote))
    assert testimony.likely == likely
