"""``bototape record``: make the calls of scenarios and write their cassettes, scrubbed."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bototape import config
from bototape.cli.recording import recording_options
from bototape.errors import UsageError

if TYPE_CHECKING:
    from bototape.scenario.run import Progress, Recorded, Target

__all__ = ["command"]

_STRANGE = (
    "note: {} was made with another key, so it recognised no value and all got new pseudonyms\n"
    "  fix: set BOTOTAPE_SCRUB_KEY to the key it was made with and record again"
)


@click.command("record")
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCENARIO...")
@recording_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write cassettes and ledger here instead of above scenarios/.",
)
@click.option("--debug", is_flag=True, help="Show on stderr what is logged on the way, scrubbed.")
def command(
    scenarios: tuple[Path, ...],
    endpoint_url: str | None,
    profile: str | None,
    region: str | None,
    out: Path | None,
    estate: Path | None,
    poll_interval: float | None,
    debug: bool,  # noqa: FBT001 - click passes options by name
) -> int:
    """
    Record a cassette from each SCENARIO, a YAML list of calls (docs/scenarios.md).

    Nothing is sent before all scenarios were checked. A cassette is written when all of its steps succeeded and it
    holds no identifier any more; until then an older one is untouched.
    """
    # Late: botocore and jsonschema are slow to import, and help needs neither.
    from bototape.capture import estate as estates  # noqa: PLC0415
    from bototape.scenario import parse, plan, run  # noqa: PLC0415
    from bototape.scrub.estate import Estate  # noqa: PLC0415

    project = config.load()
    known = estates.load(estate) if estate else None
    session = run.open_session(profile)
    plans = [plan.plan(parse.load(each), session) for each in scenarios]
    targets = [run.target(each.scenario, out) for each in plans]
    _refuse_twice(scenarios, targets)
    settings = run.Settings(
        endpoint_url=endpoint_url,
        region=region,
        estate=known,
        more=project.estate or Estate(),
        poll_interval=poll_interval,
    )
    with _logging() if debug else nullcontext():
        for each, where in zip(plans, targets, strict=True):
            click.echo(f"recording {each.scenario.path}")
            recorded = run.run(each, session, where, settings, on_progress=_print, on_note=_note)
            click.echo(_summary(recorded))
            if recorded.strange_ledger:
                click.echo(_STRANGE.format(where.ledger), err=True)
    return 0


@contextmanager
def _logging() -> Iterator[None]:
    """Show every record of every logger on stderr: while a recording is made, they are scrubbed before they come."""
    root = logging.getLogger()
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def _refuse_twice(scenarios: Sequence[Path], targets: Sequence[Target]) -> None:
    first: dict[Path, Path] = {}
    for scenario, where in zip(scenarios, targets, strict=True):
        cassette = where.cassette.resolve()
        if cassette in first:
            reason = f"{first[cassette]} and {scenario} would write the same cassette {where.cassette}"
            raise UsageError(reason, "name different cassettes in them, or record them one after the other")
        first[cassette] = scenario


def _note(line: str) -> None:
    click.echo(f"  {line}")


def _print(progress: Progress) -> None:
    if progress.state == "done":
        step = progress.step
        click.echo(f"  {step.number}/{len(progress.scenario.steps)} {step.operation}: {_answers(progress)}")


def _answers(progress: Progress) -> str:
    step, count = progress.step, progress.answers
    if step.expect_error:
        return f"{step.expect_error}, as expected"
    noun = "page" if step.paginate else "poll" if step.until else "answer"
    return _counted(count, noun)


def _summary(recorded: Recorded) -> str:
    scrubbed = ", ".join(f"{count} {kind}" for kind, count in sorted(recorded.scrubbed.items())) or "nothing"
    folded = f" for {recorded.answers} answers" if recorded.answers != recorded.interactions else ""
    return (
        f"wrote {recorded.target.cassette}: {_counted(recorded.interactions, 'interaction')}{folded}"
        f" from {recorded.endpoint.url} ({recorded.endpoint.kind})\n"
        f"scrubbed: {scrubbed}"
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
