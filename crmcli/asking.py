"""Questions to the person at the terminal, and what is done where nobody is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from crmcli import errors, values

if TYPE_CHECKING:
    from crmcli.api.crm import Crm
    from crmcli.output.sink import Output
    from crmcli.settings import Settings
    from crmcli.state import Shared

Thing = TypeVar("Thing")

_NAMED = 20
"""How many things a question names."""
_DID = {"delete": "deleted", "purge": "deleted", "forget": "deleted", "reset": "changed", "remove": "changed"}
_SHOWN = 10
"""How many of them are looked at, to say what they are."""


class Asking:
    """What a `State` asks, by its shared options."""

    shared: Shared
    verb: str

    @property
    def _did(self) -> str:
        """What this command does to what it asks about, and did not do."""
        return _DID.get(self.verb.split()[-1] if self.verb else "", "sent")

    @property
    def output(self) -> Output:
        """Where questions go."""
        raise NotImplementedError

    @property
    def crm(self) -> Crm:
        """The store, which knows what the profile forbids."""
        raise NotImplementedError

    @property
    def settings(self) -> Settings:
        """The profile in force, and so the shop that questions name."""
        raise NotImplementedError

    def at_shop(self, question: str) -> str:
        """A question about a send or a delete, with the shop and the profile: who has several must not take one for another."""
        from crmcli.profiles import NONE

        settings = self.settings
        shop = values.shown(settings.secure_url.partition("://")[2] or settings.secure_url)
        profile = "no profile" if settings.profile == NONE else f"profile {settings.profile}"
        # A name in it may have question marks of its own; what follows the question doesn't.
        asked, mark, more = (question[:-1], "?", "") if question.endswith("?") else question.partition("? ")
        return f"{asked}, at {shop.rstrip('/')} ({profile}){mark}{more}"

    def confirm_delete(
        self, things: Sequence[Thing], *, noun: str, yes: bool, about: Callable[[Thing], str] | None = None
    ) -> None:
        """Have a delete confirmed by typing what is to go: its number or name, or how many they are. Raises BadUsage.

        `about` says what a thing is. It is asked only where a person is, and raises NotFound where there is no such thing.
        """
        if not things:  # `-` brought none: a job that finds nothing to do is done
            return
        if yes or self.shared.dry_run:
            return
        self.crm.allow(mails=False)  # nobody is asked about what the profile forbids
        one = len(things) == 1
        named = ", ".join([*map(str, things[:_NAMED]), *(["…"] if len(things) > _NAMED else [])])
        question = f"Delete {noun} {things[0]}" if one else f"Delete these {len(things)}: {named}"
        if about and self.has_person:
            if one:
                question = ", ".join(filter(None, (question, about(things[0]))))
            else:
                self.output.questions.list_(
                    [(str(thing), _told(about, thing)) for thing in things[:_SHOWN]], more=len(things) - _SHOWN
                )
        self.confirm(self.at_shop(f"{question}?"), word=str(things[0] if one else len(things)), yes=yes)

    @property
    def has_person(self) -> bool:
        """Whether somebody can be asked, who looks at a terminal and types there, and --no-input was not given."""
        from crmcli.output import keyboard  # for this alone

        return not self.shared.no_input and keyboard.is_there()

    def ask(self, question: str, *, flag: str, secret: bool = False, default: str | None = None) -> str:
        """Ask the person at the terminal. Raises BadUsage naming `flag`, which says it without being asked, where nobody is.

        `default` is what the Enter key alone means; without one the question is asked again.
        """
        self._needs_person("an answer", question, flag)
        return self.output.questions.ask(question, secret=secret, default=default)

    def confirm(self, question: str, *, word: str, yes: bool) -> None:
        """Have `word` typed before something that can't be undone, unless `yes`. Raises Declined when it was not."""
        if yes or self.shared.dry_run:
            return
        self._needs_person("a confirmation", question, "--yes")
        if not self.output.questions.typed(question, word):
            raise errors.Declined(f"Not confirmed: nothing was {self._did}.", hint="Type it exactly, or use --yes.")

    def agree(self, question: str, *, yes: bool) -> None:
        """Have a person say yes before something goes out from the shop, unless `yes`. Raises Declined when they don't."""
        if yes or self.shared.dry_run:
            return
        self.crm.allow(mails=True)
        question = self.at_shop(question)
        self._needs_person("a confirmation", question, "--yes")
        if self.ask(f"{question} [y/N]", flag="--yes", default="n").strip().lower() not in ("y", "yes"):
            raise errors.Declined("Not confirmed: nothing was sent.")

    def _needs_person(self, what: str, question: str, flag: str) -> None:
        if not self.has_person:
            raise errors.BadUsage(
                f"This needs {what}, and nobody can be asked here.",
                hint=f"Say it with {flag}; nothing was {self._did}.",
                details=[f"The question: {question}"],
            )


def _told(about: Callable[[Thing], str], thing: Thing) -> str:
    """What a thing is, or that there is none such."""
    try:
        return about(thing)
    except errors.NotFound as failure:
        return failure.message
