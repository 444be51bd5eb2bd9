"""Play a recording once, whole, before it takes the place of another: every call is found, every answer is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import ResponseParserError, create_parser

from bototape.errors import BototapeError, NoMatch, with_fix
from bototape.interaction import Cassette, Interaction
from bototape.replay import Player
from bototape.replay.groups import Models

__all__ = ["Unproven", "prove"]

#: As many faults as a message names.
_SHOWN = 5


class Unproven(BototapeError):
    """A recording does not stand up: it was not put in place of the one that is there."""

    exit_code: ClassVar[int] = 3
    cassette: str
    faults: tuple[str, ...]
    fix: str = ""

    def __str__(self) -> str:
        shown = "".join(f"\n  {each}" for each in self.faults[:_SHOWN])
        more = f"\n  and {len(self.faults) - _SHOWN} more" if len(self.faults) > _SHOWN else ""
        return with_fix(
            f"cannot replace cassette {self.cassette}: the new recording is not sound{shown}{more}", self.fix
        )


def prove(cassette: Cassette, name: Path, models: Models, loader: Loader) -> None:
    """
    Play every call of *cassette* as often as it says, and read each answer with botocore's parser.

    Raises `Unproven`, naming each call that another recording answers, or none, and each answer that cannot be read.
    """
    player = Player(cassette, str(name), models=models)
    faults = [fault for number, each in enumerate(cassette.interactions, 1) for fault in _played(player, number, each)]
    faults += [_unread(number, each, loader) for number, each in enumerate(cassette.interactions, 1)]
    found = tuple(filter(None, faults))
    if found:
        raise Unproven(str(name), found, "look at the scenario: it makes equal calls that mean different things")


def _played(player: Player, number: int, each: Interaction) -> Iterator[str]:
    repeat = each.call.repeat if each.call else False
    for _ in range(1 if isinstance(repeat, bool) else repeat):
        try:
            found = player.play(each.request, each.call)
        except NoMatch as miss:
            yield f"#{number}: {str(miss).splitlines()[0]}"
            return
        if found.response != each.response:
            yield f"#{number}: another recording answers this call"
            return


def _unread(number: int, each: Interaction, loader: Loader) -> str:
    """Return what botocore's parser says against an answer, or nothing."""
    if each.call is None:
        return ""
    model = ServiceModel(loader.load_service_model(each.call.service, "service-2"), each.call.service)
    operation: OperationModel = model.operation_model(each.call.operation)
    if operation.has_streaming_output or operation.has_event_stream_output:
        return ""
    response = each.response
    given = {"status_code": response.status, "headers": _headers(each), "body": response.body}
    try:
        create_parser(each.call.protocol).parse(given, operation.output_shape)
    except (ResponseParserError, ValueError) as error:
        return f"#{number}: botocore cannot read the answer: {type(error).__name__}"
    return ""


def _headers(each: Interaction) -> Any:
    from botocore.compat import HTTPHeaders  # noqa: PLC0415 - as its own answers have them, names in any case

    return HTTPHeaders.from_pairs(each.response.headers)
