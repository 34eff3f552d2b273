"""What a profile allows: held here, below every call, so that no command can forget it."""

from __future__ import annotations

from dataclasses import dataclass

from crmcli import errors


@dataclass(frozen=True)
class Policy:
    """What a profile allows, and whether writes are rehearsed: built and shown, but not sent."""

    read_only: bool = False
    send: bool = True
    rehearse: bool = False

    def allow(self, *, mails: bool) -> None:
        """Raise BadConfig when the profile forbids a write, or one that `mails` a customer; a rehearsal sends nothing."""
        if self.rehearse:
            return
        if self.read_only:
            raise errors.BadConfig(
                "This profile is read-only (read_only = true): nothing was sent.",
                hint="Use another profile with -p, or take read_only out of this one.",
            )
        if mails and not self.send:
            raise errors.BadConfig(
                "This profile must not mail customers (send = false): nothing was sent.",
                hint="Use another profile with -p, or take send out of this one.",
            )
