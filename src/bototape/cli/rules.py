"""``bototape rules``: the catalogue of changes between releases, and how bad each is."""

from __future__ import annotations

import difflib
import json

import click

from bototape.diff import rules
from bototape.diff.rules import catalogue
from bototape.errors import UsageError

__all__ = ["command"]


@click.command("rules")
@click.argument("rule", metavar="[ID]", required=False)
@click.option("--format", "fmt", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(rule: str | None, fmt: str) -> int:
    """
    Print the rules that judge changes, or the one named ID.

    The list shows the worst severities of each. A rule has two on each side of an operation: for code that calls it,
    and for fixtures, the recordings.
    """
    chosen = _named(rule) if rule else None
    if fmt == "json":
        found: object = catalogue.as_dict(chosen) if chosen else [catalogue.as_dict(each) for each in _all()]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        click.echo(catalogue.entry(chosen) if chosen else catalogue.table(_all()), nl=False)
    return 0


def _all() -> list[rules.Rule]:
    return sorted((*rules.ALL, rules.UNKNOWN), key=lambda each: each.id)


def _named(rule: str) -> rules.Rule:
    known = {each.id: each for each in _all()}
    if rule not in known:
        near = difflib.get_close_matches(rule, known, 1)
        raise UsageError(
            f"there is no rule {rule}", f"did you mean {near[0]}?" if near else "list them: bototape rules"
        )
    return known[rule]
