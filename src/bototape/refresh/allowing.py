"""The calls that a recording makes, and what recordings tell of their resources: what a policy is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from botocore.session import Session

from bototape import recordings
from bototape.adapters import models
from bototape.errors import CassetteMissing, WireError
from bototape.recordings import Recorded
from bototape.refresh.permissions import Call
from bototape.refresh.sources import Source

__all__ = ["calls", "known"]


def calls(sources: Iterable[Source], session: Session) -> list[Call]:
    """Return the calls of *sources*, those of cassettes that no scenario makes as they were recorded."""
    return [
        call for each in sources for call in (_planned(each, session) if each.scenario else _recorded(each, session))
    ]


def _planned(source: Source, session: Session) -> Iterator[Call]:
    if source.scenario is None:
        return
    scenario = source.scenario.scenario
    signing = session.get_service_model(scenario.service).signing_name
    for step in scenario.calls:
        mutates = step.operation in source.scenario.mutations
        yield Call(signing, step.operation, scenario.region, step.parameters, mutates)


def _recorded(source: Source, session: Session) -> Iterator[Call]:
    from bototape.scenario.plan import changes_account  # noqa: PLC0415 - only for cassettes without a scenario

    for each in recordings.read(source.cassette).calls:
        model = session.get_service_model(each.service)
        region = each.interaction.call.region if each.interaction.call else ""
        if each.operation in model.operation_names:
            mutates = changes_account(model, each.operation)
            yield Call(model.signing_name, each.operation, region or "*", _parameters(each), mutates)


def _parameters(each: Recorded) -> dict[str, Any]:
    codec = models.codec(each.service)
    operation = codec.service.operations.get(each.operation) if codec else None
    try:
        found = codec.decode_request(operation, each.interaction.request) if codec and operation else {}
    except WireError:
        found = {}
    return found if isinstance(found, dict) else {}


def known(sources: Sequence[Source]) -> Iterator[Any]:
    """Yield the recorded answers, decoded: they tell ARNs."""
    for source in sources:
        try:
            recording = recordings.read(source.cassette)
        except CassetteMissing:
            continue
        for each in recording.calls:
            codec = models.codec(each.service)
            operation = codec.service.operations.get(each.operation) if codec else None
            if codec is None or operation is None:
                continue
            try:
                yield codec.decode_response(operation, each.interaction.response).instance
            except WireError:
                continue
