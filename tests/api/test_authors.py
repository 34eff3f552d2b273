"""Who wrote a message, by what is known and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmcli.api.authors import author

MAPPED = {"store": 1, "customer": 2}
TICKET = {"CrmID": 42, "CustomerEmail": "Ann@Example.com", "CrmMessageList": [{"MessageId": 7}, {"MessageId": 9}]}


@pytest.mark.parametrize(
    ("message", "senders", "expected"),
    [
        # The profile's own word comes first, whatever the address: those can be forged.
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, MAPPED, "store"),
        ({"Sender": "2", "SenderEmail": "desk@shop.example"}, MAPPED, "customer"),
        # A code that isn't mapped, or mapped twice, or under another name, says nothing.
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, {}, "customer"),
        ({"Sender": 3, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, {"store": 1, "customer": 1}, "customer"),
        ({"Sender": 1, "SenderEmail": "ann@example.com"}, {"ann": 1}, "customer"),
        ({"Sender": "9" * 5000, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
        ({"Sender": True, "SenderEmail": "ann@example.com"}, MAPPED, "customer"),
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
