"""`crmcli tickets reply`: replies to one ticket or many, all of them whole, shown and agreed to before the first is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from crmcli import bulk, drafts, inputs, replying, rows
from crmcli.bulk import build, given, reading
from crmcli.bulk.actions import Action
from crmcli.bulk.given import Lookup
from crmcli.errors import BadUsage

if TYPE_CHECKING:
    from crmcli.rows import Line
    from crmcli.state import State

Row = dict[str, Any]
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Draft:
    """What the reply to one ticket is made of: a saved reply or a text, what fills its variables, who writes, the status.

    `sets` are the words of --set, `own` what the row of a file has for variables; `line` is where it stands there.
    """

    number: int = 0
    saved: str | None = None
    text: str | None = None
    sets: Sequence[str] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    writer: Row = field(default_factory=dict)
    status: str | None = None
    line: int | None = None

    @property
    def variables(self) -> dict[str, str]:
        """What fills variables. Raises BadUsage."""
        return {**replying.settings_of(self.sets), **self.own}


@dataclass(frozen=True)
class Reply:
    """A reply, whole: what is to be done, and the ticket, which is None where nothing of it was needed."""

    action: Action
    ticket: Row | None


def writer(state: State, sender: str | None, name: str | None, email: str | None) -> Row:
    """Who writes, as fields of a message. Raises BadUsage."""
    code = None if sender is None else inputs.sender(sender, state.settings.senders)
    return inputs.fields(None, Sender=code, SenderName=name, SenderEmail=email)


def answer(  # noqa: PLR0913  # one for each question that the command line answers
    state: State, tickets: Sequence[str] | None, base: Draft, *, source: str | None, plan: str | None, yes: bool
) -> None:
    """Answer tickets as `base` says, or each row of a file; with `plan` write what would be done into that file.

    Raises BadUsage, and what `bulk.run` raises. A text that was typed is kept in a file when anything fails.
    """
    with drafts.kept(base.text, profile=state.profile_name, tickets=tickets or ()):
        if plan is None:  # before anybody types a text that must not go out
            state.crm.allow(mails=True)
        parts = drafted(state, tickets, base, source=source)
        is_shown = not yes and plan is None and not state.shared.dry_run
        replies = compose(state, parts, is_shown=is_shown)
    text = str(replies[0].action.values["Message"]) if len(replies) == 1 and source is None else base.text
    with drafts.kept(text, profile=state.profile_name, tickets=[part.number for part in parts]):
        if is_shown:
            agreed(state, replies)
        bulk.run(state, [reply.action for reply in replies], command="tickets reply", plan=plan)


def drafted(state: State, tickets: Sequence[str] | None, base: Draft, *, source: str | None) -> list[Draft]:
    """What the replies are made of: `base` for all tickets that are named, or with what each row of a file says.

    Raises BadUsage before anything is sent.
    """
    given.one_of(tickets, source, noun="ticket")
    if base.saved is not None and base.text is not None:
        raise BadUsage("--saved and --text contradict each other.", hint="Leave one of them out.")
    if source is None:
        numbers = inputs.numbers(tickets or (), noun="ticket")
        return [replace(base, number=number) for number in numbers]
    flags = {"saved": base.saved, "Message": base.text, "StatusID": base.status, **base.writer}
    fields = (given.TICKET, *given.ANSWER_FIELDS)
    lines = given.lines(
        source,
        fields,
        noun="ticket",
        flags=flags,
        key=given.TICKET.name,
        ours=given.OF_MESSAGES,
        note=state.output.note,
    )
    senders = state.settings.senders

    def draft(line: Line) -> Draft:
        said = {**{name: value for name, value in flags.items() if value is not None}, **line.values}
        if ("saved" in said) == ("Message" in said):
            raise BadUsage("a saved reply or a text is needed, and not both")
        own: Row = {name: said[name] for name in ("Sender", "SenderName", "SenderEmail") if name in said}
        if "Sender" in own:
            own["Sender"] = inputs.sender(str(own["Sender"]), senders)
        return replace(
            base,
            number=said["CrmID"],
            saved=said.get("saved"),
            text=said.get("Message"),
            own=said.get("set", {}),
            writer={**base.writer, **own},
            status=said.get("StatusID"),
            line=line.number,
        )

    return rows.checked(lines, draft)


def compose(state: State, parts: Sequence[Draft], *, is_shown: bool) -> list[Reply]:
    """The replies, all of them whole before the first is sent; `is_shown` says that a person sees them first.

    Without a saved reply and a text an editor opens, for one ticket. Raises BadUsage for whatever can't be sent, NotFound.
    """
    crm = state.crm
    statuses, saved = Lookup(crm.statuses.find), Lookup(crm.replies.find)
    _each(parts, lambda draft: statuses(draft.status) if draft.status else None)
    templates = _each(parts, lambda draft: str(saved(draft.saved).get("Message") or "") if draft.saved else draft.text)
    typed = None in templates  # in an editor
    tickets: list[Row | None] = [None] * len(parts)
    if typed or is_shown or any("{{" in (template or "") for template in templates):
        numbers, lines = [draft.number for draft in parts], [draft.line for draft in parts]
        tickets = [*reading.all_of(state, numbers, lines=lines)]
    for ticket in filter(None, tickets):
        if state.output.look:
            state.output.look.hear(ticket)
    if typed:
        templates = [replying.typed(state, [ticket for ticket in tickets if ticket])]
    found = dict(zip(parts, zip(templates, tickets, strict=True), strict=True))
    ours = inputs.fields(None, Sender=state.settings.senders.get("store"))

    def reply(draft: Draft) -> Reply:
        template, ticket = found[draft]
        text = replying.filled(template or "", ticket or {"CrmID": draft.number}, draft.variables)
        if not text.strip():
            raise BadUsage("The text is empty: nothing was sent.", hint="A reply needs a text.")
        values = {**ours, **draft.writer, "Message": text}
        build.check_message(values)
        action = replace(Action.reply(draft.number, values), line=draft.line)
        if draft.status:
            after = statuses(draft.status)
            number = crm.statuses.number_of(after)
            action = replace(action, status=number, status_name=str(after.get("StatusName") or number))
        return Reply(action, ticket)

    with drafts.kept(
        templates[0] if typed else None, profile=state.profile_name, tickets=[draft.number for draft in parts]
    ):
        replying.all_used(replying.settings_of(parts[0].sets if parts else ()), filter(None, templates))
        return _each(parts, reply)


def agreed(state: State, replies: Sequence[Reply]) -> None:
    """Show the replies whole and have them agreed to. Raises BadUsage."""
    if not replies:
        return
    name = state.output.look.status if state.output.look else str
    for reply in replies if state.has_person else ():
        ticket, action = reply.ticket or {}, reply.action
        head = {
            "To": bulk.mails.who(ticket),
            "Ticket": f"{action.number}  {ticket.get('Subject') or ''}",
        }
        if action.status is not None:
            now = ticket.get("StatusID")
            head["Status"] = f"{name(now) if isinstance(now, int) else now}, then {action.status_name}"
        state.output.questions.preview(head, str(action.values["Message"]))
    if state.has_person:
        state.tell_of_stopped()
    them = "this" if len(replies) == 1 else f"these {len(replies)} replies"
    state.agree(f"Mail {them} to the customer{'s' if len(replies) > 1 else ''}?", yes=False)


def _each(parts: Sequence[Draft], make: Callable[[Draft], Made]) -> list[Made]:
    """What `make` makes of each draft; of a file all that it raises is told, with line numbers. Raises BadUsage."""
    if all(draft.line is None for draft in parts):
        return [make(draft) for draft in parts]
    lines = [rows.Line(draft.line or 0, {"draft": draft}) for draft in parts]
    return rows.checked(lines, lambda line: make(line.values["draft"]))
