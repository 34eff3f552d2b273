"""How what a command makes at the store goes out, and since when it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from crmcli.keeping import Keeping

if TYPE_CHECKING:
    from crmcli.api.crm import Crm
    from crmcli.outbox.delivery import Delivery
    from crmcli.settings import Settings
    from crmcli.state import Shared


class Sending(Keeping):
    """What of a `State` sends."""

    shared: Shared
    verb: str
    given: Mapping[str, object]

    @property
    def settings(self) -> Settings:
        """The profile in force."""
        raise NotImplementedError

    @property
    def crm(self) -> Crm:
        """The store."""
        raise NotImplementedError

    @cached_property
    def delivery(self) -> Delivery:
        """How what makes something goes out: through the outbox of this profile's store. Raises BadConfig."""
        from crmcli.outbox.delivery import Delivery

        settings = self.settings
        return Delivery(
            self.box,
            store=settings.store,
            profile=settings.profile,
            settle=settings.settle,
            note=self.output.note,
            warn=self.output.warn,
            once=self.shared.once,
            verb=self.verb,
            words=self._words,
            decided=lambda: self.decided,
            again=self.shared.send_again,
            rest=self.crm.rest,
        )

    @cached_property
    def _words(self) -> str:
        """What tells this command when it is run again: all that it was told to do, and not how to ask or what to print."""
        import hashlib
        import json

        told = json.dumps([self.verb, {**self.given, "yes": None}], sort_keys=True, default=str)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    @cached_property
    def decided(self) -> str:
        """The moment, as the outbox counts, at which this command began, and it was decided what it sends. Raises BadConfig."""
        return "" if self.shared.dry_run else self.box.now()
