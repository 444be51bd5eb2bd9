"""
Record a plan; the cassette appears only when every step did what it should.

Prints nothing: progress goes to a callback.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from bototape import cassettes, ledger, tape
from bototape.audit import audit
from bototape.errors import CassetteMissing, CassetteUnwritable, LedgerUnusable, RecordingFailed, UsageError
from bototape.finding import Finding, Severity, at_or_above
from bototape.interaction import Interaction, drop_headers
from bototape.scenario import estate as estates
from bototape.scenario.intact import refuse_broken
from bototape.scenario.model import Scenario
from bototape.scenario.plan import Plan
from bototape.scenario.steps import Interrupted, Progress, Steps
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typing
from bototape.shapes import Service, parse

__all__ = ["Progress", "Recorded", "Target", "open_session", "run", "target"]


@dataclass(frozen=True, slots=True)
class Target:
    """The two files a recording writes: the cassette and the ledger of its directory."""

    cassette: Path
    ledger: Path


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that was written. *scrubbed* counts distinct values by kind; no value is in here."""

    target: Target
    interactions: int
    endpoint: estates.Endpoint
    scrubbed: Mapping[str, int]


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


def run(
    plan: Plan,
    session: Session,
    where: Target,
    *,
    endpoint_url: str | None = None,
    region: str | None = None,
    estate: Estate | None = None,
    poll_interval: float | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Recorded:
    """
    Record *plan* into *where*; *estate* None asks STS who is recording, *region* None takes the scenario's.

    Raises `RecordingFailed`, naming step and line, when a step fails, the user interrupts, or the cassette cannot be
    written; `LeakRefused` when it still held identifiers; `UsageError` without credentials or a known estate;
    `CassetteUnreadable` when what is there now is no cassette; `LedgerUnusable` likewise. An older cassette is
    untouched after any of these, but for a ledger that cannot be written once the cassette was: the message says so.
    """
    _refuse_foreign(where.cassette)
    credentials = estates.signing(session)
    client = _client(session, plan.scenario.service, region or plan.scenario.region, endpoint_url)
    endpoint = estates.endpoint_of(client)
    told = estate or estates.learn(session, region or plan.scenario.region, endpoint)
    known = estates.complete(told, credentials)
    pseudonyms = Pseudonyms(ledger.key(), ledger.load(where.ledger))
    typing = Typing(_model(session, plan.scenario.service))
    last: list[Interaction] = []

    def clean(interaction: Interaction) -> Interaction:
        refuse_broken(interaction, endpoint.url)
        # awscrt's signer sends the field, botocore's own does not; the URI says the host.
        sent = drop_headers(interaction.request.headers, frozenset({"host"}))
        kept = replace(interaction, request=replace(interaction.request, headers=sent))
        last[:] = [scrub(kept, known, pseudonyms, typed=typing.of(interaction.call))]
        return last[0]

    def leaks(text: str) -> Sequence[Finding]:
        values = estates.known_values(known, credentials)
        return at_or_above(audit(text, where=str(where.cassette), known=values), Severity.ERROR)

    steps = Steps(
        scenario=plan.scenario,
        client=client,
        cassette=where.cassette,
        last=lambda: last[0] if last else None,
        on_progress=on_progress,
        sleep=sleep,
        poll_interval=poll_interval,
    )
    after = f"after {steps.name(plan.scenario.steps[-1])}"
    try:
        services = (plan.scenario.service,)
        with tape.recording(
            where.cassette, scrub=clean, leaks=leaks, endpoint=endpoint.kind, services=services
        ) as recording:
            steps.run(recording.repeat_last)
    except CassetteUnwritable as error:
        raise RecordingFailed(str(where.cassette), after, error.reason, error.fix) from error
    except KeyboardInterrupt:
        raise Interrupted(str(where.cassette), after, "interrupted") from None
    _remember(where, pseudonyms)
    return Recorded(where, len(recording), endpoint, dict(pseudonyms.counts))


def _model(session: Session, service: str) -> Service:
    """Return the model that clients of *session* are made from."""
    return parse(session.get_component("data_loader").load_service_model(service, "service-2"))


def _refuse_foreign(cassette: Path) -> None:
    """Read what is there: a file that is no cassette is not ours to replace."""
    try:
        cassettes.read(cassette)
    except CassetteMissing:
        return


def _client(session: Session, service: str, region: str, endpoint_url: str | None) -> Any:
    try:
        return session.create_client(service, region_name=region, endpoint_url=endpoint_url)
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"cannot make a client of {service} in {region}: {error}") from error


def _remember(where: Target, pseudonyms: Pseudonyms) -> None:
    try:
        ledger.save(where.ledger, pseudonyms.learned)
    except LedgerUnusable as error:
        written = f"{error.reason}; the cassette {where.cassette} was written, but its pseudonyms are not remembered"
        raise LedgerUnusable(error.path, written, error.fix) from error
