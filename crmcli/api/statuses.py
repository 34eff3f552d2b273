"""Statuses (API page, "CRM Status"), which carry two numbers.

`StatusId` is the number of a status: tickets carry it. `Id` is the key of its row. Which of the two `/CRM/status/{id}`
means is not documented, and whether GET exists on it at all is doubtful (wire-facts sections 1 and 6). So a status is
always checked against the list, and a rename is looked at afterwards.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import AbstractContextManager

from crmcli import errors
from crmcli.api import answers, names
from crmcli.api.bodies import Row
from crmcli.api.changes import check, whole
from crmcli.api.collection import Collection
from crmcli.api.paging import Listing
from crmcli.api.sends import Ack


class Statuses(Collection):
    """`/CRM/status`. A number here is a `StatusId`."""

    path = "/CRM/status"
    noun = "status"
    key = "StatusId"
    ack_key = "StatusId"
    name = "StatusName"

    def list(self, *, limit: int | None = None, offset: int = 0) -> Listing:
        """All statuses."""
        return self._listing({}, limit=limit, offset=offset)

    def identity(self, row: Row) -> Hashable:
        """Both numbers: two rows might share one of them. Raises StoreFailed when a row has neither."""
        numbers = (str(row.get("Id") or ""), str(row.get(self.key) or 0))
        if "Id" not in row and self.key not in row:
            raise errors.StoreFailed("The store listed a status without a number: its answer can't be read.")
        return numbers

    def find(self, status: str) -> Row:
        """The status of this number or name. Raises NotFound for a number, BadUsage with the choices for a name."""
        number = names.as_number(status)
        if number is not None:
            return self.get(number)
        return names.find(status, self.list(), noun=self.noun, nouns="statuses", number=self.key, name=self.name)

    def number(self, status: str) -> int:
        """The number of a status given by number or name; a number is not looked up. Raises BadUsage."""
        number = names.as_number(status)
        return self.number_of(self.find(status)) if number is None else number

    def get(self, number: int) -> Row:
        """The status of this number. Raises NotFound.

        `GET /CRM/status/{id}` is asked first; the list decides where that call doesn't exist or means the other number.
        """
        answer = self._transport.read(f"{self.path}/{number}")
        rows = _rows(answer)
        if len(rows) == 1 and str(rows[0].get(self.key)) == str(number):
            return rows[0]
        if answer.status in (401, 403):
            raise answers.failure(answer)
        return names.numbered(number, self.list(), noun=self.noun, key=self.key)

    def update(self, number: int, *, changes: Row) -> Ack:
        """Change the named fields of a status (`StatusName`). Raises NotFound, BadUsage, StoreFailed.

        The path's `{id}` is tried as the number under which the store gives this very row, then as the other one; after
        each try the list is read again. Should another row have got the name, it gets its own back.
        """
        from crmcli.api import models

        check(models.Status, changes, key=self.key, number=number)
        with self.held(number):
            return self._update(number, changes)

    def held(self, number: int) -> AbstractContextManager[None]:  # noqa: ARG002 - by which of the two it goes is not known
        """All of them, since the list is compared with itself."""
        return self._hold("the statuses")

    def _update(self, number: int, changes: Row) -> Ack:
        before = {self.identity(row): row for row in self.list()}
        mine = names.numbered(number, before.values(), noun=self.noun, key=self.key)
        if was_so := self._was_so(mine, changes, number):
            return was_so
        last: errors.CrmError = errors.NotFound(f"No status {number}.")
        for candidate in self._candidates(mine):
            path = f"{self.path}/{candidate}"
            try:
                ack = self._write("updated", "PUT", path, whole(mine, changes), number=number)
            except errors.CrmError as fault:
                if self._is_done(fault, before, changes):
                    ack = self._odd(path, fault.status, number)
                elif isinstance(fault, errors.NotFound):
                    continue
                elif isinstance(fault, errors.Rejected):
                    # By the other number this path is another row, and the body's numbers aren't that row's.
                    last = fault
                    continue
                else:
                    raise
            if not ack.sent or str(mine.get("Id")) == str(number):
                return ack
            hit = self._hit(before, changes)
            if self.identity(mine) in hit or changes.get("StatusName", mine.get("StatusName")) == mine.get(
                "StatusName"
            ):
                return ack
            if not hit:
                last = errors.StoreFailed(
                    f"The store said that status {number} was updated, but its name is what it was."
                )
                continue
            for row in hit.values():  # the path is proven to be this row's: it got the name that was sent there
                own = {self.name: row.get(self.name) or ""}
                self._write("updated", "PUT", path, whole(row, own), number=number)
            last = errors.StoreFailed(f"The store took {candidate} for another status than {number}; it was put back.")
        raise last

    def _is_done(self, failure: errors.CrmError, before: Mapping[Hashable, Row], changes: Row) -> bool:
        """Whether some status has the new name, though the store said otherwise. Raises what failed where nobody can see."""
        try:
            return failure.status is not None and bool(self._hit(before, changes))
        except errors.Interrupted:
            raise
        except errors.CrmError as why:
            failure.may_be_done = True
            failure.details += why.details[-1:]
            raise failure from None

    def _hit(self, before: Mapping[Hashable, Row], changes: Row) -> dict[Hashable, Row]:
        """The rows, as they were, that have the new name now and had another."""
        name = changes.get("StatusName")
        try:
            after = {self.identity(row): row for row in self.list()}
        except errors.CrmError as fault:
            fault.details.append(f"A status was renamed to {name!r}; whether it was the right one could not be seen.")
            raise
        return {
            key: row
            for key, row in before.items()
            if name is not None and row.get("StatusName") != name and after.get(key, row).get("StatusName") == name
        }

    def _candidates(self, mine: Row) -> tuple[int, ...]:
        """What `{id}` in the path may be for this row, the likelier first."""
        number, key = self.number_of(mine), mine.get("Id")
        if not isinstance(key, int) or key == number:
            return (number,)
        # Where GET exists it tells which of the two the store goes by.
        rows = _rows(self._transport.read(f"{self.path}/{number}"))
        return (number, key) if rows and self.identity(rows[0]) == self.identity(mine) else (key, number)


def _rows(answer: answers.Answer) -> list[Row]:
    """The rows of a good answer, [] for any other: this call may not exist, and then anything may come."""
    try:
        return answer.rows() if answer.ok else []
    except errors.StoreFailed:
        return []
