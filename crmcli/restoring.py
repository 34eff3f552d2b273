"""`crmcli trash restore`: what was deleted is made again, with what the API takes; what it doesn't take is said.

A restored ticket is a new one. Its messages stay in the trash unless the user wants them sent: to the store they are new,
too, and it may e-mail every one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crmcli import elsewhere, errors
from crmcli.api.bodies import messages_of
from crmcli.outbox.entries import REFUSED, Key
from crmcli.output import follow
from crmcli.output.hostile import one_line
from crmcli.trash import DELETED, RESTORED, Entry

if TYPE_CHECKING:
    from crmcli.api.sends import Ack, Send
    from crmcli.state import State

Row = dict[str, Any]

SUBJECT = 50
"""What the API takes; a customer's own form takes 150 (wire-facts section 6)."""
_STAY = "The messages stay in the trash for good: only now can --with-messages send them again."
_NAMED = 5
"""How many addresses a question names."""
_TEXTS = {
    "ticket": ("Subject", "CustomerName", "CustomerEmail", "CustomerPhone", "CustomerIpAddress"),
    "message": ("Message", "SenderName", "SenderEmail"),
    "saved reply": ("Title", "Message"),
}
_NUMBERS = {
    "ticket": ("DepartmentID", "StatusID", "OrderID", "CustomerID", "ProductId"),
    "message": ("Sender",),
    "saved reply": (),
}
_OWN_DATES = {"its DateOpened", "its DateLastAction", "its DateCreated"}
_SAY_NOTHING = ("json", "jsonl", "ids")
"""Formats in which a line of what was done has no room for words."""
_KEYS = ("CrmID", "MessageId", "Id")
_LISTS = ("CrmMessageList", "CrmFileList")


class Made:
    """The fields that something is made of again, and what is `lost` by that, in words."""

    def __init__(self, noun: str, whole: Row) -> None:
        self.lost: list[str] = []
        self.fields: Row = {}
        for name in _TEXTS[noun]:
            if whole.get(name) not in (None, ""):
                self.fields[name] = self._text(name, str(whole[name]))
        for name in _NUMBERS[noun]:
            if whole.get(name) not in (None, ""):
                self._number(name, whole[name])
        taken = {*_TEXTS[noun], *_NUMBERS[noun], *_KEYS, *_LISTS}
        self.lost += [f"its {name}" for name, value in whole.items() if name not in taken and _holds(value)]

    def _text(self, name: str, text: str) -> str:
        sound = "".join("\ufffd" if "\ud800" <= each <= "\udfff" or each == "\0" else each for each in text)
        if sound != text:
            self.lost.append(f"characters of {name} that can't be sent")
        if name == "Subject" and len(sound) > SUBJECT:
            self.lost.append(f"what its subject has beyond {SUBJECT} characters ({sound[SUBJECT:]!r})")
            return sound[:SUBJECT]
        return sound

    def _number(self, name: str, value: object) -> None:
        """A number, which a store may write as text."""
        try:
            self.fields[name] = int(str(value))
        except ValueError:
            self.lost.append(f"its {name}, which is no number ({value!r})")


def agreed(state: State, entries: Sequence[Entry], *, with_messages: bool, yes: bool) -> None:
    """Have it confirmed that messages go out again, unless `yes`: how many, and to whom. Raises BadUsage."""
    todo = [entry for entry in entries if entry.state != RESTORED]
    count = sum(entry.messages + (entry.noun == "message") for entry in todo)
    if yes or state.shared.dry_run:
        return
    if not with_messages or not count:
        tickets = sum(entry.noun == "ticket" for entry in todo)
        if tickets and state.has_person:
            them = "this ticket" if tickets == 1 else f"these {tickets} tickets"
            lost = f" {_STAY}" if count else ""
            state.agree(f"Open {them} again? The store may e-mail the customer{'s' * (tickets > 1)}.{lost}", yes=False)
        return
    addresses = dict.fromkeys(_customer(state, entry) for entry in todo if entry.messages or entry.noun == "message")
    to = [*list(addresses)[:_NAMED], *([f"{len(addresses) - _NAMED} others"] if len(addresses) > _NAMED else [])]
    what = "1 message" if count == 1 else f"{count} messages"
    state.crm.allow(mails=True)
    question = state.at_shop(f"Send {what} again? The store may e-mail {', '.join(to)}.")
    state.confirm(question, word="send", yes=yes)


def restore(state: State, entry: Entry, *, with_messages: bool, many: bool = False) -> None:
    """Make at the store again what an entry holds, and say under which number and what is not as it was; of `many` in a line.

    It goes through the outbox under a key of the entry's own, so that it is made once, however often this is run. Raises
    BadUsage where there is nothing to restore, and what the send raises.
    """
    _check(state, entry, with_messages=with_messages)
    whole = state.trash.object(entry)
    made = Made(entry.noun, whole)
    messages = _messages(made, whole, entry, with_messages=with_messages)
    if messages:
        made.fields["CrmMessageList"] = messages
    key = f"trash-{entry.number}-{entry.made:.6f}"  # a trash that was taken away begins at 1 again
    begun = _begun(state, entry, key)
    if begun is not None:
        made.fields = begun
    ack = _sent(state, entry, state.crm.sending(entry.noun, entry.path, made.fields), key)
    if ack.sent:
        try:
            state.trash.restored(entry, ack.number)
        except errors.BadConfig as fault:  # it is done, and the outbox knows: run again, nothing more is sent
            state.output.warn(fault.message)
    did = f"made of trash entry {entry.number}"
    if many and ack.sent and state.output.format not in _SAY_NOTHING:
        state.tell(replace(ack, did=f"{did} ({_in_short(entry, made)})"), noun=entry.noun)
        return
    state.tell(replace(ack, did=did) if ack.sent else ack, noun=entry.noun)
    _say(state, entry, made, ack)


def _check(state: State, entry: Entry, *, with_messages: bool) -> None:
    if entry.store != state.settings.store:
        raise elsewhere.another(state.settings, f"Entry {entry.number}", "deleted", entry.store, entry.profile)
    if entry.noun == "message" and not with_messages:
        raise errors.BadUsage(
            f"Entry {entry.number} is a message: to restore it is to send it again, and the store may e-mail it.",
            hint="Say so with --with-messages. Nothing was sent.",
        )
    if entry.state == RESTORED:
        raise errors.BadUsage(
            f"Entry {entry.number} was restored already: it is {entry.noun} {entry.became} now.",
            hint=f"'crmcli trash show {entry.number}' shows what it was. Nothing was sent.",
        )
    if entry.state != DELETED and _is_there(state, entry):
        raise errors.BadUsage(
            f"Entry {entry.number} is still at the store: nothing is to be restored.",
            hint=f"'crmcli trash purge {entry.number}' takes it out of the trash.",
        )


def _is_there(state: State, entry: Entry) -> bool:
    """Whether the store has it still, where nobody knows what became of its delete."""
    *_, of, _, number = ["", *entry.path.split("/")]
    try:
        if entry.noun == "message":
            state.crm.messages.get(int(of), int(number))
        else:
            (state.crm.tickets if entry.noun == "ticket" else state.crm.replies).get(int(number))
    except errors.NotFound:
        return False
    return True


def _messages(made: Made, whole: Row, entry: Entry, *, with_messages: bool) -> list[Row]:
    """The messages that go along; what of them doesn't is lost."""
    kept = [whole] if entry.noun == "message" else messages_of(whole)
    if not with_messages:
        return []
    lists = [message.get("CrmFileList") for message in kept]
    files = sum(len(listed) for listed in lists if isinstance(listed, list))
    if files:
        made.lost.append("1 file" if files == 1 else f"{files} files")
    if entry.noun != "ticket":
        return []
    remade = [Made("message", message) for message in kept]
    for lost in dict.fromkeys(each for one in remade for each in one.lost):
        made.lost.append(f"of its messages {lost.removeprefix('its ')}")
    empty = sum("Message" not in one.fields for one in remade)
    if empty:
        made.lost.append(f"{empty} of its messages, which have no text")
    return [one.fields for one in remade if "Message" in one.fields]


def _begun(state: State, entry: Entry, key: str) -> Row | None:
    """What an earlier run sent, or may have, before it was ended: that is gone on with. None when there was none."""
    for found in state.box.entries() if state.box.path.exists() else ():
        if found.once == key and found.profile == entry.profile and found.standing != REFUSED:
            return found.body
    return None


def _sent(state: State, entry: Entry, send: Send, key: str) -> Ack:
    if state.shared.dry_run:
        return state.rehearsed(send)
    return replace(state.delivery, key=Key(key), profile=entry.profile)(send)


def _say(state: State, entry: Entry, made: Made, ack: Ack) -> None:
    """What is not as it was: the number, the messages, and what was lost."""
    old = entry.path.rpartition("/")[2]
    sent = len(made.fields.get("CrmMessageList") or ())
    will = "is" if ack.sent else "would be"
    if entry.noun == "message":
        said = [f"Message {old} {'was' if ack.sent else 'would be'} sent again, as a new one."]
    else:
        new = f"{entry.noun} {ack.number} now, which is a new number" if ack.sent else "given a new number"
        said = [f"{entry.noun.capitalize()} {old} {will} {new}."]
    if entry.noun == "ticket" and sent < entry.messages:
        those = "Its message was" if entry.messages == 1 else f"Its {entry.messages} messages were"
        some = f"{entry.messages - sent} of its {entry.messages} messages were" if sent else those
        show = follow.in_ours(f"'crmcli trash show {entry.number}'", state.shared.profile)
        said.append(f"{some} not sent again: they stay in the trash ({show}).")
    elif sent:
        said.append(f"{sent} message{'s' if sent > 1 else ''} {'were' if sent > 1 else 'was'} sent again.")
    if made.lost:
        said.append(f"Not restored: {one_line(', '.join(made.lost))}.")
    # That it has a number and dates of its own lies in the nature of it; what stays behind is a warning.
    is_whole = sent >= entry.messages and not set(made.lost) - _OWN_DATES
    tell = state.output.note if is_whole else state.output.warn
    tell(" ".join(said))


def _in_short(entry: Entry, made: Made) -> str:
    """The same for one of many, as `was ticket 3; 2 messages not sent again; not restored: 1 file`."""
    said = [f"was {entry.label}"]
    unsent = entry.messages - len(made.fields.get("CrmMessageList") or ())
    if entry.noun == "ticket" and unsent:
        said.append(f"{unsent} message{'' if unsent == 1 else 's'} not sent again")
    lost = [each for each in made.lost if each not in _OWN_DATES]
    if lost:
        said.append(f"not restored: {', '.join(lost)}")
    return "; ".join(said)


def _customer(state: State, entry: Entry) -> str:
    """The address that messages of an entry go to, harmless and no longer than one can be."""
    is_message = entry.noun == "message"
    ticket = state.crm.tickets.get(int(entry.path.split("/")[2])) if is_message else state.trash.object(entry)
    return one_line(str(ticket.get("CustomerEmail") or "nobody"))[:100]


def _holds(value: object) -> bool:
    """Whether a field is set: a date of the year 1 is none (wire-facts section 6)."""
    return bool(value) and not str(value).startswith(("0001-01-01", "01/01/0001"))
