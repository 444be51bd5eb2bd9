"""``bototape decode``: what the messages of a cassette say, as the instances that the JSON Schemas describe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from bototape import cassettes, releases
from bototape.cli.network import OFFLINE, index_unless
from bototape.cli.reports import put
from bototape.errors import ModelUnavailable, UsageError
from bototape.interaction import Interaction
from bototape.recordings import Recorded, recorded
from bototape.shapes import Operation
from bototape.wire.codec import Codec, is_error

__all__ = ["command"]


@click.command("decode")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--release", default="installed", show_default=True, help=f"By which API: {releases.SPECS}.")
@click.option("--interaction", "number", type=click.IntRange(min=1), help="Only this one, counted from 1.")
@click.option(
    "--side",
    type=click.Choice(["input", "output", "error"]),
    help="Only what is sent, answered or reported; with one interaction, the instance alone.",
)
@click.option("--output", type=click.Path(path_type=Path), metavar="OUT", help="Write it here, not to stdout.")
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
@OFFLINE
def command(
    path: Path,
    *,
    release: str,
    number: int | None,
    side: str | None,
    output: Path | None,
    schemas: Path | None,
    offline: bool,
) -> int:
    """
    Print the instances in the cassette FILE as JSON: what any JSON Schema tool can hold against the files of schemas/.

    An instance has the model's member names, whatever protocol carried it. Of several a list is printed, each with
    interaction, service, operation, side and the error's name.
    """
    codecs = _Codecs(release, schemas, index_unless(offline))
    calls = [recorded(at, each) for at, each in enumerate(cassettes.read(path).interactions, 1)]
    chosen = [each for each in calls if number in (None, each.number)]
    if number is not None and not chosen:
        raise UsageError(f"{path} has no interaction {number}", f"name one of 1 to {len(calls)}")
    found = [one for each in chosen if each.operation for one in codecs.instances(each)]
    kept = [each for each in found if side in (None, each["side"])]
    alone = number is not None and side is not None
    if alone and not kept:
        raise UsageError(f"{path}#{number} has no {side}", "leave out --side")
    put(json.dumps(kept[0]["instance"] if alone else kept, indent=2, ensure_ascii=False) + "\n", output)
    return 0


class _Codecs:
    """The reader of each service, made when the first of its calls is met."""

    def __init__(self, release: str, schemas: Path | None, index: releases.Index | None) -> None:
        self.release = release
        self.schemas = schemas
        self.index = index
        self.found: dict[str, Codec] = {}

    def instances(self, call: Recorded) -> Iterator[dict[str, object]]:
        """Yield what is sent in *call* and what is answered; raises WireError for a message that cannot be read."""
        codec = self._of(call.service)
        operation = codec.service.operations.get(call.operation)
        if operation is None:
            raise ModelUnavailable(
                f"{call.service}.{call.operation}", f"it is not in {self.release}", "name another --release"
            )
        head = {"interaction": call.number, "service": call.service, "operation": call.operation}
        protocol = call.interaction.call.protocol if call.interaction.call else None
        request = codec.decode_request(operation, call.interaction.request, protocol)
        yield {**head, "side": "input", "instance": request}
        yield {**head, **_answered(codec, operation, call.interaction, protocol)}

    def _of(self, service: str) -> Codec:
        if service not in self.found:
            model = releases.load(self.release, service, self.schemas, index=self.index)
            self.found[service] = Codec(model.service)
        return self.found[service]


def _answered(codec: Codec, operation: Operation, interaction: Interaction, protocol: str | None) -> dict[str, object]:
    decoded = codec.decode_response(operation, interaction.response, protocol)
    if not is_error(interaction.response):
        return {"side": "output", "instance": decoded.instance}
    return {"side": "error", "error": decoded.error or decoded.code, "instance": decoded.instance}
