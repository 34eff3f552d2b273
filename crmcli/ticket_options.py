"""Options about tickets that several commands share: what a ticket says, and which tickets are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crmcli import dates
from crmcli.errors import BadUsage

Subject = Annotated[str | None, typer.Option("--subject", help="Subject.", metavar="TEXT")]
Department = Annotated[
    str | None, typer.Option("--department", help="Department, by number or name.", metavar="DEPARTMENT")
]
Status = Annotated[str | None, typer.Option("--status", help="Status, by number or name.", metavar="STATUS")]
CustomerName = Annotated[str | None, typer.Option("--customer-name", help="The customer's name.", metavar="TEXT")]
CustomerEmail = Annotated[str | None, typer.Option("--customer-email", help="The customer's e-mail.", metavar="TEXT")]
CustomerPhone = Annotated[str | None, typer.Option("--customer-phone", help="The customer's phone.", metavar="TEXT")]
CustomerIp = Annotated[str | None, typer.Option("--customer-ip", help="The customer's IP address.", metavar="TEXT")]
Order = Annotated[int | None, typer.Option("--order", min=0, help="Order number; 0 is none.", metavar="N")]
Customer = Annotated[int | None, typer.Option("--customer", min=0, help="Customer number; 0 is none.", metavar="N")]
Product = Annotated[int | None, typer.Option("--product", min=0, help="Product number; 0 is none.", metavar="N")]
_DATE = "a date like 2026-11-23, 2026-11-23T14:05, today, yesterday, 36h, 7d"


def _date(flag: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=f"{what} {_DATE}.", metavar="DATE")
    return option


Filters = Mapping[str, Any]
"""What the filters below said, by the names that `Tickets.list` has for them."""


def filters(
    subject: Subject = None,
    department: Department = None,
    status: Status = None,
    opened_after: Annotated[str | None, _date("--opened-after", "Opened after")] = None,
    opened_before: Annotated[str | None, _date("--opened-before", "Opened before")] = None,
    active_after: Annotated[str | None, _date("--active-after", "Last action after")] = None,
    active_before: Annotated[str | None, _date("--active-before", "Last action before")] = None,
    customer_name: CustomerName = None,
    customer_email: CustomerEmail = None,
    customer_phone: CustomerPhone = None,
    customer_ip: CustomerIp = None,
    order: Order = None,
    customer: Customer = None,
    product: Product = None,
) -> None:
    """The signature of the filters, for `verb`; never called."""


def in_order(filters: Filters, timezone: str) -> None:
    """Refuse a span of time that ends before it begins, by the store's clock: no ticket is in it. Raises BadUsage."""
    for name in ("opened", "active"):
        after, before = filters.get(f"{name}_after"), filters.get(f"{name}_before")
        if after is None or before is None:
            continue
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(timezone)
        begins = dates.bound(after, zone=zone, side="after")
        ends = dates.bound(before, zone=zone, side="before")
        if begins > ends:
            raise BadUsage(
                f"--{name}-after {after} is later than --{name}-before {before}: no ticket can match.",
                hint=f"Give the earlier date to --{name}-after.",
            )
