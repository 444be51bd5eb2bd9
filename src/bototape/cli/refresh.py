"""``bototape refresh``: plan which cassettes to record again, and with ``--write`` do it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bototape import config
from bototape.cli.ignoring import today
from bototape.cli.recording import recording_options
from bototape.cli.reports import put

if TYPE_CHECKING:
    from bototape.cli.refreshing import Work

__all__ = ["command"]


@click.command("refresh")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH…]")
@click.option("--write", is_flag=True, help="Record, compare and replace; without it nothing is sent or written.")
@click.option(
    "--tests",
    is_flag=True,
    help="PATH… are tests, as pytest names them (none: all): they run in record mode; their cassettes are replaced.",
)
@click.option("--all", "everything", is_flag=True, help="Cassettes that are not due as well.")
@click.option(
    "--accept",
    metavar="CLASSES",
    help="Replace a cassette only where no other class of difference is found: create, fix, trim, update. [default: "
    "create,fix,trim]",
)
@click.option("--max-age", type=click.IntRange(min=1), metavar="DAYS", help="A cassette that is older is due.")
@click.option(
    "--allow",
    multiple=True,
    metavar="OPERATION",
    help="An operation that may change the account, besides the scenario's own leave; may be repeated.",
)
@click.option("--max-requests", type=click.IntRange(min=1), metavar="N", help="Send no more, retries included.")
@click.option("--max-duration", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Take no longer.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Record so many scenarios at once, each in a process of its own; 1: one after the other. [default: 4]",
)
@recording_options
@click.option("--format", "fmt", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report here, not to stdout.")
@click.option(
    "--schemas", type=click.Path(path_type=Path), help="Directory of snapshots, instead of ./schemas and our own."
)
def command(
    paths: tuple[Path, ...],
    *,
    write: bool,
    tests: bool,
    everything: bool,
    accept: str | None,
    max_age: int | None,
    allow: tuple[str, ...],
    max_requests: int | None,
    max_duration: float | None,
    jobs: int | None,
    endpoint_url: str | None,
    profile: str | None,
    region: str | None,
    estate: Path | None,
    poll_interval: float | None,
    fmt: str,
    output: Path | None,
    schemas: Path | None,
) -> int:
    """
    Tell which of the cassettes at PATH… are due to be recorded again, why, and what that takes; --write does it.

    PATH… are scenarios, cassettes, or directories of them, by default those of [tool.bototape] in pyproject.toml, else
    ./cassettes. What is named itself is always due; in a directory, what is missing, older than the project wants, or
    stale, invalid or orphaned in the newest release at hand.
    """
    # Late: botocore and jsonschema are slow to import, and help needs neither.
    from bototape.capture import estate as estates  # noqa: PLC0415
    from bototape.capture.budget import Budget  # noqa: PLC0415
    from bototape.cli import judging, leave, refreshing  # noqa: PLC0415
    from bototape.refresh import fromtests, owners, review  # noqa: PLC0415
    from bototape.refresh.run import Rules  # noqa: PLC0415
    from bototape.refresh.sources import Standing, find  # noqa: PLC0415
    from bototape.scenario.run import Settings, open_session  # noqa: PLC0415
    from bototape.scenario.steps import Interrupted  # noqa: PLC0415
    from bototape.scrub.estate import Estate  # noqa: PLC0415

    project = config.load()
    may = leave.allowed(project, allow, max_requests, max_duration, jobs)
    checked = judging.policy(project.check, None, (), ())
    rules = Rules(leave.accepted(accept), leave.excuses(project), checked, schemas)
    session = open_session(profile)
    settings = Settings(
        endpoint_url=endpoint_url,
        region=region,
        estate=estates.load(estate) if estate else None,
        more=project.estate or Estate(),
        poll_interval=poll_interval,
        budget=Budget(may.max_requests, may.max_duration_s),
    )
    work = refreshing.Work(session, settings, rules, leave.accounts(project), refreshing.stderr, profile, may.jobs)
    if tests:
        names = [str(each) for each in paths]
        if not write:
            with tempfile.TemporaryDirectory(prefix="bototape-refresh-") as place:
                found = owners.collected(names, Path(place) / "owners.json", os.environ)
            standing = Standing(today(), max_age or project.max_age, schemas, checked)
            below = None if names else project.cassettes[0]
            plan = refreshing.planned_tests(found, below, standing, session, may.operations)
            would = f"would run: pytest {' '.join(fromtests.command(names)[3:])}\n"
            put(review.plan_as_json(plan) if fmt == "json" else would + review.plan_as_text(plan), output)
            return 0
        told = {"AWS_ENDPOINT_URL": endpoint_url, "AWS_PROFILE": profile, "AWS_DEFAULT_REGION": region}
        told["BOTOTAPE_ESTATE"] = str(estate.resolve()) if estate else None
        work.refresh_tests(names, project.cassettes[0], may.operations, told)
        return _told(work, fmt, output)
    sources = find(paths or project.cassettes, session)
    standing = Standing(today(), max_age or project.max_age, schemas, checked)
    plan = refreshing.planned(sources, standing, may.operations, everything=everything)
    if not write:
        put(review.plan_as_json(plan) if fmt == "json" else review.plan_as_text(plan), output)
        return 0
    try:
        work.refresh(sources, plan)
    except (Interrupted, KeyboardInterrupt):
        if work.done:
            _told(work, fmt, output)
        raise
    return _told(work, fmt, output)


def _told(work: Work, fmt: str, output: Path | None) -> int:
    """Write the review and return the exit code."""
    from bototape.refresh import review  # noqa: PLC0415 - as above

    renders = {"json": review.review_as_json, "markdown": review.review_as_markdown}
    put(renders.get(fmt, review.review_as_text)(work.done, [str(each) for each in work.failures]), output)
    return work.code()
