"""What a command keeps on disk, each file opened when it is first needed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crmcli.outbox.box import Box
    from crmcli.output.sink import Output
    from crmcli.retention import Retention
    from crmcli.runs.blanks import Look
    from crmcli.runs.journal import Journal
    from crmcli.trash import Trash


class Keeping:
    """The files of a `State` in the state folder."""

    @property
    def output(self) -> Output:
        """Where warnings about them go."""
        raise NotImplementedError

    @cached_property
    def box(self) -> Box:
        """The outbox's file."""
        from crmcli import paths
        from crmcli.outbox.box import Box

        return Box(
            paths.state_folder() / "outbox.db",
            retention=self._retention,
            unfinished=lambda keys: self.journal.unfinished(keys),  # noqa: PLW0108 - made when it is asked, not before
            warn=self.output.warn,
        )

    @cached_property
    def trash(self) -> Trash:
        """The trash's file."""
        from crmcli import paths
        from crmcli.trash import Trash

        return Trash(paths.state_folder() / "trash.db", note=self.output.warn)

    @cached_property
    def journal(self) -> Journal:
        """The journal's file."""
        from crmcli import paths
        from crmcli.runs.journal import Journal

        return Journal(paths.state_folder() / "runs.db", retention=self._retention, warn=self.output.warn)

    def mending(self, ticket: int, store: str) -> AbstractContextManager[Look | None]:
        """What updates that were ended half-way left blank in a ticket (`api.changes.Mending`)."""
        from crmcli.runs import blanks

        return blanks.mending(self.journal, ticket, store=store, told=self.output.note)

    @cached_property
    def _retention(self) -> Retention:
        from crmcli.retention import Retention

        return Retention(self.output.warn)
