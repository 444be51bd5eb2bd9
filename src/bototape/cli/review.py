"""``bototape review``: look at recordings that a refresh did not take, difference by difference."""

from __future__ import annotations

from pathlib import Path

import click

from bototape import cassettes, config

__all__ = ["command"]


@click.command("review")
@click.argument("path", required=False, type=click.Path(path_type=Path), metavar="[PATH]")
def command(path: Path | None) -> int:
    """
    Walk through what a refresh recorded and did not take, below the directory PATH, by default the working one.

    Each difference is shown and asked for: y takes it, n leaves the cassette as it is, q ends the review. A cassette is
    replaced when all of its differences were taken, whole. What is asked goes to stderr.
    """
    from bototape.adapters import models  # noqa: PLC0415 - help does without
    from bototape.cli import leave  # noqa: PLC0415 - as above
    from bototape.refresh import review  # noqa: PLC0415 - as above
    from bototape.refresh.compare import compare  # noqa: PLC0415 - as above
    from bototape.refresh.pending import pending  # noqa: PLC0415 - as above
    from bototape.refresh.run import there  # noqa: PLC0415 - as above

    excuses = leave.excuses(config.load())
    taken = left = 0
    for each in pending(path or Path()):
        name = _near(each.cassette)
        if each.is_late:
            each.drop()
            click.echo(f"{name}: dropped, for the cassette changed since: refresh it again")
            continue
        hunks = compare(there(each.cassette), cassettes.read(each.recording), models, excuses)
        answers = []
        for number, hunk in enumerate(hunks, 1):
            click.echo(f"{name} {number}/{len(hunks)}")
            click.echo("\n".join(review.hunk_as_text(hunk)))
            answers.append(_asked())
            if answers[-1] != "y":
                break
        if "q" in answers:
            break
        if "n" in answers:
            left += 1
            each.drop()
            click.echo(f"{name}: left as it is")
        else:
            taken += 1
            each.take()
            click.echo(f"{name}: written")
    click.echo(f"{taken} written, {left} left")
    return 0


def _asked() -> str:
    answer: str = click.prompt("take it?", type=click.Choice(["y", "n", "q"]), err=True)
    return answer


def _near(path: Path) -> str:
    here = Path.cwd().resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
