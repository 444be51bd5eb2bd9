"""How a project has recordings and calls judged: the profile, severities that differ from it, and errata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bototape import errata
from bototape.check import RULES, Policy, levels, profile_of
from bototape.errors import UsageError

__all__ = ["policy"]

_TABLE = "[tool.bototape.check] of pyproject.toml"
_KEYS = ("profile", "severities", "errata")


def policy(
    table: Mapping[str, object],
    profile: str | None = None,
    severities: Sequence[str] = (),
    files: Sequence[Path] = (),
    root: Path = Path(),
) -> Policy:
    """
    Return the policy of the project's *table* ``[tool.bototape.check]`` and of options, which come first.

    Paths in the table are below *root*.

    Raises UsageError for what is neither a profile, a rule, a severity nor a file of errata.
    """
    _refuse_strange(table)
    told, words, own = table.get("profile", "default"), table.get("severities", {}), table.get("errata", [])
    if not isinstance(words, Mapping):
        raise UsageError(f"cannot use {_TABLE}: severities is not a table", 'write severities = {"member-missing" = …}')
    paths = own if isinstance(own, list) else [own]
    if not all(isinstance(each, str) and each for each in paths):
        raise UsageError(
            f"cannot use {_TABLE}: errata: expected paths, found {own!r}", 'write errata = ["errata.toml"]'
        )
    found = {**levels(words, _TABLE), **levels(dict(map(_pair, severities)), "--severity")}
    known = [entry for each in (*(root / str(each) for each in paths), *files) for entry in errata.load(each)]
    return Policy(profile_of(profile or str(told)), found, (*known, *errata.shipped()))


def _refuse_strange(table: Mapping[str, object]) -> None:
    strange = next((each for each in table if each not in _KEYS), None)
    if strange is not None:
        raise UsageError(f"cannot use {_TABLE}: it has no key {strange!r}", f"the keys are {', '.join(_KEYS)}")


def _pair(text: str) -> tuple[str, str]:
    rule, _, level = text.partition("=")
    if not level:
        example = f"such as --severity {next(each for each in RULES if each.startswith('member'))}=error"
        raise UsageError(f"--severity: expected RULE=LEVEL, found {text!r}", example)
    return rule, level
