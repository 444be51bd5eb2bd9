"""
What models are known to be wrong about: errata, and which faults they explain.

Services answer otherwise than their models say, for years; a check that cries each time is switched off.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from bototape.check.rules import RULES
from bototape.errors import UsageError

__all__ = ["Erratum", "explaining", "parse"]

_SHAPE = 'an erratum is [[erratum]], then service, operation, path, kind, reason and source, each "text"'


@dataclass(frozen=True, slots=True)
class Erratum:
    """
    One thing that the model of *service* says wrong.

    *operation* and *path* (``output.Owner.Id``, as findings name places) may hold ``*``; *kind* is the id of the rule
    that finds it, *value* the one it is about, empty for any. *source* is where anyone can look it up.
    """

    service: str
    operation: str
    path: str
    kind: str
    reason: str
    source: str
    value: str = ""


_KEYS = tuple(each.name for each in fields(Erratum))


def parse(document: Mapping[str, object], where: str) -> tuple[Erratum, ...]:
    """
    Return the errata in *document*, the content of the TOML file *where*.

    Raises UsageError, naming the entry, for a key that is missing, unknown or no text, and a kind that is no rule.
    """
    tables = document.get("erratum", [])
    strange = next((each for each in document if each != "erratum"), None)
    if strange is not None or not isinstance(tables, list) or not all(isinstance(each, Mapping) for each in tables):
        found = f"unknown key {strange!r}" if strange else "erratum is not a list of tables"
        raise UsageError(f"cannot use the errata {where}: {found}", _SHAPE)
    return tuple(_erratum(each, f"{where}: entry {number}") for number, each in enumerate(tables, 1))


def _erratum(table: Mapping[str, object], where: str) -> Erratum:
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, 1)
            raise UsageError(
                f"cannot use the errata {where} has no key {key!r}", f"did you mean {near[0]}?" if near else _SHAPE
            )
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f"cannot use the errata {where}: {key}: expected a text, found {value!r}", _SHAPE)
    missing = next((each for each in _KEYS if each not in table and each != "value"), None)
    if missing:
        raise UsageError(f"cannot use the errata {where} lacks {missing}", _SHAPE)
    kind = str(table["kind"])
    if kind not in RULES:
        near = difflib.get_close_matches(kind, RULES, 1)
        known = f"did you mean {near[0]}?" if near else f"the kinds are {', '.join(RULES)}"
        raise UsageError(f"cannot use the errata {where}: there is no kind {kind!r}", known)
    return Erratum(**{key: str(value) for key, value in table.items()})


def explaining(
    errata: Sequence[Erratum], kind: str, service: str, operation: str, path: str, value: str
) -> Erratum | None:
    """Return the first of *errata* that explains a fault of *service* by the rule *kind*, at *path*."""
    return next((each for each in errata if _is_about(each, kind, service, operation, path, value)), None)


def _is_about(erratum: Erratum, kind: str, service: str, operation: str, path: str, value: str) -> bool:
    if erratum.kind != kind or erratum.service != service or (erratum.value and erratum.value != value):
        return False
    return bool(_pattern(erratum.operation).fullmatch(operation) and _pattern(erratum.path).fullmatch(path))


@lru_cache(1024)
def _pattern(text: str) -> re.Pattern[str]:
    """Return *text*, where ``*`` stands for any characters and brackets for themselves, as a pattern."""
    return re.compile(".*".join(map(re.escape, text.split("*"))))
