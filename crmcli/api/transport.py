"""The one door to the store: headers, time-outs, the rate limit, tries, and the difference between reads and writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx

from crmcli import __version__, dates, errors, interrupts, values
from crmcli.api import answers, bodies, bounds, retry, secrets
from crmcli.api.answers import Answer
from crmcli.api.connections import Connections
from crmcli.api.losses import Lost
from crmcli.api.policy import Policy
from crmcli.api.turns import Turns

if TYPE_CHECKING:
    from crmcli.api.ahead import Ahead
    from crmcli.api.ratelimit import Bucket

_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": ", ".join(bounds.CODINGS),
    "User-Agent": f"crmcli/{__version__}",
}
_REFUSED = (400, 401, 403, 429)
"""The statuses with which the store surely did nothing of what it was sent."""


@dataclass(frozen=True)
class Request:
    """A call as it goes out: method, the whole URL, and the JSON body (None without one). Never the keys."""

    method: str
    url: str
    body: Any = None


Look = Callable[[], None]
Before = Callable[[int | None], Look | None]
"""Called before each try of a write, after all waits, with the status that the try before was answered with (None: there was
none, or it never arrived); may give what is called once it is connected. Where either raises, nothing leaves."""


class Transport:
    """Sends requests to one store.

    `app` is a WSGI application to call in place of the network (the demo store), and is closed with the connections. `trace`
    is given a line for each request: method, path, status, seconds. `waiting` is entered while the store is waited for.
    `pauses` are the waits between tries.
    """

    def __init__(
        self,
        *,
        base_url: str,
        headers: Mapping[str, str],
        timeout: float,
        bucket: Bucket | None = None,
        pace: retry.Pace | None = None,
        policy: Policy | None = None,
        app: Any = None,
        trace: Callable[[str], None] | None = None,
        waiting: AbstractContextManager[None] | None = None,
    ) -> None:
        self.base_url = values.one_form(base_url)
        self.policy = policy or Policy()
        self._bucket = bucket
        self._pace = pace or retry.Pace()
        self._trace = trace
        self._app = app
        self.pauses = retry.Pauses()
        self.turns = Turns()
        self.wrote = False  # whether a write left that the store may have done
        self._heard: tuple[str, float] | None = None  # the last `Date`, and when it came
        self._timeout = timeout
        self._exchanging = bounds.Exchange()
        self._waiting = waiting or nullcontext()
        self._coming: dict[tuple[object, ...], Ahead[Answer]] = {}
        self._hide = secrets.hiding(headers.get(name, "") for name in ("PrivateKey", "Token"))
        sent = {**_HEADERS, **headers}
        self.connections = Connections(base_url=self.base_url, headers=sent, timeout=timeout, app=app)

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which the store's clock was ahead of ours at its last answer (RFC 9110 section 6.6.1); None: not told."""
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(self._heard[0]).timestamp() - self._heard[1] if self._heard else None
        except (TypeError, ValueError, OverflowError, OSError):  # the last by Windows, of a year without a zone
            return None

    def close(self) -> None:
        """Close the connections, but for those of threads that were told to end: they would take it for a failure."""
        if not self.pauses.ended:
            self.connections.close()
            if self._app:
                self._app.close()

    def expect(self, path: str, params: Mapping[str, object]) -> None:
        """Begin to GET what will be read next; `read` of the same takes what came, and alone judges and repeats it.

        Only the bytes come ahead: unpacked, a page takes many times as much memory.
        """
        from crmcli.api.ahead import Ahead

        wanted = _query(params)
        self._coming[path, *wanted.items()] = Ahead(lambda: replace(self._exchange("GET", path, wanted), is_long=True))

    def read(self, path: str, params: Mapping[str, object] | None = None) -> Answer:
        """GET a path below the API, as often as `retry` allows; returns the last answer, whatever its status.

        `params` with the value None are left out. Raises NetworkFailed when no answer came, RateLimited and StoreFailed
        when the store did no better at the last try.
        """
        with self._waiting:
            return self._read(path, _query(params or {}))

    def _read(self, path: str, wanted: Mapping[str, str]) -> Answer:
        coming = self._coming.pop((path, *wanted.items()), None)
        tried = 0
        while True:
            tried += 1
            answer: Answer | None = None
            late = False
            trouble: errors.CrmError
            try:
                answer = coming.result() if coming else self._exchange("GET", path, wanted)
            except Lost as lost:
                trouble = lost.error
                late = lost.is_late
                if isinstance(trouble, errors.NeverArrived) and not trouble.again:
                    raise trouble from None
            else:
                passing = answers.passing_trouble(answer)
                if passing is None:
                    return answer
                trouble = passing
            coming = None
            wait = self._pace.wait(
                tried,
                throttled=answer is not None and answer.throttled,
                late=late,
                retry_after=answer.retry_after if answer else None,
                date=answer.date if answer else None,
            )
            if wait is None:
                raise trouble
            self._wait(wait, answer)

    def reserve(self, requests: int) -> None:
        """Wait until this thread may send so many requests one right after the other, and have it their turns.

        Turns that it has still, of requests that were not needed, are among them.
        """
        if self._bucket and requests > self.turns.ahead:
            self._pause(self._bucket.take(requests - self.turns.ahead))
            self.turns.ahead = requests

    def write(
        self, request: Request, *, mails: bool = False, makes: bool = False, before: Before | None = None
    ) -> Answer | None:
        """Send a POST, PUT or DELETE, once; again only where the one before surely never arrived.

        Returns the store's answer when it is a success; None when the policy is to rehearse. `makes` says that the call
        makes something (a POST): then a lost or unclear answer is Unsure, since a second call would make a second one.
        `mails` says that it may e-mail a customer. Raises BadConfig when the profile forbids it, BadUsage where its body is
        no JSON, NetworkFailed when it never arrived, and what `answers.failure` and `before` say otherwise.
        """
        self.policy.allow(mails=mails)
        bodies.encoded(request.body)
        if self.policy.rehearse:
            return None
        with self._waiting:
            return self._write(request, request.url.removeprefix(self.base_url), makes=makes, before=before)

    def _write(self, request: Request, path: str, *, makes: bool, before: Before | None) -> Answer:
        tried, answered = 0, None
        unreached: errors.NeverArrived | None = None
        while True:
            tried += 1
            try:
                look = before(answered) if before else None
            except errors.NeverArrived as unread:  # between two tries: what is told is the write itself
                raise unreached or unread from None
            try:
                answer = self._told(request, path, look)
            except Lost as lost:
                failure = lost.error
                if not isinstance(failure, errors.NeverArrived):
                    raise self._unclear(lost) if makes else failure from None
                wait = self._pace.wait(tried, late=lost.is_late) if failure.again else None
                if wait is None:
                    raise failure from None
                self._wait(wait, None)
                unreached, answered = failure, None
                continue
            if answer.http_status != 429:
                return answers.succeeded(answer, makes=makes)
            wait = self._pace.wait(tried, throttled=True, retry_after=answer.retry_after, date=answer.date)
            if wait is None:
                raise answers.failure(answer)
            try:
                self._wait(wait, answer)
            except errors.Interrupted as end:  # who hears of it must know that a try was answered
                end.status = answer.http_status
                raise
            answered = answer.http_status

    def _told(self, request: Request, path: str, look: Look | None) -> Answer:
        """Send a write, once; what may have been done of it is noted in `wrote`. Raises Lost."""
        try:
            answer = self._exchange(request.method, path, {}, request.body, look=look)
        except BaseException as fault:
            if not (isinstance(fault, Lost) and not fault.left):
                self.wrote = True
            raise
        if answer.status not in _REFUSED:
            self.wrote = True
        return answer

    def _unclear(self, lost: Lost) -> errors.Unsure:
        """For a POST of which no answer came."""
        said = f"{lost.method} {lost.path} was sent, but {lost.what}."
        return errors.Unsure(said, otherwise=lost.error, late=lost.is_late)

    def _exchange(
        self, method: str, path: str, params: Mapping[str, str], body: Any = None, *, look: Look | None = None
    ) -> Answer:
        if not self.turns.take() and self._bucket:
            self._pause(self._bucket.take())
        content = None if body is None else bodies.encoded(body)
        headers = None if body is None else {"Content-Type": "application/json"}
        started = time.monotonic()
        self._exchanging.look = look
        try:
            response, raw = self._received(method, self.base_url + path, params, content, headers)
        except httpx.RequestError as fault:
            self._exchanging.failed()
            left = self._exchanging.left
            lost = Lost(method, path, fault=fault, left=left, base_url=self.base_url, proxy=self.connections.proxy)
            self._tell(method, path, params, lost.what, started)
            raise lost from fault
        self._tell(method, path, params, str(response.status_code), started)
        self._heard = (response.headers.get("Date", ""), dates.utc_now().timestamp())
        text = bodies.decoded(raw, response.charset_encoding)
        del raw  # a page is large, and the next one is under way while this one is printed
        if method != "GET" or not response.is_success:
            text = self._hide(text)
        return Answer(
            method=method,
            path=path,
            http_status=response.status_code,
            text=text,
            base_url=self.base_url,
            retry_after=response.headers.get("Retry-After"),
            date=response.headers.get("Date"),
            location=self._hide(response.headers.get("Location", "")),
            hide=self._hide,
        )

    def _received(
        self,
        method: str,
        url: str,
        params: Mapping[str, str],
        content: bytes | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[httpx.Response, bytes]:
        """The response and its whole body.

        httpx's time-out is for each piece of it; an answer that drips, headers or body, is given twice as long in all.
        """
        client = self.connections.of(method)
        leaving = partial(interrupts.check, f"{method} {url.removeprefix(self.base_url)}")
        self._exchanging.begin(2 * self._timeout, left=bool(self._app), leaving=leaving)
        try:
            request = client.build_request(
                method,
                url,
                params=params or None,
                content=content,
                headers=headers,
                extensions={"trace": self._exchanging.trace},
            )
        except httpx.InvalidURL:  # httpx takes 65,536 characters of each part
            raise errors.BadUsage("That is too long for an address.") from None
        response = client.send(request, stream=True)
        try:
            return response, bounds.body(response)
        finally:
            response.close()

    def _tell(self, method: str, path: str, params: Mapping[str, str], outcome: str, started: float) -> None:
        if self._trace:
            query = f"?{httpx.QueryParams(params)}" if params else ""
            self._trace(f"{method} {self._hide(path + query)} -> {outcome} in {time.monotonic() - started:.3f} s")

    def _wait(self, seconds: float, answer: Answer | None) -> None:
        if self._bucket and answer and answer.throttled:
            self._bucket.fill()
        if self._trace:
            self._trace(f"trying again in {seconds:.1f} s")
        self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        if seconds:
            self.turns.waited += 1
            self.pauses(seconds)


def _query(params: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in params.items() if value is not None}
