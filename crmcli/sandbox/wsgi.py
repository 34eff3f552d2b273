"""The sandbox store as a WSGI application: log, faults, keys, throttling, and the way from a request to its call.

A plain callable of the standard library (PEP 3333), so that `-p demo` can call it in process.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from crmcli import values
from crmcli.sandbox import answers, checks, dates
from crmcli.sandbox.answers import Answer, Refusal
from crmcli.sandbox.calls import ROUTES, Call, Do, Route
from crmcli.sandbox.faults import Cut, Fault, Faults
from crmcli.sandbox.store import Store
from crmcli.sandbox.switches import Switches

BASE_PATH = "/3dCartWebAPI/v1"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

# Recorded with every answer of the real store (wire-facts section 5).
_HEADERS = {
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Expires": "-1",
    "X-AspNet-Version": "4.0.30319",
    "Access-Control-Allow-Origin": "*",
}


@dataclass(frozen=True)
class Keys:
    """The header trio that is let in. The secure URL is compared whatever its spelling (`values.one_store`)."""

    secure_url: str
    private_key: str = field(repr=False)
    token: str = field(repr=False)

    def fit(self, other: Keys) -> bool:
        """Whether another trio is this one."""
        return (_host(self.secure_url), self.private_key, self.token) == (
            _host(other.secure_url),
            other.private_key,
            other.token,
        )


# What the built-in profile `demo` sends; they open nothing else.
DEMO_KEYS = Keys("https://demo.example.com", "demo", "demo")


class SandboxApp:
    """One store behind its API, below `/3dCartWebAPI/v1`; for several threads.

    `keys` None lets in any three that are not empty, or the demo's under the switch for it. `latency` is how many seconds
    each request takes at least. `clock` gives the store's time, aware. `tell` is given a line a request, from several
    threads; what is in it came from the client. `store`, `switches` and `faults` may be changed while it runs.
    """

    def __init__(
        self,
        store: Store,
        switches: Switches | None = None,
        faults: Faults | None = None,
        keys: Keys | None = None,
        latency: float = 0,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.switches = switches or Switches()
        self.faults = faults or Faults()
        self.keys = keys
        self.latency = latency
        self.clock = clock
        self.tell = tell
        self._bucket = _Bucket()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request. Raises Cut where a fault cuts the connection."""
        try:
            raw = _body(environ)  # always read, since a socket closed on unread bytes is reset, whatever was meant
        except OSError:  # the client went, or what it sends is no body
            raise Cut from None
        fault = self.faults.strike(environ["REQUEST_METHOD"], _below(environ))
        time.sleep(self.latency + _delay(fault, after=False))
        answer = self._work(environ, raw, fault)
        self.tell(_told(environ, answer, fault))
        time.sleep(_delay(fault, after=True))
        if fault and fault.kind in ("cut-before", "cut-after"):
            raise Cut(reset=fault.reset)
        if fault and (fault.kind == "cut-headers" or (fault.kind == "cut-body" and not answer.body)):
            raise Cut(sent=b"HTTP/1.1 200 OK\r\nContent-Type: applicat", reset=fault.reset)
        if fault and fault.kind == "drip":
            head = b"Content-Length: 1000000\r\n\r\n" if fault.after else b"Content-Type: "
            raise Cut(sent=b"HTTP/1.1 200 OK\r\n" + head, drip=fault.amount)
        phrase = HTTPStatus(answer.status).phrase if answer.status in set(HTTPStatus) else "Unknown"
        start_response(f"{answer.status} {phrase}", list(_headers(answer, dates.http_date(self.clock())).items()))
        if fault and fault.kind == "cut-body":
            return _half(answer.body, reset=fault.reset)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    def close(self) -> None:
        """Close the store's file."""
        self.store.close()

    def _work(self, environ: Environ, raw: bytes, fault: Fault | None) -> Answer:
        """Do what is asked, unless the fault spares it, and put it into the log: both or neither."""
        fails = fault is not None and fault.kind == "status"
        with self.store.transaction():
            answer = Answer(0) if fault and fault.spares_the_work else self._answer(environ, raw)
            if fault and fails:
                answer = answers.broken(int(fault.amount), fault.body, fault.retry_after)
            self.store.note(
                method=environ["REQUEST_METHOD"],
                path=_below(environ),
                query=environ.get("QUERY_STRING", ""),
                status=answer.status,
                body=raw.decode(errors="replace"),
                refused=answer.refused,
            )
        return answer

    def _answer(self, environ: Environ, raw: bytes) -> Answer:
        switches = self.switches
        if switches.host == "store":
            return answers.moved()
        if environ["REQUEST_METHOD"] == "OPTIONS":  # a browser asks this first, without keys
            return _preflight(environ)
        sent = Keys(*(environ.get(f"HTTP_{name}", "").strip() for name in ("SECUREURL", "PRIVATEKEY", "TOKEN")))
        if not (sent.secure_url and sent.private_key and sent.token):
            return answers.unauthorized(
                "a key is missing: SecureURL, PrivateKey and Token go with every request", switches
            )
        keys = self.keys or (DEMO_KEYS if switches.keys == "demo" else None)
        if keys and not keys.fit(sent):
            return answers.unauthorized("the keys are not those of this store", switches)
        wait = self._bucket.take(switches.bucket)
        if wait:
            return answers.throttled(wait, switches)
        try:
            return self._called(environ, raw, switches)
        except Refusal as refusal:
            return answers.refused(refusal, switches)

    def _called(self, environ: Environ, raw: bytes, switches: Switches) -> Answer:
        """Find the call, read what it takes, and do it. Raises Refusal."""
        method = environ["REQUEST_METHOD"]
        route, numbers, do = _routed(method, environ.get("PATH_INFO", ""))
        if not _takes_json(environ.get("HTTP_ACCEPT", "")):
            raise Refusal(406, {"": "this sandbox answers in JSON alone: send Accept: application/json"}, plain=True)
        query = checks.query(environ.get("QUERY_STRING", ""), route.query if method == "GET" else ())
        body = {}
        if method in ("POST", "PUT"):
            media = environ.get("CONTENT_TYPE", "")
            body = checks.body(raw, media, route.takes, switches, nested=method == "POST")
        elif raw:
            raise Refusal(400, {"": f"{method} has no body"}, plain=True)
        return do(Call(self.store, switches, self.clock(), numbers, query, body))


class _Bucket:
    """The store's leaky bucket: so many requests at once, and so many more a second (wire-facts section 4)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._level = 0.0
        self._when = time.monotonic()

    def take(self, size: tuple[int, float] | None) -> int:
        """Let one request in, of `(burst, per second)`; out: 0, or in how many seconds to come again."""
        if size is None:
            return 0
        burst, rate = size
        with self._lock:
            now = time.monotonic()
            self._level = max(0.0, self._level - (now - self._when) * rate)
            self._when = now
            if self._level + 1 <= burst:
                self._level += 1
                return 0
            return math.ceil((self._level + 1 - burst) / rate) if rate else 60


def _routed(method: str, path: str) -> tuple[Route, list[int], Do]:
    """The route and the call for a method and a path, without regard to case, and the numbers in it. Raises Refusal."""
    route, numbers = _found(path)
    do = route.methods.get(method)
    if do is None:
        allowed = ", ".join(route.methods)
        raise Refusal(405, {"": f"{path} takes {allowed}, not {method}"}, plain=True, headers={"Allow": allowed})
    return route, numbers, do


def _found(path: str) -> tuple[Route, list[int]]:
    """The route of a path, with or without a slash at its end, and the numbers in it. Raises Refusal."""
    parts = path.removesuffix("/").split("/")
    form = "/".join("#" if _is_number(part) else part.lower() for part in parts)
    for route in ROUTES:
        if form == BASE_PATH.lower() + route.path:
            return route, [int(part) for part in parts if _is_number(part)]
    raise Refusal(404, {"": f"there is no path {path}"}, plain=True)


def _preflight(environ: Environ) -> Answer:
    """What a browser wants to know before it sends the keys from a page of another origin (Fetch standard, CORS)."""
    try:
        route, _ = _found(environ.get("PATH_INFO", ""))
    except Refusal as refusal:
        return Answer(404, refused=str(refusal))
    allowed = {"Methods": ", ".join(route.methods), "Headers": "Accept, Content-Type, SecureURL, PrivateKey, Token"}
    return Answer(200, headers={f"Access-Control-Allow-{name}": what for name, what in allowed.items()})


def _is_number(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) <= 10 and int(part) < 2**31


def _below(environ: Environ) -> str:
    """The path below the base, as sent; all of it where it is not below."""
    path = str(environ.get("PATH_INFO", ""))
    return path[len(BASE_PATH) :] if path.lower().startswith(BASE_PATH.lower()) else path


def _told(environ: Environ, answer: Answer, fault: Fault | None) -> str:
    """A request in a line: `PUT /CRM/9 404: ticket 9 does not exist`."""
    query = environ.get("QUERY_STRING", "")
    asked = f"{environ['REQUEST_METHOD']} {_below(environ)}{'?' if query else ''}{query}"
    said = f"{asked} {answer.status or 'not done'}" + (f": {answer.refused}" if answer.refused else "")
    return said if fault is None else f"{said} (fault {fault.kind})"


def _body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH", "")
    if length.isdigit():
        return bytes(environ["wsgi.input"].read(int(length)))
    # Without a length only a server that marks the end of a chunked body may be read (werkzeug does).
    return bytes(environ["wsgi.input"].read()) if environ.get("wsgi.input_terminated") else b""


def _takes_json(accept: str) -> bool:
    return not accept or any(media in accept.lower() for media in ("json", "*/*", "application/*"))


def _host(url: str) -> str:
    return values.one_store(f"- {url.strip()}")


def _delay(fault: Fault | None, *, after: bool) -> float:
    return fault.amount if fault and fault.kind == "delay" and fault.after == after else 0


def _headers(answer: Answer, date: str) -> dict[str, str]:
    # The kind of a body that isn't there is not named.
    kind = {"Content-Type": answer.kind} if answer.body else {}
    return {**_HEADERS, **kind, "Date": date, "Content-Length": str(len(answer.body)), **answer.headers}


def _half(body: bytes, *, reset: bool) -> Iterator[bytes]:
    """Half of what Content-Length promised, then the cut."""
    yield body[: len(body) // 2]
    raise Cut(reset=reset)
