"""The store's 19 calls (the API page; wire-facts section 1), each a function from a `Call` to an `Answer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from crmcli.sandbox import checks, dates
from crmcli.sandbox.answers import PAST_THE_END, Answer, Refusal, ack, found, shown
from crmcli.sandbox.filters import Filter
from crmcli.sandbox.objects import DEPARTMENT, FILE, MESSAGE, REPLY, STATUS, TICKET, Object, Row
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches

# Wire-facts section 3: the documented defaults, and the documented maximum of all modules but orders and products.
DEFAULT_LIMIT = 10
MOST_ROWS = 500

TICKET_TEXTS = {
    "subject": "Subject",
    "customername": "CustomerName",
    "customeremail": "CustomerEmail",
    "customerphone": "CustomerPhone",
    "customeripaddress": "CustomerIpAddress",
}
TICKET_NUMBERS = {
    "departmentid": "DepartmentID",
    "statusid": "StatusID",
    "orderid": "OrderID",
    "custid": "CustomerID",
    "productid": "ProductId",
}
TICKET_DATES = {
    "openedstartdate": "DateOpened",
    "openedenddate": "DateOpened",
    "lastactionstartdate": "DateLastAction",
    "lastactionenddate": "DateLastAction",
}
PAGING = ("limit", "offset", "countonly")


@dataclass(frozen=True)
class Call:
    """One call, read and checked: the numbers in its path, its parameters, its body (the fields that were sent)."""

    store: Store
    switches: Switches
    now: datetime
    numbers: Sequence[int]
    query: dict[str, str] = field(default_factory=dict)
    body: Row = field(default_factory=dict)


Do = Callable[[Call], Answer]


def list_tickets(call: Call) -> Answer:
    """GET /CRM. A filter of 0 or without a value is none."""
    filters: list[Filter] = []
    for name, column in TICKET_TEXTS.items():
        filters += _text_filter(call, name, column)
    for name, column in TICKET_NUMBERS.items():
        number = checks.whole(call.query, name, 0)
        filters += [Filter(column, "is", number)] if number else []
    for name, column in TICKET_DATES.items():
        filters += _date_filter(call, name, column)
    return _listed(call, TICKET, filters, whole=call.switches.message_in_list == "yes")


def create_ticket(call: Call) -> Answer:
    """POST /CRM. The number and, unless switched, the dates are the store's; a ticket without a status is New."""
    sent = dict(call.body)
    messages = sent.pop("CrmMessageList", [])
    if not sent.get("CustomerEmail", "").strip():
        raise Refusal(400, {"CustomerEmail": "required"})
    _check_links(call, sent)
    first = next(iter(call.store.rows(STATUS, limit=1)), {"StatusId": 1})
    now = dates.stored(call.now)
    dated = {"DateOpened": now, "DateLastAction": now, **_sent_dates(call, TICKET, sent)}
    if call.switches.ticket_order == "none":
        sent.pop("OrderID", None)
    number = call.store.insert(TICKET, {"StatusID": first["StatusId"], **sent, **dated})
    for message in messages:
        _add_message(call, number, message, mails=call.switches.mail_on_create == "yes")
    return ack("CrmID", number, "Created", call.switches, status=201)


def update_ticket(call: Call) -> Answer:
    """PUT /CRM/{id}."""
    row = _one(call, TICKET)
    needed = "CustomerEmail" in call.body or call.switches.require_email_on_put == "yes"
    if needed and not call.body.get("CustomerEmail", "").strip():
        raise Refusal(400, {"CustomerEmail": "required"})
    _check_links(call, call.body)
    bumped = {"DateLastAction": dates.stored(call.now)} if call.switches.put_bumps == "yes" else {}
    return _updated(call, TICKET, row, bumped)


def list_messages(call: Call) -> Answer:
    """GET /CRM/{crmid}/message: all of them without a limit; none is a 404."""
    _one(call, TICKET)
    return _listed(call, MESSAGE, [Filter("CrmID", "is", call.numbers[0])], default_limit=0)


def create_message(call: Call) -> Answer:
    """POST /CRM/{id}/message: mails the customer."""
    _one(call, TICKET)
    if not call.body.get("Message", "").strip():
        raise Refusal(400, {"Message": "required: a message without text would be mailed"})
    ticket = call.numbers[0]
    number = _add_message(call, ticket, call.body, mails=True)
    changed: Row = {}
    if call.switches.bumps == "yes":
        changed["DateLastAction"] = dates.stored(call.now)
    if call.switches.message_status is not None:
        changed["StatusID"] = call.switches.message_status
    call.store.update(TICKET, ticket, changed)
    return ack("MessageId", number, "Created", call.switches, status=201)


def create_reply(call: Call) -> Answer:
    """POST /CRM/savedreply."""
    return ack("SavedReplyID", call.store.insert(REPLY, call.body), "Created", call.switches, status=201)


def list_replies(call: Call) -> Answer:
    """GET /CRM/savedreply."""
    return _listed(call, REPLY, _text_filter(call, "title", "Title"))


def get_status(call: Call) -> Answer:
    """GET /CRM/status/{id}: documented, but in no other source."""
    if call.switches.status_get != "yes":
        headers = {"Allow": "PUT"} if call.switches.status_get == "405" else {}
        raise Refusal(int(call.switches.status_get), {"": "there is no such call"}, headers=headers)
    return get(STATUS, call)


def get(kind: Object, call: Call) -> Answer:
    """One object by the last number in the path."""
    row = shown(kind, _one(call, kind), call.switches)
    return found([row] if call.switches.single == "array" else row)


def update(kind: Object, call: Call) -> Answer:
    """PUT of an object that is nothing but its fields."""
    return _updated(call, kind, _one(call, kind))


def delete(kind: Object, call: Call) -> Answer:
    """DELETE by the last number in the path; what nests in the object goes too."""
    number = _one(call, kind)[kind.key]
    call.store.delete(kind, number)
    return ack(kind.ack, number, "Deleted", call.switches)


def _one(call: Call, kind: Object) -> Row:
    """The row that the path means. Raises Refusal (404)."""
    if kind is MESSAGE:
        row = call.store.row(kind, call.numbers[1], parent=call.numbers[0])
    else:
        row = call.store.row(kind, call.numbers[0], by=call.switches.status_by if kind is STATUS else "")
    if row is None:
        raise Refusal(404, {"": f"{kind.name} {call.numbers[-1]} does not exist"})
    return row


def _listed(
    call: Call, kind: Object, filters: Sequence[Filter], *, default_limit: int = DEFAULT_LIMIT, whole: bool = True
) -> Answer:
    """A page of a list, or its count. What is past the end, or empty, is said as the switches say."""
    switches = call.switches
    total = call.store.count(kind, filters)
    if checks.whole(call.query, "countonly", 0):
        return found({"TotalCount": total})
    offset = checks.whole(call.query, "offset", 0)
    skip = max(offset - 1, 0) if switches.offset_base == "1" else offset
    limit = _limit(call, default_limit)
    if not total:
        if switches.empty_list == "array":
            return found([])
        raise Refusal(404, {"": f"there is no {kind.name}"}, plain=switches.empty_list == "404-ack", silent=True)
    if skip >= total:
        if switches.past_end == "empty":
            return found([])
        raise Refusal(int(switches.past_end), {"": PAST_THE_END}, plain=switches.past_end == "400", silent=True)
    rows = call.store.rows(kind, filters, limit=limit, skip=skip, whole=whole)
    return found([shown(kind, row, switches) for row in rows])


def _limit(call: Call, default: int) -> int:
    """How many rows a page may have; -1 for all, which the list of messages alone has."""
    limit = checks.whole(call.query, "limit", default, least=min(default, 1))
    if limit > MOST_ROWS and call.switches.max_limit == "400":
        raise Refusal(400, {"limit": f"at most {MOST_ROWS}, {limit} given"})
    limit = min(limit, MOST_ROWS) or -1
    cap = call.switches.page_cap
    return limit if not cap else cap if limit < 0 else min(limit, cap)


def _text_filter(call: Call, name: str, column: str) -> list[Filter]:
    how = call.switches.match
    return [Filter(column, how, call.query[name])] if name in call.query else []  # type: ignore[arg-type]


def _date_filter(call: Call, name: str, column: str) -> list[Filter]:
    if name not in call.query:
        return []
    try:
        moment = dates.bound(call.query[name])
    except ValueError as fault:
        raise Refusal(400, {name: f"{call.query[name]!r} is no date: {fault}"}) from None
    included = call.switches.date_bounds == "inclusive"
    if "start" in name:
        return [Filter(column, "from" if included else "after", moment, call.switches.zone)]
    return [Filter(column, "to" if included else "before", moment, call.switches.zone)]


def _check_links(call: Call, sent: Row) -> None:
    """Refuse a department or a status that there isn't; 0 is none. A ticket carries a status's StatusId, not its Id."""
    for name, kind, column in (("DepartmentID", DEPARTMENT, "DepartmentId"), ("StatusID", STATUS, "StatusId")):
        number = sent.get(name, 0)
        if number and call.switches.links == "refuse" and call.store.row(kind, number, by=column) is None:
            raise Refusal(400, {name: f"there is no {kind.name} {number}"})


def _sent_dates(call: Call, kind: Object, sent: Row) -> Row:
    """The dates of a body, where the store keeps what it is sent."""
    if call.switches.sent_dates == "ignore":
        return {}
    return {each.name: sent[each.name] for each in kind.fields if each.kind == "date" and each.name in sent}


def _add_message(call: Call, ticket: int, sent: Row, *, mails: bool) -> int:
    """Add a message to a ticket, with its files' names, and mail it where there is an address; out: its number."""
    now = {"DateCreated": dates.stored(call.now)}
    text = {"Message": call.switches.written(sent["Message"])} if sent.get("Message") else {}
    who = {"Sender": call.switches.sender(sent.get("Sender", 0))}
    kept = {**sent, **who, **text, **call.switches.writer(), **now, **_sent_dates(call, MESSAGE, sent)}
    number = call.store.insert(MESSAGE, kept, parent=ticket)
    for file in sent.get("CrmFileList", []):
        call.store.insert(FILE, {**file, **now, **_sent_dates(call, FILE, file)}, parent=number)
    row = call.store.row(TICKET, ticket) or {}
    if mails and row.get("CustomerEmail") and (call.switches.mailed == "all" or not kept["Sender"]):
        call.store.mail(
            date=dates.stored(call.now),
            to=row["CustomerEmail"],
            subject=f"Re: {row['Subject']} [#{ticket}]",
            text=sent.get("Message", ""),
            ticket=ticket,
            message=number,
        )
    return number


def _updated(call: Call, kind: Object, row: Row, beside: Row | None = None) -> Answer:
    """Change a row to what was sent, and to what is `beside` it. Its numbers can't be changed; the body may repeat them."""
    fixed = [kind.key, "StatusId"] if kind is STATUS else [kind.key]
    for name in fixed:
        if call.switches.body_number == "refuse" and call.body.get(name, row[name]) != row[name]:
            raise Refusal(400, {name: f"{call.body[name]} in the body, {row[name]} at this path"}, plain=True)
    free = [each for each in kind.fields if each.name not in fixed and each.kind != "date"]
    kept = {} if call.switches.put == "merge" else {each.name: each.unset for each in free}
    sent = {each.name: call.body[each.name] for each in free if each.name in call.body}
    call.store.update(kind, row[kind.key], {**kept, **sent, **(beside or {}), **_sent_dates(call, kind, call.body)})
    return ack(kind.ack, call.numbers[-1], "Updated", call.switches)


@dataclass(frozen=True)
class Route:
    """A path below the base (`#` for a number) and its methods; `query` is what GET takes, `takes` what a body holds."""

    path: str
    methods: dict[str, Do]
    query: tuple[str, ...] = ()
    takes: Object = TICKET


ROUTES = (
    Route(
        "/crm",
        {"GET": list_tickets, "POST": create_ticket},
        (*TICKET_TEXTS, *TICKET_NUMBERS, *TICKET_DATES, *PAGING),
    ),
    Route("/crm/#", {"GET": partial(get, TICKET), "PUT": update_ticket, "DELETE": partial(delete, TICKET)}),
    Route("/crm/#/message", {"GET": list_messages, "POST": create_message}, ("limit", "offset"), MESSAGE),
    Route("/crm/#/message/#", {"GET": partial(get, MESSAGE), "DELETE": partial(delete, MESSAGE)}),
    Route("/crm/department", {"GET": lambda call: _listed(call, DEPARTMENT, ())}, PAGING),
    Route("/crm/department/#", {"PUT": partial(update, DEPARTMENT)}, takes=DEPARTMENT),
    Route("/crm/savedreply", {"GET": list_replies, "POST": create_reply}, ("title", *PAGING), REPLY),
    Route(
        "/crm/savedreply/#",
        {"GET": partial(get, REPLY), "PUT": partial(update, REPLY), "DELETE": partial(delete, REPLY)},
        takes=REPLY,
    ),
    Route("/crm/status", {"GET": lambda call: _listed(call, STATUS, ())}, PAGING),
    Route("/crm/status/#", {"GET": get_status, "PUT": partial(update, STATUS)}, takes=STATUS),
)
