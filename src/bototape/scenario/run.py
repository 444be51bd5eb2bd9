"""
Record a plan; the cassette appears only when every step did what it should.

Prints nothing: progress goes to a callback.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from bototape import cassettes, tape
from bototape.adapters import active
from bototape.capture import estate as estates
from bototape.capture import surroundings
from bototape.capture.budget import Budget
from bototape.capture.estate import only
from bototape.capture.intake import Intake, Known
from bototape.capture.quiet import Quiet, discreet, quiet
from bototape.capture.surroundings import Machine, this_machine
from bototape.errors import CassetteMissing, CassetteUnwritable, RecordingFailed, UsageError
from bototape.finding import Finding
from bototape.interaction import Cassette, Interaction
from bototape.scenario.model import Scenario
from bototape.scenario.plan import Plan
from bototape.scenario.steps import Interrupted, Journal, Progress, Steps
from bototape.scrub.estate import Estate, joined
from bototape.shapes import Service, parse
from bototape.wire.codec import Codec

__all__ = [
    "Progress",
    "Recorded",
    "Settings",
    "Target",
    "anyone",
    "caller",
    "endpoint_of",
    "open_session",
    "run",
    "target",
]


#: What botocore says of a request in its header ``amz-sdk-request``.
_ATTEMPT = re.compile(r"attempt=(\d+)(?:.*max=(\d+))?")


@dataclass(frozen=True, slots=True)
class Target:
    """The two files a recording writes: the cassette and the ledger of its directory."""

    cassette: Path
    ledger: Path


@dataclass(frozen=True, slots=True)
class Recorded:
    """
    A recording that was written: *interactions* are in it, and stand for so many *answers* (polls are counted).

    *scrubbed* counts distinct values by kind; no value is in here.

    *strange_ledger* says that the ledger was made with other keys than ours: it recognised none of our values.
    *learned* are the ledger's new entries, digest → (kind, pseudonym).
    """

    target: Target
    interactions: int
    answers: int
    endpoint: estates.Endpoint
    scrubbed: Mapping[str, int]
    strange_ledger: bool = False
    learned: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)


def open_session(profile: str | None = None) -> Session:
    """Return a botocore session of *profile*, or of the environment; raises `UsageError` for an unknown profile."""
    try:
        session = Session(profile=profile)
        session.get_scoped_config()
    except BotoCoreError as error:
        raise UsageError(f"cannot use the AWS configuration: {error}", "choose another --profile") from None
    return session


def target(scenario: Scenario, out: Path | None = None) -> Target:
    """
    Return where the recording of *scenario* goes: the directory above ``scenarios/``, or *out*.

    Raises `UsageError` for a scenario elsewhere without *out*, and for a cassette that would replace the scenario.
    """
    source = Path(scenario.path)
    absolute = Path(os.path.abspath(source))  # noqa: PTH100 - resolve() would also follow links
    if out is None and absolute.parent.name != "scenarios":
        raise UsageError(
            f"cannot tell where the cassette of {source} goes: it is not in a directory named scenarios",
            "move it into <cassettes>/scenarios/, or give --out DIR",
        )
    root = out or (source.parent.parent if source.parent.name == "scenarios" else absolute.parent.parent)
    cassette = root / scenario.cassette
    if cassette.resolve() == source.resolve():
        raise UsageError(f"the cassette of {source} would replace the scenario itself", "give another --out DIR")
    return Target(cassette, root / "ledger.json")


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How to record.

    *endpoint_url* None sends to AWS or where the configuration says; *region* None takes the scenario's; *estate*
    None asks STS who is recording; *more* is looked for besides, what the project names; *poll_interval* (seconds)
    None takes the scenario's; *machine* is what its user's surroundings tell; *budget* is what it may cost.
    """

    endpoint_url: str | None = None
    region: str | None = None
    estate: Estate | None = None
    more: Estate = field(default_factory=Estate)
    poll_interval: float | None = None
    machine: Machine = field(default_factory=this_machine)
    budget: Budget = field(default_factory=Budget)


def run(
    plan: Plan,
    session: Session,
    where: Target,
    settings: Settings | None = None,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_note: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    journal: Journal | None = None,
    on_steps_end: Callable[[], None] = lambda: None,
    on_end: Callable[[], None] = lambda: None,
) -> Recorded:
    """
    Record *plan* into *where*. With a custom endpoint nothing is sent or asked anywhere else.

    *journal* is told of each interaction and step, and has what need not be made again. The calls of the clean-up are
    made however the recording ends, and *on_note* is told how each went, and of retries. *on_steps_end* is
    called before them, and *on_end* when all calls were made, before anything is written.

    Raises `RecordingFailed`, naming step and line, when a step fails, the user interrupts, or the cassette cannot be
    written; `LeakRefused` when it still held identifiers; `UsageError` without credentials or a known estate;
    `CassetteUnreadable` when what is there now is no cassette; `LedgerUnusable` likewise; `CassetteUnwritable` while
    somebody else records it. Cassette and ledger are
    untouched after any of these. What is logged meanwhile, by any logger, is scrubbed (`quiet`).
    """
    with quiet() as hush, cassettes.held(where.cassette):
        told = _Told(on_progress, on_note, sleep, journal, on_steps_end, on_end)
        return discreet(str(where.cassette), partial(_run, plan, session, where, settings or Settings(), told, hush))


@dataclass(frozen=True, slots=True)
class _Told:
    """Who hears of a recording's way, and what takes its time."""

    on_progress: Callable[[Progress], None]
    on_note: Callable[[str], None]
    sleep: Callable[[float], None]
    journal: Journal | None
    on_steps_end: Callable[[], None]
    on_end: Callable[[], None]


def _run(
    plan: Plan,
    session: Session,
    where: Target,
    settings: Settings,
    told: _Told,
    hush: Quiet,
) -> Recorded:
    _refuse_foreign(where.cassette)
    service, region = plan.scenario.service, settings.region or plan.scenario.region
    endpoint = endpoint_of(plan, session, settings)
    with only(endpoint):
        known = _known(session, region, endpoint, settings)
        client = _client(session, service, region, settings.endpoint_url)
    codec = Codec(_model(session, service))
    intake = Intake(where.cassette, where.ledger, hush, {service: codec}.get)
    intake.knows(known)
    last: list[Interaction] = []

    def clean(interaction: Interaction) -> Interaction:
        last[:] = [intake.clean(interaction)]
        if told.journal is not None:
            told.journal.kept(steps.begun, last[0], intake.pseudonyms.entries)
        return last[0]

    steps = Steps(
        scenario=plan.scenario,
        client=client,
        codec=codec,
        cassette=where.cassette,
        last=lambda: last[0] if last else None,
        safe=hush.text,
        on_progress=told.on_progress,
        sleep=told.sleep,
        poll_interval=settings.poll_interval,
        budget=settings.budget,
        journal=told.journal,
    )
    if told.journal is not None:
        intake.pseudonyms.adopt(told.journal.learned)
    # Scrubbed already: what stands in them is given to nobody else.
    begun = [intake.clean(each) for each in (told.journal.begun if told.journal else ())]

    def write(path: Path, cassette: Cassette, leaks: Callable[[str], Sequence[Finding]]) -> None:
        told.on_end()
        intake.write(path, cassette, leaks)

    after = f"after {steps.name(plan.scenario.steps[-1])}"
    try:
        taping = tape.recording(
            where.cassette,
            scrub=clean,
            leaks=intake.leaks,
            endpoint=endpoint.kind,
            services=(service,),
            write=write,
            begun=begun,
        )
        # The tape lets everything through; what is opened after it decides.
        with taping as recording, only(endpoint):
            try:
                with _counted(client, settings.budget, told.on_note):
                    steps.run(recording.repeat_last)
            finally:
                told.on_steps_end()
                with active.apart():
                    for each in steps.clean_up():
                        told.on_note(each)
    except CassetteUnwritable as error:
        raise RecordingFailed(str(where.cassette), after, error.reason, error.fix) from None
    except KeyboardInterrupt:
        raise Interrupted(str(where.cassette), after, "interrupted") from None
    counts = dict(intake.pseudonyms.counts)
    return Recorded(
        where,
        recording.kept,
        len(recording),
        endpoint,
        counts,
        strange_ledger=intake.strange_ledger,
        learned=intake.pseudonyms.entries,
    )


@contextmanager
def _counted(client: Any, budget: Budget, on_note: Callable[[str], None]) -> Iterator[None]:
    """While the block runs, let *budget* decide on each request of *client*, and tell *on_note* which are retries."""

    def sending(request: Any, event_name: str, **_: Any) -> None:
        budget.sending()
        told = _ATTEMPT.search(_text(request.headers.get("amz-sdk-request", "")))
        if told and told[1] != "1":
            of = f" of {told[2]}" if told[2] else ""
            on_note(f"{event_name.rpartition('.')[2]}: attempt {told[1]}{of}")

    client.meta.events.register("before-send", sending)
    try:
        yield
    finally:
        client.meta.events.unregister("before-send", sending)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def caller(plan: Plan, session: Session, settings: Settings) -> Estate:
    """
    Return who would make the calls of *plan*: told by the settings, or asked of STS where the calls go.

    Raises `UsageError` when nobody tells; nothing else is sent.
    """
    if settings.estate is not None:
        return settings.estate
    region = settings.region or plan.scenario.region
    endpoint = endpoint_of(plan, session, settings)
    with only(endpoint):
        estates.signing(session)
        return estates.learn(session, region, endpoint)


def anyone(session: Session, region: str, settings: Settings) -> tuple[Estate, estates.Endpoint]:
    """Return who calls with *session*, and where STS was asked: for calls of any service. Raises as `caller` does."""
    endpoint = estates.endpoint_of(_client(session, "sts", region, settings.endpoint_url, probe=True))
    if settings.estate is not None:
        return settings.estate, endpoint
    with only(endpoint):
        estates.signing(session)
        return estates.learn(session, region, endpoint), endpoint


def with_estate(settings: Settings, estate: Estate) -> Settings:
    """Return *settings* that know whose account it is, so that nobody is asked again."""
    return replace(settings, estate=estate)


def endpoint_of(plan: Plan, session: Session, settings: Settings) -> estates.Endpoint:
    """Return where the calls of *plan* go."""
    region = settings.region or plan.scenario.region
    return estates.endpoint_of(_client(session, plan.scenario.service, region, settings.endpoint_url, probe=True))


def _known(session: Session, region: str, endpoint: estates.Endpoint, settings: Settings) -> Known:
    credentials = estates.signing(session)
    told = joined(settings.estate or estates.learn(session, region, endpoint), settings.more)
    around = (*surroundings.settings(session), *settings.machine.values())
    return Known.of(told, credentials, around)


def _refuse_foreign(cassette: Path) -> None:
    """Read what is there: a file that is no cassette is not ours to replace."""
    try:
        cassettes.read(cassette)
    except CassetteMissing:
        return


def _model(session: Session, service: str) -> Service:
    """Return the model that clients of *session* are made from."""
    return parse(session.get_component("data_loader").load_service_model(service, "service-2"))


def _client(session: Session, service: str, region: str, endpoint_url: str | None, *, probe: bool = False) -> Any:
    """Make a client; a *probe* only tells where it would send: botocore fetches no credentials for it."""
    signing = {"aws_access_key_id": "none", "aws_secret_access_key": "none"} if probe else {}
    try:
        return session.create_client(service, region_name=region, endpoint_url=endpoint_url, **signing)
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"cannot make a client of {service} in {region}: {error}") from error
