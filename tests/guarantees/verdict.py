"""What processes said, held against what the store carried out.

**Mailed twice** is a second mail in the same words, by the same writer, to the same ticket that nobody asked for. A person
asked for it twice where all of this is so: the second is of a `tickets reply` that was typed, or of its run or entry; the
first command had ended when that one made its first request; and either a command that had ended by itself by then had named
the first mail's number (it was told), or the two are different commands and the store had answered the first mail before its
command died. A plan asks for it where it was made when the first mail was there already. Nothing else that is
printed excuses a second mail: a question that `--yes` answers is read by nobody.

**Lost** is a ticket that the store has no more and that no entry of the trash has, as it was, with all its messages; a value
that an `apply` or `runs undo` overwrote though it was not what they expected, unless who set it was dead by then; and a text
that was not mailed, of a command that was not killed, and that is nowhere on disk.

**Untrue** is whatever a process said that the store's own rows deny: a number that it says it wrote; code 0 where a row is not
done; code 2 where something was; "not sent" of what was; silence about what it mailed, unless it says that it can't tell; more
rows done than there are; one message named as theirs by two, neither of whom says so; and in the journal and the outbox, read
when all is over: a row that is done and isn't, an entry that is at the store and isn't, two entries that claim one message, a
message that no entry knows of. A process that doesn't end is untrue, too, and so is one that says that it failed itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from crmcli.sandbox.objects import TICKET
from crmcli.trash import Trash
from tests.guarantees.game import Act, Game
from tests.guarantees.witness import Deed, Score, state_texts


def judge(game: Game, score: Score) -> None:
    """Count what is wrong with a round that was played."""
    score.rounds += 1
    score.kills += game.kills
    for into, found in ((score.doubles, doubles(game)), (score.lost, lost(game)), (score.untruths, untruths(game))):
        into.extend(f"SEED={game.seed} ({game.name}): {each}" for each in found)


def doubles(game: Game) -> Iterator[str]:
    """Mails that nobody asked for."""
    for ticket, text in sorted(game.sends):
        mails = game.witness.mails(ticket, text)
        for at, mail in enumerate(mails):
            alike = [other for other in mails[:at] if other.writer == mail.writer]
            excess = [other for other in alike if not _is_wanted(game, other, mail)]
            if excess:
                yield f"ticket {ticket}: mailed by {excess[0].who} (#{excess[0].number}) and by {mail.who} (#{mail.number})"


def _is_wanted(game: Game, first: Deed, second: Deed) -> bool:
    """Whether a person asked for a second mail."""
    one, two = game.act(first.who), game.act(second.who)
    if one is None or two is None or one is two:
        return False
    root = game.root(two)
    if root.command.planned:
        return first.answered < root.command.planned
    if not root.command.is_fresh or one is root:
        return False
    begun = game.witness.requests.get(root.process.pid, [root.process.begun])[0]
    if one.process.ended > begun:
        return False
    was_told = any(
        act.process.ended < begun and not act.process.was_ended and first.number in act.process.numbers("MessageId")
        for act in game.acts
    )
    is_another = game.root(one).command.family != root.command.family and first.answered < one.process.ended
    return was_told or is_another


def lost(game: Game) -> Iterator[str]:
    """What is nowhere any more."""
    trash = Trash(game.state / "crmcli" / "trash.db")
    entries = trash.entries() if trash.path.exists() else []
    for deed in game.witness.deeds:
        if deed.verb == "delete":
            kept = [trash.object(entry) for entry in entries if entry.path == f"/CRM/{deed.ticket}"]
            if not any(_holds(each, deed.before) for each in kept):
                yield f"ticket {deed.ticket}: deleted by {deed.who}, and {_lacks(kept, deed.before)}"
        elif deed.verb == "update" and "Subject" in deed.values:
            act = game.act(deed.who)
            was, now = str(deed.before["Subject"]), str(deed.values["Subject"])
            is_anothers = act and act.command.expects and not was.startswith(act.command.expects)
            if is_anothers and was != now and not _came_late(game, deed.ticket, was):
                yield f"ticket {deed.ticket}: {was!r} was overwritten with {now!r} by {deed.who}"
    yield from _lost_texts(game)


def _came_late(game: Game, ticket: int, subject: str) -> bool:
    """Whether it was set by a process that was dead by then: nobody here can tell that the store is at its request still."""
    for deed in game.witness.deeds:
        if deed.ticket == ticket and deed.values.get("Subject") == subject:
            act = game.act(deed.who)
            return act is not None and act.process.ended < deed.at
    return False


def _holds(kept: dict[str, Any], was: dict[str, Any]) -> bool:
    return kept["Subject"] == was["Subject"] and _messages(was) <= _messages(kept)


def _lacks(kept: list[dict[str, Any]], was: dict[str, Any]) -> str:
    if not kept:
        return "it is in no trash"
    if not any(_messages(was) <= _messages(each) for each in kept):
        return f"the trash lacks messages {sorted(_messages(was) - _messages(kept[-1]))}"
    return f"it was called {was['Subject']!r} then, and is {kept[-1]['Subject']!r} in the trash"


def _messages(row: dict[str, Any]) -> set[int]:
    return {message["MessageId"] for message in row["CrmMessageList"]}


def _lost_texts(game: Game) -> Iterator[str]:
    for act in game.acts:
        command, process = act.command, act.process
        if not command.text or process.code in (0, -9) or command.words[0] == "apply":  # whose plan has it
            continue
        mailed = all(game.witness.mails(ticket, command.text) for ticket in command.tickets)
        if not mailed and command.text not in state_texts(game.state):
            yield f"{command.text!r} of {process.pid} is nowhere"


def untruths(game: Game) -> Iterator[str]:
    """What was said and is not so."""
    looks = (_of_its_numbers, _of_its_code, _of_its_words, _of_its_silence)
    for act in game.acts:
        for wrong in chain.from_iterable(look(game, act) for look in looks):
            yield f"[{act.process.pid}] {' '.join(act.command.words[:3])}: {wrong}"
    yield from game.findings
    yield from _of_two(game)
    yield from _of_the_journal(game)
    if not game.forgets:
        yield from _of_the_outbox(game)


def _of_its_numbers(game: Game, act: Act) -> Iterator[str]:
    mailed = {deed.number: deed for deed in game.witness.deeds if deed.verb == "mail"}
    said = act.process.numbers("MessageId") if act.command.does == "reply" else []
    for number in said:
        deed = mailed.get(number)
        if deed is None or deed.text != act.command.text or deed.ticket not in act.command.tickets:
            yield f"it says that it made message {number}"
    if len(set(said)) < len(said):
        yield f"it says a message twice: {said}"


def _of_two(game: Game) -> Iterator[str]:
    """One message that two name as theirs proves one send: whoever names it second has to say that it sent nothing."""
    by_number: dict[int, list[Act]] = {}
    for act in game.acts:
        for number in act.process.numbers("MessageId") if act.command.does == "reply" else []:
            by_number.setdefault(number, []).append(act)
    for number, acts in by_number.items():
        silent = [act.process.pid for act in acts if not act.process.admits]
        if len(silent) > 1:
            yield f"message {number} is named by {silent}"


def _of_its_code(game: Game, act: Act) -> Iterator[str]:
    command, process = act.command, act.process
    if process.code in (-999, -1000):
        yield "it did not end"
    done = [ticket for ticket in command.tickets if _is_done(game, act, ticket)]
    if process.code == 0 and command.does != "look" and len(done) < len(command.tickets):
        yield f"code 0, and {sorted(set(command.tickets) - set(done))} are not done"
    if process.code == 2 and any(deed.who == process.pid for deed in game.witness.deeds):
        yield "code 2, that of words which were refused before anything was sent, and the store did something"
    if process.said_done > len(done):
        yield f"it says {process.said_done} are done, and {len(done)} are"
    if process.has_failed_itself:
        yield "a fault of ours"


def _is_done(game: Game, act: Act, ticket: int) -> bool:
    """Whether what a command was to do with a ticket was carried out before its end, by whomever."""
    command = act.command
    deeds = [deed for deed in game.witness.deeds if deed.ticket == ticket and deed.at <= act.process.ended]
    if command.does == "reply":
        return any(deed.verb == "mail" and deed.text == command.text for deed in deeds)
    if command.does == "delete":
        return any(deed.verb == "delete" for deed in deeds)
    return any(str(deed.values.get("Subject", "")).startswith(command.subject) for deed in deeds if deed.values)


def _of_its_words(game: Game, act: Act) -> Iterator[str]:
    mine = {
        deed.ticket
        for deed in game.witness.deeds
        if deed.verb == "mail" and deed.who == act.process.pid and deed.text == act.command.text
    }
    for ticket in act.process.unsent():
        if mine if ticket is None else ticket in mine:
            yield f"it says that {'nothing' if ticket is None else f'ticket {ticket}'} was sent not, and it mailed {mine}"


def _of_its_silence(game: Game, act: Act) -> Iterator[str]:
    """What ended by itself names all that it mailed, or says that it can't tell."""
    process = act.process
    if process.was_ended or act.command.does != "reply" or process.doubts:
        return
    mails = [deed.number for deed in game.witness.deeds if deed.verb == "mail" and deed.who == process.pid]
    unsaid = sorted(set(mails) - set(process.numbers("MessageId")))
    if unsaid:
        yield f"it mailed {unsaid} and does not say so (code {process.code})"
    elif mails and process.code != 0 and len(act.command.tickets) == 1 and "--status" not in act.command.words:
        yield f"it mailed all that it was to, and ended with {process.code}"


def _of_the_journal(game: Game) -> Iterator[str]:
    for run in game.json("runs", "list"):
        for row in game.json("runs", "show", str(run["number"])):
            if row["state"] != "done":
                continue
            ticket = int(row["what"].split()[1])
            deeds = [deed for deed in game.witness.deeds if deed.ticket == ticket]
            wanted = row["after"].get("Subject")
            is_so = {
                "reply": any(deed.verb == "mail" and (ticket, deed.text) in game.sends for deed in deeds),
                "delete": game.sandbox.store.row(TICKET, ticket) is None,
                "update": any(deed.values.get("Subject") == wanted for deed in deeds),
            }
            if not is_so[row["do"]]:
                yield f"run {run['number']} says that {row['do']} of ticket {ticket} is done"


def _of_the_outbox(game: Game) -> Iterator[str]:
    entries = game.json("outbox", "list", "--all")
    for ticket, text in sorted(game.sends):
        mails = {mail.number for mail in game.witness.mails(ticket, text)}
        mine = [entry for entry in entries if (entry["path"], entry["text"]) == (f"/CRM/{ticket}/message", text)]
        claims = [entry["became"] for entry in mine if entry["state"] == "confirmed"]
        unsure = sum(entry["state"] not in ("confirmed", "refused") for entry in mine)
        if len(set(claims)) < len(claims):
            yield f"ticket {ticket}: entries claim one message twice: {claims}"
        if not set(claims) <= mails:
            yield f"ticket {ticket}: entries say {claims}, and the store has {sorted(mails)}"
        if len(mails - set(claims)) > unsure:
            yield f"ticket {ticket}: no entry knows of {sorted(mails - set(claims))}"
