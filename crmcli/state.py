"""`State`: what one run works with. Everything heavy is behind it and made when first asked for.

That is the whole of the program's laziness: `state.crm` imports httpx, `state.output` what prints, `state.settings` reads
the profile. A command that needs none of them, or `--help`, pays for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from crmcli import dates, errors, interrupts
from crmcli.asking import Asking
from crmcli.look import Names
from crmcli.sending import Sending

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from crmcli.api.answers import Answer
    from crmcli.api.crm import Crm
    from crmcli.api.paging import Listing
    from crmcli.api.sends import Ack, Send
    from crmcli.known import Known
    from crmcli.output.columns import Shape
    from crmcli.output.sink import Output
    from crmcli.settings import Settings

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Shared:
    """The shared options, as given before or after the subcommand."""

    profile: str | None = None
    output: str | None = None
    fields: str | None = None
    csv_raw: bool = False
    color: str = "auto"
    quiet: bool = False
    verbose: bool = False
    no_input: bool = False
    no_pager: bool = False
    dry_run: bool = False
    once: str | None = None
    send_again: bool = False


class State(Asking, Sending):
    """One run: its options, the `program` (the root command), and the doors to settings, store and output.

    `verb` is the command, as `messages create`, and `given` the options and arguments that are its own; `writes` says that
    it may change the store.
    """

    def __init__(
        self,
        shared: Shared,
        program: Any = None,
        *,
        verb: str = "",
        given: Mapping[str, object] | None = None,
        writes: bool = False,
    ) -> None:
        self.shared = shared
        self.program = program
        self.verb = verb
        self.given = given or {}
        self._writes = writes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, failure: object, __: object) -> None:
        if isinstance(failure, errors.CrmError):
            failure.profile = self.shared.profile
            self._tell_untouched(failure)
        if "crm" in self.__dict__:
            self.crm.close()
        # Who was interrupted, or met a fault of ours, runs it again: that must find what was sent, and mail nothing twice.
        is_told = failure is None or isinstance(failure, errors.CrmError | BrokenPipeError)
        if "delivery" in self.__dict__ and is_told and not isinstance(failure, errors.Interrupted):
            interrupts.over(failure if isinstance(failure, errors.CrmError) else None)
            self.delivery.told()

    def _tell_untouched(self, failure: errors.CrmError) -> None:
        if self._writes and "crm" in self.__dict__ and not self.shared.dry_run and not self.crm.wrote:
            from crmcli import untouched  # for this alone

            untouched.tell(failure, self.verb, once=self.shared.once is not None)

    def with_profile(self, profile: str | None) -> State:
        """The same run with another profile; itself when `profile` is None."""
        if profile is None:
            return self
        return State(
            replace(self.shared, profile=profile), self.program, verb=self.verb, given=self.given, writes=self._writes
        )

    @cached_property
    def settings(self) -> Settings:
        """The profile in force. Raises BadConfig."""
        from crmcli import settings
        from crmcli.profiles import NONE

        named = self.shared.profile
        found = settings.load(named)
        over = ", ".join(settings.overriding())
        is_mixed = bool(settings.KEYS_OF_A_STORE & settings.overriding().keys()) and found.profile != NONE
        if over and (named or is_mixed) and not found.is_demo:
            # A shell that was set up for one store and a profile for another: whoever mails must know which it is.
            rest = "" if named else f" The rest, as base_url {found.base_url}, is the profile's."
            rest = "" if "CRMCLI_BASE_URL" in settings.overriding() else rest
            self.output.note(f"Set in the environment, and so over profile {found.profile}: {over}.{rest}")
        return found

    @cached_property
    def _zone(self) -> ZoneInfo | None:
        from crmcli import settings

        return settings.zone(self.shared.profile)

    def moment(self, unix: float) -> str:
        """A Unix time as the store writes its dates; where no profile is usable, by this machine's own clock."""
        from datetime import datetime

        return f"{datetime.fromtimestamp(unix, self._zone):%Y-%m-%dT%H:%M:%S}"

    @cached_property
    def crm(self) -> Crm:
        """The store. Raises BadConfig."""
        from crmcli import paths
        from crmcli.api.crm import Crm
        from crmcli.api.policy import Policy

        settings, app = self.settings, None
        if settings.is_demo:
            from crmcli.sandbox import demo

            app = demo.app()
        return Crm(
            base_url=settings.base_url,
            secure_url=settings.secure_url,
            private_key=settings.private_key,
            token=settings.token,
            timezone=settings.timezone,
            timeout=settings.timeout,
            page_size=settings.page_size,
            rate_limit=settings.rate_limit,
            store=settings.store,
            rate_file=paths.state_folder() / "rate.db" if settings.rate_limit else None,
            policy=Policy(settings.read_only, settings.send, rehearse=self.shared.dry_run),
            app=app,
            trace=self.output.trace if self.shared.verbose else None,
            waiting=self.output.waiting,
            deliver=lambda send: self.delivery(send),  # noqa: PLW0108 - made when something is sent, not before
            keep=lambda *gone: self.trash.keep(*gone, store=settings.store, profile=settings.profile),
            mending=lambda ticket: self.mending(ticket, settings.store),
            hold=lambda what: self.claims.held(what),  # noqa: PLW0108 - made when something is changed, not before
            heard=self.known.keep,
        )

    @cached_property
    def known(self) -> Known:
        """What the profile's departments, statuses and saved replies were called when last listed. Raises BadConfig."""
        from crmcli.known import Known

        return Known(self.settings.profile, self.settings.store)

    @cached_property
    def output(self) -> Output:
        """Where everything goes that is printed. Raises BadUsage."""
        from crmcli.output.sink import Output

        shared = self.shared
        return Output(
            format=shared.output,
            fields=shared.fields,
            color=shared.color,
            quiet=shared.quiet,
            verbose=shared.verbose,
            csv_raw=shared.csv_raw,
            look=Names(self),
            paged=not shared.no_pager,
            profile=shared.profile,
        )

    def each(self, things: Iterable[Given], do: Callable[[Given], Made], *, noun: str) -> Iterator[Made]:
        """Do something with each thing, going on past those that fail; each failure is reported as it happens.

        Raises at the end: what failed, when there was one thing; Partial when only some failed. What is `errors.ENDING`
        ends it at once.
        """
        todo = list(things)
        failed: list[errors.CrmError] = []
        for done, thing in enumerate(todo):
            try:
                made = do(thing)
            except errors.ENDING as failure:
                left = ", ".join(str(other) for other in todo[done + 1 :])
                if done == len(failed):
                    raise
                self.output.error(failure)
                rest = f"; not tried: {noun} {left}" if left else ""
                raise errors.Partial(f"Ended at {noun} {thing}{rest}.") from None
            except errors.CrmError as failure:
                if len(todo) == 1:
                    raise
                failed.append(failure)
                self.output.error(failure)
            else:
                yield made
        if failed:
            raise errors.Partial(f"{len(failed)} of {len(todo)} failed.")

    def shown(self, answer: Answer) -> None:
        """Print what the store answered to a read, as it came: its JSON, or the text that it is instead."""
        try:
            data = answer.data
        except ValueError:
            self.output.text(answer.text)
            return
        if isinstance(data, list):
            self.output.documents([data])
        else:
            self.output.document(data)

    def answered(self, ack: Ack) -> None:
        """Print what the store answered to a write, as JSON; of a rehearsed one, what would have been sent."""
        if ack.sent:
            self.output.results.raw(ack.raw)
            if ack.odd:
                self.output.warn(ack.odd)
        else:
            self.output.results.request(ack.request.method, ack.request.url, ack.request.body)

    def rehearsed(self, send: Send) -> Ack:
        """What would go out, where nothing is to be sent. Raises what preparing it raises."""
        from crmcli.api.sends import straight

        return straight(send)

    def run(self, things: Iterable[Given], do: Callable[[Given], None], *, noun: str) -> None:
        """As `each`, for what gives nothing."""
        for _ in self.each(things, do, noun=noun):
            pass

    def show(self, listing: Listing, shape: Shape, *, count: bool) -> None:
        """Print a list, or with `count` the number of its rows; a list that the limit cut says so."""
        if count:
            self.output.number(listing.count())
            return
        shown = self.output.pages(listing.pages(), shape)
        if listing.cut:
            shows = f"{shown:,} {shape.plural} are shown" if shown > 1 else f"{shape.noun} is shown"
            self.output.note(f"Only the first {shows}; --all shows every one, --limit N more.")
        if listing.missing:
            self.output.warn(f"The store counts {listing.missing:,} {shape.plural} more than it gave.")

    def told(self, acks: Iterable[Ack], *, noun: str, many: bool = False) -> None:
        """Say what each write did, as it is done; with `many`, JSON is one array of all."""
        with self.output.results.together() if many else nullcontext():
            for ack in acks:
                self.tell(ack, noun=noun)

    def changed(self, checkpoint: str, filters: Mapping[str, Any]) -> None:
        """Print the tickets that changed since the last run under a checkpoint, and advance it once they are written out."""
        from crmcli import checkpoints
        from crmcli.output.columns import TICKETS

        settings = self.settings
        with checkpoints.run(profile=settings.profile, store=settings.store, name=checkpoint, filters=filters) as point:
            tickets = self.crm.tickets
            self.output.pages(
                point.fresh(lambda since: tickets.list(**{**filters, "active_after": since}), now=self._hour), TICKETS
            )
            for said in point.doubts(hour=self._hour(), told=self.crm.now is not None, zone=settings.timezone):
                self.output.warn(said)

    def _hour(self) -> datetime:
        """The hour in the store's zone, by its own clock where its last answer told that, else by ours."""
        from zoneinfo import ZoneInfo

        return (self.crm.now or dates.utc_now()).astimezone(ZoneInfo(self.settings.timezone))

    def tell(self, ack: Ack, *, noun: str, line: int | None = None) -> None:
        """Say what one write did; of a rehearsed one, what would have been sent. `line` is that of the file it stood in."""
        if not ack.sent:
            self.output.results.request(ack.request.method, ack.request.url, ack.request.body)
            return
        ident = None if ack.number is None else str(ack.number)
        did = " ".join(filter(None, (noun.capitalize(), ident, ack.did)))
        raw = ack.raw if line is None else [{"Row": line, **row} for row in ack.raw]
        self.output.results.written(raw, did=did, ident=ident)
        if ack.odd:
            self.output.warn(ack.odd)
