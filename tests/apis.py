"""What a release says of a service, given by a test: models in memory or in a golden folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bototape.diff import sidecars
from bototape.shapes import Service, parse


@dataclass(frozen=True, slots=True)
class Given:
    """A release's model, as `bototape.diff.compare.Api` wants it."""

    name: str
    service: Service
    raw: Mapping[str, Any]
    sidecars: Mapping[str, Mapping[str, Any]] | None = None
    tracked_only: bool = False
    absent: tuple[str, ...] = ()


def given(raw, **rest):
    """Return the JSON of a model as a release of the service toy."""
    return Given("toy", parse(raw), raw, **rest)


def side(case: Path, which: str) -> Given | None:
    """Return the older or newer side of a golden folder, None where it has no such model."""
    model = case / f"{which}.json"
    if not model.exists():
        return None
    beside = {name: case / f"{which}.{name}" for name in (sidecars.PAGINATORS, sidecars.WAITERS)}
    found = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in beside.items() if path.exists()}
    return given(json.loads(model.read_text(encoding="utf-8")), sidecars=found)
