"""What was kept under one address of a store, and is asked for under another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmcli import errors

if TYPE_CHECKING:
    from crmcli.settings import Settings


def another(settings: Settings, what: str, did: str, store: str, profile: str) -> errors.BadUsage:
    """The error for `what`, which was `did` (written, made, deleted) for a `store` that is not that of the settings."""
    said = f"{what} is of another store ({store}); this one is {settings.store}."
    hint = f"It was {did} with -p {profile}."
    if profile == settings.profile:
        hint = (
            f"It was {did} with this profile: its addresses, base_url (or CRMCLI_BASE_URL) and secure_url, were changed "
            "since. Nothing was sent."
        )
    return errors.BadUsage(said, hint=hint)
