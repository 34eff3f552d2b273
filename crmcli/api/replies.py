"""Saved replies (API page, "CRM Saved Reply"); their number is the field `Id`."""

from __future__ import annotations

from crmcli.api import names
from crmcli.api.bodies import Row
from crmcli.api.changes import Seen, check, unseen
from crmcli.api.collection import Numbered
from crmcli.api.paging import Listing
from crmcli.api.sends import Ack, Likeness, Send, alike

_LIKENESS = Likeness(("Title", "Message"))


class Replies(Numbered):
    """`/CRM/savedreply`."""

    path = "/CRM/savedreply"
    noun = "saved reply"
    key = "Id"
    ack_key = "SavedReplyID"
    name = "Title"

    def list(self, *, title: str | None = None, limit: int | None = None, offset: int = 0) -> Listing:
        """Saved replies; `title` is the store's filter, whose way of matching is not documented. Raises BadUsage."""
        return self._listing({"title": title}, limit=limit, offset=offset)

    def find(self, reply: str) -> Row:
        """The saved reply of this number or title. Raises NotFound for a number, BadUsage with the choices for a title."""
        number = names.as_number(reply)
        if number is not None:
            return self.get(number)
        return names.find(reply, self.list(), noun=self.noun, nouns="saved replies", number=self.key, name=self.name)

    def number(self, reply: str) -> int:
        """The number of a saved reply given by number or title; a number is not looked up. Raises BadUsage."""
        number = names.as_number(reply)
        return self.number_of(self.find(reply)) if number is None else number

    def create(self, *, fields: Row) -> Ack:
        """Make a saved reply of these fields (`Title`, `Message`). Raises BadUsage before anything is sent, Unsure."""
        return self._deliver(self.sending(fields=fields))

    def sending(self, *, fields: Row) -> Send:
        """A saved reply that is to be made; one of the same title and text looks just like it, and of either may be it."""

        def prepare() -> Row:
            from crmcli.api import models

            models.check(models.SavedReply, fields, required=("Title", "Message"))
            return fields

        def look(body: Row) -> tuple[list[Row], list[Row]]:
            there = [*self._proving()]
            titled, worded = alike(body, there, ("Title",)), alike(body, there, ("Message",))
            return alike(body, titled, ("Message",)), [*titled, *worded]

        def of(body: Row) -> Send:
            return self.sending(fields=body)

        return self._sending(self.path, fields, likeness=_LIKENESS, of=of, prepare=prepare, look=look)

    def check(self, changes: Row, *, number: int | None = None) -> None:
        """Whether these fields can be set, of any saved reply or of this one, as far as can be told here. Raises BadUsage."""
        from crmcli.api import models

        check(models.SavedReply, changes, key=self.key, number=number)

    def update(self, number: int, *, changes: Row, seen: Seen = unseen) -> Ack:
        """Change the named fields of a saved reply; the whole of it is sent, so that nothing is blanked. `seen` may stop it."""
        self.check(changes, number=number)
        return self._updated_whole(number, changes, read=self.get, seen=seen)
