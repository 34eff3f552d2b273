"""Reads what the statistics of tickets are made of, and says where they don't tell all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmcli import dates, stats
from crmcli.api import authors
from crmcli.api.threads import Threads
from crmcli.output.cells import Look
from crmcli.output.charts import STATS
from crmcli.state import State
from crmcli.stats import Row, Tally
from crmcli.ticket_options import Filters


def take(state: State, filters: Filters, *, closed: Sequence[str], days: int) -> Row:
    """The figures of all tickets that match, as `Tally.figures` gives them.

    `closed` are statuses by number or name; none means those that are called so. Raises BadUsage.
    """
    from zoneinfo import ZoneInfo

    state.output.fields_of(STATS)  # refused before anything is asked for
    settings, crm = state.settings, state.crm
    listing = crm.tickets.list(**filters)
    names = {crm.statuses.number_of(row): str(row.get(crm.statuses.name) or "") for row in crm.statuses.list()}
    shut = {crm.statuses.number(status) for status in closed} or stats.closing(names)
    zone = ZoneInfo(settings.timezone)
    tally = Tally(statuses=names, closed=shut, senders=settings.senders, zone=zone, now=dates.utc_now(), days=days)
    threads = Threads(listing, tickets=crm.tickets, messages=crm.messages, wanted=tally.is_open)
    for read, ticket in enumerate(threads, start=1):
        tally.add(ticket)
        if state.output.waiting:
            state.output.waiting.rows = read
    figures = tally.figures(_departments(state.output.look))
    if listing.missing:
        state.output.warn(f"The store counts {listing.missing:,} tickets more than it gave.")
    if told := tally.testimony.contradiction:
        state.output.note(authors.CONTRADICTED.format(told))
    for doubt in _doubts(figures, threads, any_closed=bool(shut)):
        state.output.note(doubt)
    return figures


def _departments(look: Look | None) -> Callable[[int], str]:
    def name(number: int) -> str:
        found = look.department(number) if look else str(number)
        return "none" if found == "0" else found  # a 0 is how the store says that there is none

    return name


def _doubts(figures: Row, threads: Threads, *, any_closed: bool) -> list[str]:
    """What the figures don't tell, and what to do about it."""
    doubts = []
    if not any_closed:
        doubts.append("No status is called closed, so every ticket counts as open; say which are with --closed STATUS.")
    if threads.read and not threads.carried:
        doubts.append(
            f"The store lists tickets without messages: those of {_tickets(threads.read)} were read one by one, and the "
            "time to the first answer is of these alone."
        )
    if threads.unread:
        doubts.append(
            f"The messages of {_tickets(threads.unread)} were not read, being too many; filters make it fewer."
        )
    if ageless := sum(row["open"] for row in figures["by_age"] if row["age"] == "unknown"):
        doubts.append(
            f"The age of {_tickets(ageless)} is unknown: opened at no date that can be read, or ahead of this machine's clock."
        )
    if unclear := figures["unknown"] - threads.unread:
        doubts.append(
            f"Of {_tickets(unclear)} nothing tells who wrote last: no address, and no code among the profile's senders "
            "(like senders = { store = 0, customer = 1 })."
        )
    return doubts


def _tickets(number: int) -> str:
    return f"{number:,} open ticket{'' if number == 1 else 's'}"
