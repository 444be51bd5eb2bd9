"""Release pairs with known changes: the facts about them, and both models of each."""

import json
import lzma
import re
from pathlib import Path
from typing import NamedTuple

from bototape.shapes import Service, parse

DATA = Path(__file__).parent / "data"
MODELS = DATA / "models"

#: A step of a place: a member (or operation, side, error), a list's element, a map's key or value.
_STEP = re.compile(r"[^.\[{]+|\[\]|\{key\}|\{\}")


class Models(NamedTuple):
    """Both models of a pair, and the date of the newer release (``YYYY/MM/DD``)."""

    old: Service
    new: Service
    date: str


def facts(name):
    """Return what a file of ``data/awsapichanges`` knows, one mapping for each pair or page."""
    return json.loads((DATA / "awsapichanges" / name).read_text(encoding="utf-8"))


def label(pair):
    """Name a pair in the id of a test, in ASCII since pytest escapes the rest."""
    return "{service} {from}->{to}".format_map(pair)


def path(pair):
    """Return the file that holds both models of *pair*."""
    return MODELS / "{service}_{from}_{to}.json.xz".format_map(pair)


def unpacked(file):
    """Return the JSON of a file of models."""
    return json.loads(lzma.decompress(file.read_bytes()))


def load(pair):
    """Return the models of *pair*."""
    kept = unpacked(path(pair))
    old, new = (parse(kept[side]["model"]) for side in ("from", "to"))
    return Models(old, new, kept["to"]["date"].replace("-", "/"))


def shapes_at(model, way):
    """
    Return the names of the shapes along *way* (``Act.input.A[].B``), the one it ends at last.

    A member that *model* lacks ends the list with None.
    """
    operation, side, *steps = _STEP.findall(way)
    names = [steps.pop(0)] if side == "error" else [getattr(model.operations[operation], side)]
    for step in steps:
        shape = model.shapes[names[-1]]
        member = {"[]": shape.element, "{key}": shape.key, "{}": shape.value}.get(step) or shape.members.get(step)
        names.append(member and member.shape)
    return names
