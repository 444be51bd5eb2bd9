"""``bototape explain``: which recording would answer a call, or why none would; without a call, what there is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from bototape import explain
from bototape.errors import Closest, UsageError
from bototape.explain import Explanation
from bototape.replay import Listed
from bototape.report.plain import clipped, one_line
from bototape.tape import age_of

__all__ = ["command"]

#: Characters of a recording's parameters that are shown on its line.
_PARAMETERS = 160

#: So many numbers of recordings that play equally often are listed.
_FEW = 6


@click.command("explain")
@click.argument("cassette", type=click.Path(path_type=Path))
@click.option("--operation", default="", help="The call: DescribeAutoMLJob, or sagemaker.DescribeAutoMLJob.")
@click.option("--parameters", default="{}", show_default=True, help="Its parameters, a JSON object; blobs in base64.")
@click.option("--service", default="", help="Its service as botocore names it, instead of the recordings'.")
@click.option("--region", default="", help="Its region, instead of the recordings'.")
@click.option("--ignore", multiple=True, metavar="PATH", help="A parameter that does not count; may be repeated.")
@click.option("--release", default="", help="Answer as this release of botocore has the API, from models at hand.")
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    cassette: Path,
    *,
    operation: str,
    parameters: str,
    service: str,
    region: str,
    ignore: tuple[str, ...],
    release: str,
    fmt: str,
) -> int:
    """
    Tell which recording of CASSETTE answers a call, and how often equal calls get an answer; or why none does.

    The request is the one that the installed botocore makes of the parameters; nothing is sent. Without --operation,
    the recordings are listed. Identifiers and secrets are shown by their kind and length. Exit code 1: no recording
    answers the call.
    """
    if not operation:
        if service or region or ignore or release or parameters != "{}":
            raise UsageError("cannot explain a call without its name", "name it with --operation")
        found = explain.recordings(cassette)
        click.echo(_listing_as_json(cassette, found) if fmt == "json" else _table(found), nl=False)
        return 0
    age = partial(age_of, release) if release else None
    answer = explain.explain(
        cassette, operation, _object(parameters), service=service, region=region, ignore=ignore, age=age
    )
    click.echo(_as_json(cassette, answer) if fmt == "json" else _text(cassette, answer), nl=False)
    return 1 if answer.miss else 0


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"cannot read --parameters: it is not JSON: {error}", 'such as \'{"Name": "a"}\'') from error
    if not isinstance(found, dict):
        raise UsageError("cannot read --parameters: expected a JSON object", 'such as \'{"Name": "a"}\'')
    return found


def _table(found: Sequence[Listed]) -> str:
    rows = [(f"#{each.number}", each.call, each.region or "-", str(each.status), _often(each.repeat)) for each in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row, each in zip(rows, found, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        told = ", ".join(f"{name}={value}" for name, value in each.parameters.items())
        lines.append(one_line(f"{cells}  {clipped(told, _PARAMETERS)}".rstrip()) + "\n")
    return "".join(lines) or "no recordings\n"


def _often(repeat: bool | int) -> str:  # noqa: FBT001 - as a cassette has it
    return "repeats" if repeat is True else _times(1 if repeat is False else repeat)


def _times(count: int | None) -> str:
    return "any number of times" if count is None else "once" if count == 1 else f"{count} times"


def _text(cassette: Path, answer: Explanation) -> str:
    if answer.miss:
        return "".join(f"{one_line(line)}\n" for line in str(answer.miss).splitlines())
    runs = [[*run] for _, run in groupby(answer.plays, key=lambda each: each[1])]
    order = ", then ".join(map(_run, runs))
    end = "" if answer.plays[-1][1] is None else "; after that a call is a miss"
    where = f" in {answer.region}" if answer.region else ""
    lines = [
        f"{answer.call}{where} is answered by #{answer.number}, status {answer.status}",
        f"  cassette: {cassette}",
        f"  equal calls get {order}{end}",
    ]
    return "".join(f"{one_line(line)}\n" for line in lines)


def _run(plays: Sequence[tuple[int, int | None]]) -> str:
    """Return what recordings that play equally often do, in a few words."""
    numbers = [f"#{number}" for number, _ in plays]
    few = numbers if len(numbers) <= _FEW else [*numbers[:2], "…", numbers[-1]]
    return f"{', '.join(few)} {_times(plays[0][1])}{' each' if len(numbers) > 1 else ''}"


def _listing_as_json(cassette: Path, found: Sequence[Listed]) -> str:
    return _dumped({"cassette": str(cassette), "recordings": [each._asdict() for each in found]})


def _as_json(cassette: Path, answer: Explanation) -> str:
    miss = answer.miss
    return _dumped(
        {
            "cassette": str(cassette),
            "call": answer.call,
            "region": answer.region,
            "answered": miss is None,
            "recording": answer.number or None,
            "status": answer.status or None,
            "plays": [{"number": number, "times": count} for number, count in answer.plays],
            "explanation": list(miss.explanation) if miss else [],
            "closest": [_closest(each) for each in miss.closest] if miss else [],
            "fix": miss.fix if miss else "",
        }
    )


def _closest(each: Closest) -> dict[str, Any]:
    return {**each._asdict(), "differences": [found._asdict() for found in each.differences]}


def _dumped(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
