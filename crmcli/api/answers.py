"""What the store answered to one call, and what that means: done, refused, failed, or worth another try."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crmcli import errors
from crmcli.api import bodies, retry, strangers
from crmcli.api.bodies import Row

# Where the documents are silent, throttling may come as 400, 403, 500 or 503 with words (wire-facts section 4).
_THROTTLE_WORDS = re.compile(
    r"throttl|rate.?limit|too many (?:requests|calls)|(?:request|call|api)s? (?:limit|quota)", re.IGNORECASE
)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer: what was asked, and of which `base_url`; the status, and the body as text.

    `is_long` is as `bodies.read_json` has it; `retry_after` and `date` are headers. `hide` takes our keys out of what is told
    of it. The rows of a read are the store's own, and stay as they are.
    """

    method: str
    path: str
    http_status: int
    text: str
    base_url: str = ""
    retry_after: str | None = None
    date: str | None = None
    location: str | None = None
    is_long: bool = False
    hide: Callable[[str], str] = str

    @cached_property
    def data(self) -> Any:
        """The body as JSON; None when it is empty. Raises ValueError when it is something else (HTML, say)."""
        return bodies.read_json(self.text, is_long=self.is_long)

    @cached_property
    def acks(self) -> list[Row]:
        """The acks in the body; [] when it holds something else."""
        try:
            return bodies.ack_rows(self.data)
        except ValueError:
            return []

    @cached_property
    def status(self) -> int:
        """The status that counts: the HTTP status, or the error that an ack inside a 2xx carries."""
        if not 200 <= self.http_status < 300:
            return self.http_status
        return max((bodies.ack_status(ack, self.http_status) for ack in self.acks), default=self.http_status)

    @property
    def ok(self) -> bool:
        """Whether the store says that it did what was asked."""
        return 200 <= self.status < 300

    @property
    def throttled(self) -> bool:
        """Whether the store asks us to slow down, in whatever words it has for that."""
        if self.status in (400, 403, 500, 503):
            return bool(_THROTTLE_WORDS.search(self.text[: bodies.SEARCHED]))
        return self.status == 429

    @property
    def wait(self) -> str | None:
        """How long the store asks to be left alone, as a sentence; None where it does not say."""
        seconds = retry.asked(self.retry_after, date=self.date)
        return None if seconds is None else f"The store asks for {retry.in_words(seconds)} of rest: run it again then."

    @property
    def past_the_end(self) -> bool:
        """Whether a list ended here: 404, or the 400 that says that the offset exceeds the number of records."""
        if self.status == 400:
            said = self.text[: bodies.SEARCHED].lower()
            return "exceed" in said[said.find("offset") :] if "offset" in said else False
        return self.status == 404

    @property
    def fault(self) -> errors.StoreFailed | None:
        """What keeps the body from being read: it is not JSON, was cut short, or is an error. None when nothing does."""
        try:
            if bodies.is_error(self.data):
                return self.unreadable(f"it is an error, “{self.words[0]}”")
        except ValueError as fault:
            if self.is_page:
                return strangers.page(self)
            return self.unreadable(bodies.what_is_it(self.text) or str(fault))
        return None

    @property
    def is_page(self) -> bool:
        """Whether the body is a web page: no answer of the API's, but for the pages of a server that fails."""
        return self.text[: bodies.SEARCHED].lstrip().startswith("<")

    @property
    def words(self) -> tuple[str, list[str]]:
        """What it says of an error, and the details, as `bodies.words`."""
        said, details = bodies.words(self.text)
        return self.hide(said), [self.hide(detail) for detail in details]

    def rows(self) -> list[Row]:
        """The objects in the body: an array, or one bare object; an empty body is an empty list. Raises StoreFailed."""
        if self.fault:
            raise self.fault
        if self.data is None:
            return []
        found: list[Row] = self.data if isinstance(self.data, list) else [self.data]
        if not all(isinstance(row, dict) for row in found):
            raise self.unreadable("it is not a list of objects")
        return found

    def total(self) -> int | None:
        """The number in `{"TotalCount": n}`, wrapped in an array or not; None when there is none. Raises StoreFailed."""
        rows = self.rows()
        try:
            total = int(rows[0]["TotalCount"]) if len(rows) == 1 else None
        except (KeyError, TypeError, ValueError):
            return None
        return total if total is None or total >= 0 else None

    def unreadable(self, why: str) -> errors.StoreFailed:
        """The error for an answer whose status is good and whose body can't be used."""
        return errors.StoreFailed(
            f"The store's answer to {self.method} {self.path} can't be read: {self.hide(why)}.", status=self.http_status
        )


def good(answer: Answer) -> Answer:
    """The answer to a read, when it is a success; raises what it says otherwise."""
    if not answer.ok:
        raise failure(answer)
    return answer


def passing_trouble(answer: Answer) -> errors.CrmError | None:
    """What is wrong with an answer that a second try may get right: throttling, 5xx, a body cut short. None if nothing."""
    if answer.throttled or retry.is_passing(answer.status):
        return failure(answer)
    return answer.fault if answer.ok else None


def succeeded(answer: Answer, *, makes: bool) -> Answer:
    """The answer to a write, when it says that the work was done; raises what it says otherwise.

    `makes` marks a POST, of which an answer that says nothing clear is Unsure: a second one would make a second thing.
    """
    if not answer.ok:
        is_open = makes and (not _is_refusal(answer.status) or bodies.names_made(answer.acks, answer.http_status))
        raise _undecided(answer) if is_open else failure(answer)
    fault = answer.fault or _unclear(answer, makes=makes)
    if fault is None:
        return answer
    if makes:
        raise errors.Unsure(
            f"{answer.method} {answer.path} was answered with {answer.http_status}, but nothing that says it was done.",
            status=answer.http_status,
            otherwise=fault,
        )
    raise fault


def _unclear(answer: Answer, *, makes: bool) -> errors.StoreFailed | None:
    """What keeps a good status from saying that the work was done; None when nothing does."""
    if makes and not bodies.says_made(answer.data, answer.http_status):
        why = "it does not say that anything was made"
    elif not isinstance(answer.data, list | dict | None) or not bodies.tells_a_status(answer.acks):
        why = "it does not say whether the work was done"
    else:  # a PUT or DELETE that is answered with nothing, or with the object, was done
        return None
    said, _ = answer.words
    return answer.unreadable(f"{why}, but “{said}”" if said else why)


def _is_refusal(status: int) -> bool:
    """Whether a store that answers a POST with this status says that it did nothing, and is not at it still.

    A server that fails after the work may also redirect to a page that says so (ASP.NET's customErrors).
    """
    return status == 501 or (400 <= status < 500 and status not in (408, 425))


def _undecided(answer: Answer) -> errors.Unsure:
    """For a POST that was answered with what says neither that it was done nor that it was not."""
    otherwise, said = failure(answer), str(answer.status)
    if bodies.names_made(answer.acks, answer.http_status):
        said = f"what names something made, and an error ({said})"
    if 300 <= answer.status < 400 and otherwise.hint:
        # Whoever looks for it at the store has a hint of their own to give.
        otherwise.details.append(otherwise.hint)
        doubt = (
            "is base_url the API's address?" if isinstance(otherwise, errors.BadConfig) else "a network's login page?"
        )
        said = f"a redirect ({answer.status}) to {answer.location or 'nowhere'} ({doubt})"
    return errors.Unsure(
        f"{answer.method} {answer.path} was answered with {said}: it may or may not have been done.",
        status=answer.status,
        otherwise=otherwise,
    )


def failure(answer: Answer) -> errors.CrmError:
    """The error for an answer that is not a success, with the store's own words where it gave any."""
    said, details = answer.words
    status = answer.status
    where = f"{answer.method} {answer.path}"
    if answer.throttled:
        hint = answer.wait and f"Nothing was written. {answer.wait}"
        return errors.RateLimited(_with("The store asks us to slow down", said), status=status, hint=hint)
    if stranger := strangers.instead(answer):
        return stranger
    if status in (401, 403):
        return errors.AuthFailed(_with(f"The store refused the keys for {where} ({status})", said), status=status)
    if status in (404, 410):
        return errors.NotFound(_with(f"The store has nothing at {path_words(answer.path)}", said), status=status)
    if 400 <= status < 500 and not retry.is_passing(status):
        return errors.Rejected(
            _with(f"The store refused {where} ({status})", said),
            hint=None if said or details else "It gave no reason. Correct the values and run the command again.",
            status=status,
            details=details,
        )
    failed = _with(f"The store failed at {where} ({status})", said)
    return errors.StoreFailed(failed, status=status, details=details, hint=answer.wait)


def path_words(path: str) -> str:
    """A path as words: `/CRM/42/message/7` -> `ticket 42, message 7`."""
    names = {"message": "message", "department": "department", "savedreply": "saved reply", "status": "status"}
    words, noun = [], "ticket"
    for part in path.strip("/").split("/")[1:]:
        if part.lower() in names:
            noun = names[part.lower()]
        else:
            words.append(f"{noun} {part}")
    return ", ".join(words) or path


def _with(message: str, said: str) -> str:
    return f"{message}: {said}" if said else f"{message}."
