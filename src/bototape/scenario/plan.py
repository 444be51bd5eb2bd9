"""
A scenario held against the installed botocore, before anything is sent.

Operations, parameters and paginators exist, parameters are what botocore will accept, and nothing changes the
account unless the scenario says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.session import Session
from botocore.validate import ParamValidator

from bototape.errors import ScenarioInvalid
from bototape.record import READING_VERBS
from bototape.scenario.model import Path, Scenario, Step
from bototape.scenario.problems import Problem, did_you_mean
from bototape.scenario.references import replace_whole

__all__ = ["Plan", "changes_account", "plan"]

#: First words of operations that read; asked only where the model does not mark the operation ``readonly``.
_READING = re.compile(rf"(?:{'|'.join(READING_VERBS)})(?![a-z])")

#: What botocore's report says of one parameter (``botocore/validate.py``, ``ValidationErrors``).
_REPORTED = re.compile(r"(?:parameter in|for parameter|parameter) (?P<place>[^\s,:]+)(?:: \"(?P<member>[^\"]*)\")?")

#: A sentence of that report; a value shown in one may hold further lines.
_SENTENCE = re.compile(r"^(?:Missing|Unknown|Invalid|Must) .*", re.MULTILINE)

_PROTOCOLS = ("json", "query", "ec2", "rest-json", "rest-xml", "smithy-rpc-v2-cbor")


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A scenario that can be run as it stands.

    *mutations* are the operations, each once and in order, that change the account: all of them are allowed.
    """

    scenario: Scenario
    mutations: tuple[str, ...]


def plan(scenario: Scenario, session: Session) -> Plan:
    """
    Return *scenario* as a plan for the botocore of *session*.

    Raises `ScenarioInvalid`, with the line, for a service or operation that is not there, parameters botocore would
    refuse, a protocol that is not known, and an operation that changes the account without being allowed.
    """
    model = _service(scenario, session)
    known = set(model.operation_names)
    problems = [*_unknown(scenario, known)]
    if not problems:
        problems += _refused(scenario, model)
        for step in scenario.calls:
            problems += _parameters(scenario, step, model.operation_model(step.operation))
            problems += _paginator(scenario, step, session)
    if problems:
        first = min(problems)
        raise ScenarioInvalid(scenario.path, first.line, first.reason, first.fix)
    changing = [step.operation for step in scenario.calls if changes_account(model, step.operation)]
    return Plan(scenario, tuple(dict.fromkeys(changing)))


def changes_account(model: ServiceModel, operation: str) -> bool:
    """
    Tell whether *operation* may change the account.

    Source: the model's ``readonly`` trait where it is set (botocore's ``service-2.json``), else the operation's verb.
    """
    raw = model._service_description["operations"][operation]  # noqa: SLF001 - OperationModel drops the trait
    return not raw.get("readonly", False) and _READING.match(operation) is None


def _service(scenario: Scenario, session: Session) -> ServiceModel:
    line = scenario.lines.of("service")
    try:
        model = session.get_service_model(scenario.service)
    except UnknownServiceError:
        fix = did_you_mean(scenario.service, session.get_available_services()) or "services go by botocore's names"
        raise ScenarioInvalid(scenario.path, line, f"unknown service {scenario.service!r}", fix) from None
    protocol = getattr(model, "resolved_protocol", None) or model.protocol
    if protocol not in _PROTOCOLS:
        reason = f"{scenario.service} speaks the protocol {protocol!r}, which is not known here"
        raise ScenarioInvalid(scenario.path, line, reason, f"protocols are {', '.join(_PROTOCOLS)}")
    return model


def _unknown(scenario: Scenario, known: set[str]) -> Iterator[Problem]:
    places: Iterable[tuple[Path, str]] = [
        *((("allow_mutations", index), name) for index, name in enumerate(scenario.allow_mutations)),
        *(((*step.place, "operation"), step.operation) for step in scenario.calls),
    ]
    for path, name in places:
        if name not in known:
            fix = did_you_mean(name, known) or f"operations go by their API names, such as {min(known)}"
            yield Problem(scenario.lines.of(*path), f"{scenario.service} has no operation {name!r}", fix)


def _refused(scenario: Scenario, model: ServiceModel) -> Iterator[Problem]:
    for step in scenario.calls:
        name = step.operation
        if name not in scenario.allow_mutations and changes_account(model, name):
            reason = f"{step.called}: {name} may change the account, and nothing was sent"
            yield Problem(step.line, reason, f"allow_mutations: [{name}] if that is meant")


def _paginator(scenario: Scenario, step: Step, session: Session) -> Iterator[Problem]:
    if not step.paginate:
        return
    try:
        session.get_paginator_model(scenario.service).get_paginator(step.operation)
    except (ValueError, DataNotFoundError):
        line = scenario.lines.of(*step.place, "paginate")
        reason = f"{step.called}: botocore has no paginator for {step.operation}"
        yield Problem(line, reason, "leave 'paginate' out, or write a step per page with 'save'")


def _parameters(scenario: Scenario, step: Step, model: OperationModel) -> Iterator[Problem]:
    shape = model.input_shape
    if shape is None:
        if step.parameters:
            line = scenario.lines.of(*step.place, "parameters")
            yield Problem(line, f"{step.called}: {step.operation} takes no parameters", "leave 'parameters' out")
        return
    stood_in = replace_whole(dict(step.parameters), lambda path: _stand_in(_shape_at(shape, path)))
    report = ParamValidator().validate(stood_in, shape)
    if report.has_errors():
        sentences = _SENTENCE.findall(report.generate_report())
        # A misspelt name is reported as one unknown and one missing: the unknown one shows the mistake.
        unknown = [each for each in sentences if each.startswith("Unknown")]
        for sentence in unknown or sentences:
            yield _reported(scenario, step, shape, sentence)


def _reported(scenario: Scenario, step: Step, shape: Shape, sentence: str) -> Problem:
    """Give botocore's *sentence* its line; the place in it is ``input`` or a path such as ``A[0].B``."""
    match = _REPORTED.search(sentence)
    path = _path(match["place"]) if match else ()
    member = match["member"] if match else None
    known = getattr(_shape_at(shape, path), "members", {})
    fix = did_you_mean(member, known) if member and member not in known else ""
    if member and member not in known and not fix:
        fix = f"the parameters here are {', '.join(known)}"
    line = scenario.lines.of(*step.place, "parameters", *path, *([member] if member else []))
    return Problem(line, f"{step.called}, {step.operation}: {_plain(sentence)}", fix)


def _path(place: str) -> Path:
    if place == "input":
        return ()
    return tuple(int(index) if index else name for index, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", place))


def _plain(sentence: str) -> str:
    short = re.sub(r", must be one of: .*", "", sentence)
    short = re.sub(r"<class '(\w+)'>", r"\1", short)
    return short[:1].lower() + short[1:]


def _shape_at(shape: Shape | None, path: Path) -> Shape | None:
    for part in path:
        if shape is None:
            return None
        if shape.type_name == "structure":
            shape = shape.members.get(part)
        elif shape.type_name == "list":
            shape = shape.member
        elif shape.type_name == "map":
            shape = shape.value
        else:
            return None
    return shape


def _stand_in(shape: Shape | None) -> Any:
    """Return a value that botocore accepts where a saved one will stand: only its place can be judged yet."""
    if shape is None:
        return "saved"
    least = shape.metadata.get("min", 1)
    kind = shape.type_name
    if kind == "structure":
        return {name: _stand_in(shape.members[name]) for name in shape.metadata.get("required", ())}
    if kind == "list":
        return [_stand_in(shape.member)] * max(1, int(least))
    return _SCALARS.get(kind, lambda _: {})(least)


_SCALARS: Mapping[str, Any] = {
    "string": lambda least: "x" * max(1, int(least)),
    "character": lambda least: "x" * max(1, int(least)),
    "blob": lambda least: b"x" * max(1, int(least)),
    "integer": int,
    "long": int,
    "float": float,
    "double": float,
    "boolean": lambda _: True,
    "timestamp": lambda _: 0,
}
