"""What the five nouns of the API have in common: plain calls on a path, and the acks of writes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from crmcli import errors
from crmcli.api import answers, bodies, empties, putting
from crmcli.api.bodies import Row
from crmcli.api.changes import Hold, Seen, same, unheld, unseen, whole
from crmcli.api.deleting import Deletion, Keep, unkept
from crmcli.api.pages import asking, counted, page
from crmcli.api.paging import Listing
from crmcli.api.sends import Ack, Deliver, Likeness, Send, Sight, straight
from crmcli.api.transport import Before, Request, Transport

Heard = Callable[[dict[int, str] | None], None]
"""Told the names by number of a list that was read whole, and None when something in it is about to change."""


class Collection:
    """One noun: its path below the API, the field that identifies a row, and how its rows are read and written."""

    path: ClassVar[str]
    noun: ClassVar[str]
    key: ClassVar[str]
    ack_key: ClassVar[str]
    name: ClassVar[str] = ""
    """The field that holds what a row is called, where people go by it."""
    to_read: ClassVar[int] = 1
    """How many requests it takes to read all of an object, at least."""

    def __init__(
        self,
        transport: Transport,
        *,
        page_size: int,
        deliver: Deliver = straight,
        keep: Keep = unkept,
        heard: Heard | None = None,
        hold: Hold = unheld,
    ) -> None:
        self._transport = transport
        self._page_size = page_size
        self._keep = keep
        self._heard = heard
        # A rehearsal changes nothing, so there is nothing to hold, to keep or to look for.
        self._hold = unheld if transport.policy.rehearse else hold
        self._deliver = straight if transport.policy.rehearse else deliver

    def held(self, number: int) -> AbstractContextManager[None]:
        """Within it nobody else changes the object of this number, who goes by the same `changes.Hold`."""
        return self._hold(f"{self.noun} {number}")

    def identity(self, row: Row) -> Hashable:
        """What tells a row from the others of its list. Raises StoreFailed when it has nothing of the kind."""
        return self.number_of(row)

    def number_of(self, row: Row) -> int:
        """The number of a row, which a store may write as a number or as text. Raises StoreFailed when it has none."""
        try:
            return int(row[self.key])
        except (KeyError, TypeError, ValueError):
            raise errors.StoreFailed(
                f"The store gave a {self.noun} without a {self.key}: its answer can't be read."
            ) from None

    def _noted(self, row: Row) -> int:
        """As `number_of`, of a row that is written down: no more than 64 bits."""
        number = self.number_of(row)
        if number > bodies.LARGEST_NUMBER:
            raise errors.StoreFailed(f"The store gave a {self.noun} the {self.key} {number}: that is too large.")
        return number

    def _listing(
        self,
        params: Mapping[str, object],
        *,
        limit: int | None,
        offset: int,
        keep: Callable[[Row], bool] | None = None,
        newest: bool = False,
        proves: bool = False,
    ) -> Listing:
        """The rows that match; `proves` is as `asking` has it. Raises BadUsage for a filter that is empty."""
        empty = [name for name, value in params.items() if isinstance(value, str) and not value.strip()]
        if empty:
            # The store takes an empty filter for none (API page): an unset variable in a script must not mean "all".
            raise errors.BadUsage(
                f"An empty filter ({', '.join(empty)}) would match every {self.noun}.", hint="Leave it out, or fill it."
            )
        kind = Listing
        if newest:
            from crmcli.api.newest import Newest

            kind = Newest
        count = cache(lambda: counted(self._transport, self.path, params))
        return kind(
            asking(self._transport, self.path, params, count=count, proves=proves),
            identity=self.identity,
            page_size=self._page_size,
            limit=limit,
            offset=offset,
            keep=keep,
            whole=self._told if self._heard and not any(params.values()) else None,
            total=count,
            soon=lambda offset, limit: self._transport.expect(self.path, page(params, offset, limit)),
        )

    def _proving(self, **filters: str) -> Listing:
        """All rows that match, for who takes it as the proof that something is not there if it isn't among them."""
        return self._listing(filters, limit=None, offset=0, proves=True)

    def _told(self, rows: Sequence[Row]) -> None:
        named = ((row.get(self.key), row.get(self.name)) for row in rows)
        if self._heard:
            self._heard({number: str(name) for number, name in named if type(number) is int and name})

    def _one(self, path: str, wanted: Mapping[str, int], missing: str) -> Row:
        """The one object at a path, in an array of one or bare; it must be the one that was `wanted`.

        Raises NotFound where there is none; BadConfig for an answer without a body, or a web page, at what is not the API.
        """
        answer = self._transport.read(path)
        if answer.status in (404, 410):
            none = errors.NotFound(missing, status=answer.status)
            none.is_page = answer.is_page
            if answer.is_page or not answer.text.strip():  # any server says so of a path that it doesn't have
                empties.vouch(self._transport, answer)
            raise none
        rows = answers.good(answer).rows()
        if not rows:
            if empties.is_nothing(answer):
                empties.vouch(self._transport, answer)
            raise errors.NotFound(missing, status=answer.http_status)
        for name, number in wanted.items():
            if str(rows[0].get(name)) != str(number):
                raise answer.unreadable(
                    f"{name} {number} was asked for, and {rows[0].get(name, 'something else')} came"
                )
        return rows[0]

    def _sending(
        self,
        path: str,
        body: Row,
        *,
        likeness: Likeness,
        of: Callable[[Row], Send],
        prepare: Callable[[], Row],
        look: Callable[[Row], tuple[Iterable[Row], Iterable[Row]]],
        mails: bool = False,
        missing: str | None = None,
        holds: str = "",
    ) -> Send:
        """Something to be made by a POST.

        `look` gives the rows at the store that look just like a body, and those that might be it in other words.
        """
        final: Row = {}

        def prepared() -> Row:
            final.update(prepare())
            bodies.encoded(final)
            return final

        return Send(
            kind=self.noun,
            path=path,
            body=body,
            allow=lambda: self._transport.policy.allow(mails=mails),
            prepare=prepared,
            post=lambda leaving: self._write(
                "created", "POST", path, final, mails=mails, missing=missing, before=leaving
            ),
            look=lambda: self._sight(*look(final or body)),
            made=lambda number, raw: self._ack(
                "created", number, Request("POST", self._transport.base_url + path, body), raw, status=201
            ),
            likeness=likeness,
            of=of,
            holds=holds,
        )

    def _sight(self, alike: Iterable[Row], others: Iterable[Row]) -> Sight:
        rows = {self._noted(row): row for row in alike}
        return Sight(frozenset(rows), frozenset(map(self._noted, others)), rows)

    def known(self, did: str, number: int, *, path: str | None = None) -> Ack:
        """The ack of a write of an earlier run that is seen to be done."""
        method, path = ("PUT" if did == "updated" else "DELETE"), path or f"{self.path}/{number}"
        return self._ack(did, number, Request(method, self._transport.base_url + path), (), status=200)

    def _was_so(self, before: Row, changes: Row, number: int) -> Ack | None:
        """What an update gives that would change nothing: nothing is sent then. None for any other, and in a rehearsal."""
        if self._transport.policy.rehearse or not all(same(before.get(name), to) for name, to in changes.items()):
            return None
        self._transport.policy.allow(mails=False)
        ack = self.known("updated", number)
        raw = [{**row, "Message": "It was so already: nothing was sent."} for row in ack.raw]
        return replace(ack, did="was so already", raw=raw, was_so=True)

    def _ack(self, did: str, number: int | None, request: Request, raw: Sequence[Row], *, status: int) -> Ack:
        """What a write gives.

        Scripts read the ack's Status and Value: where the store sent none, they get one made of what is known.
        """
        value = "" if number is None else str(number)
        known = [{"Key": self.ack_key, "Value": value, "Status": str(status), "Message": ""}]
        return Ack(did, number, request, list(raw) or known)

    def _write(
        self,
        did: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        number: int | None = None,
        mails: bool = False,
        missing: str | None = None,
        before: Before | None = None,
    ) -> Ack:
        """Send a write; the ack's number is the store's, or for a call on a numbered object that number."""
        request = Request(method, self._transport.base_url + path, body)
        self._transport.policy.allow(mails=mails)  # before what is known of the store is forgotten
        if self._heard and not self._transport.policy.rehearse:
            self._heard(None)
        try:
            answer = self._transport.write(request, mails=mails, makes=method == "POST", before=before)
        except errors.NotFound as fault:
            raise errors.NotFound(missing or f"No {self.noun} {number}.", status=fault.status) from None
        if answer is None:
            return Ack(did, number, request, sent=False)
        if number is None:
            number = bodies.ack_number(answer.acks)
        return self._ack(did, number, request, answer.acks, status=answer.http_status)

    def _updated_whole(self, number: int, changes: Row, *, read: Callable[[int], Row], seen: Seen = unseen) -> Ack:
        """Change the named fields of an object that is put whole: `read` gives it as it is. `seen` may stop it."""
        with self.held(number):
            before = read(number)
            body = whole(before, changes)
            seen(before)
            return self._was_so(before, changes, number) or self._updated(
                f"{self.path}/{number}", body, number=number, before=before, changes=changes, look=lambda: read(number)
            )

    def _updated(
        self,
        path: str,
        body: Row,
        *,
        number: int,
        before: Row,
        changes: Row,
        look: Callable[[], Row],
        leaving: Before | None = None,
    ) -> Ack:
        """Send an update of an object, as it was `before`, that is to have these changes; `leaving` is called before each try.

        Where the answer is no clear success, `look` tells whether it was done. Raises as `_write`, and `putting.settled`.
        """
        label = f"{self.noun} {number}"
        try:
            return self._write("updated", "PUT", path, body, number=number, before=leaving)
        except putting.Done as done:
            status = done.status
        except errors.CrmError as failure:
            putting.settled(failure, before=before, changes=changes, look=look, label=label)
            status = failure.status
        return self._odd(path, status, number)

    def _odd(self, path: str, status: int | None, number: int) -> Ack:
        """The ack of an update that is seen to be done, and was answered as if it were not."""
        odd = putting.odd(path, status, f"{self.noun} {number}")
        ack = self.known("updated", number, path=path)
        return replace(ack, odd=odd, raw=[{**row, "Message": odd} for row in ack.raw])

    def _delete(
        self,
        path: str,
        read: Callable[[], Row],
        *,
        look: Callable[[], Row | None],
        label: str,
        number: int,
        seen: Seen,
        requests: int = 1,
    ) -> Ack:
        """Delete what is at a path, once it was read whole and kept; a rehearsal does neither.

        Raises NotFound when it isn't there (nothing is sent then), and as `Deletion`.
        """
        self._transport.policy.allow(mails=False)
        request = Request("DELETE", self._transport.base_url + path)
        if self._transport.policy.rehearse:
            return Ack("deleted", number, request, sent=False)
        if self._heard:
            self._heard(None)
        deletion = Deletion(
            self._transport,
            noun=self.noun,
            path=path,
            label=label,
            read=read,
            look=look,
            seen=seen,
            keep=self._keep,
            requests=requests,
        )
        answer, odd = deletion(lambda before: self._transport.write(request, before=before))
        ack = self._ack("deleted", number, request, answer.acks if answer else (), status=200)
        return replace(ack, odd=odd, raw=[{**row, "Message": odd} for row in ack.raw]) if odd else ack


class Numbered(Collection):
    """A noun whose objects the API fetches and deletes by their number alone."""

    def get(self, number: int) -> Row:
        """One object by its number. Raises NotFound, and what `Transport.read` does."""
        return self._one(f"{self.path}/{number}", {self.key: number}, f"No {self.noun} {number}.")

    def delete(self, number: int, *, seen: Seen = unseen) -> Ack:
        """Delete one object by its number, kept whole first. Raises as `_delete`."""
        with self.held(number):
            return self._delete(
                f"{self.path}/{number}",
                lambda: self.whole(number),
                look=lambda: self.whole(number),
                label=f"{self.noun} {number}",
                number=number,
                seen=seen,
                requests=self.to_read,
            )

    def whole(self, number: int) -> Row:
        """All that is deleted with an object. Raises as `get`."""
        return self.get(number)
