"""Where a value of an instance stands: in the API, in the message, and under which shape."""

from __future__ import annotations

from typing import NamedTuple

from bototape.jsontext import pointer
from bototape.shapes import Member, Service, Shape

__all__ = ["Path", "Place", "Places"]

#: Member names and indices from the root of an instance.
Path = tuple[str | int, ...]

#: What a message calls the places of members outside of its body, by the model's ``location``.
_PARTS = {"header": "header", "headers": "header", "querystring": "query", "uri": "uri", "statusCode": "status"}


class Place(NamedTuple):
    """
    Where a path leads: the *shape* there, the *owner* (a structure) of the *member* it is or is in.

    *way* is the place in the API (``output.BestCandidate.CandidateSteps[]``), *wire* the path in the body by names on
    the wire, *part* what holds the value if that is not the body (``header x-amz-meta-a``). *form* is the member's
    timestamp format where the model gives one.
    """

    path: Path
    way: str
    wire: Path
    part: str
    shape: Shape | None
    owner: str
    member: str
    sensitive: bool
    form: str = ""

    @property
    def subject(self) -> str:
        """``AutoMLCandidate.CandidateName``, or the name of the root's shape."""
        return f"{self.owner}.{self.member}" if self.member else self.owner

    @property
    def pointer(self) -> str:
        """Where a reader of the message finds it: a JSON pointer into the body, or what else holds it."""
        return self.part or pointer(self.wire)

    def unknown(self, name: str) -> Place:
        """Return the place of the member *name*, which the model lacks; what it holds may be sensitive."""
        owner = self.shape.name if self.shape else self.owner
        way = f"{self.way}.{name}"
        return Place((*self.path, name), way, (*self.wire, name), self.part, None, owner, name, sensitive=True)


class Places:
    """The places of instances of one service; *rest* says that members may stand outside of the body."""

    def __init__(self, service: Service, *, rest: bool) -> None:
        self._shapes = service.shapes
        self._rest = rest

    def root(self, shape: Shape | None, way: str) -> Place:
        """Return the place of an instance of *shape*, which is at *way*."""
        return Place(
            (), way, (), "", shape, shape.name if shape else "", "", shape is not None and _is_sensitive(shape)
        )

    def at(self, known: dict[Path, Place], path: Path) -> Place:
        """
        Return where *path* leads; below what the model lacks, the shape is None.

        *known* holds the root, and takes every place on the way: the faults of an instance share most of theirs.
        """
        here = known.get(path)
        if here is None:
            here = known[path] = self._step(self.at(known, path[:-1]), path[-1])
        return here

    def key(self, here: Place, key: str) -> Place:
        """Return the place of the *key* of an entry of the map *here*."""
        member = here.shape.key if here.shape else None
        shape = self._shapes[member.shape] if member else None
        way = f"{here.way}{{key}}"
        wire = (*here.wire, key)
        return Place((*here.path, key), way, wire, here.part, shape, here.owner, here.member, here.sensitive)

    def _step(self, here: Place, step: str | int) -> Place:
        found, mark = _child(here.shape, step)
        inner = self._shapes[found.shape] if found else None
        if found is None and isinstance(step, int) and here.shape and here.shape.traits.get("eventstream"):
            inner = here.shape  # the events of a stream are a list of what the model calls one structure
        owner, member = here.owner, here.member
        if mark.startswith(".") and here.shape:
            owner, member = here.shape.name, str(step)
        wire, part = self._on_the_wire(here, found, step, mark)
        hidden = here.sensitive or (inner is not None and _is_sensitive(inner))
        form = str(found.traits.get("timestampFormat", "")) if found else ""
        return Place((*here.path, step), here.way + mark, wire, part, inner, owner, member, hidden, form)

    def _on_the_wire(self, here: Place, found: Member | None, step: str | int, mark: str) -> tuple[Path, str]:
        """Return the path in the body and the part of the message of what *step* leads to from *here*."""
        if here.part:
            is_entry = mark == "{}" and here.part.startswith("header")
            return here.wire, _joined(here.part, str(step)) if is_entry else here.part
        if found is None or not mark.startswith("."):
            return (*here.wire, step), ""
        if not self._rest or here.path or here.shape is None:
            return (*here.wire, found.wire_name), ""
        part = _PARTS.get(str(found.traits.get("location")), "")
        if part:
            named = str(found.traits.get("locationName", "" if found.traits["location"] == "headers" else found.name))
            return here.wire, part if part == "status" or not named else f"{part} {named}"
        return (here.wire if here.shape.traits.get("payload") == found.name else (*here.wire, found.wire_name)), ""


def _joined(part: str, key: str) -> str:
    """Return the name of a header: its prefix, which *part* ends with, and *key*."""
    return f"{part}{'' if ' ' in part else ' '}{key}"


def _child(shape: Shape | None, step: str | int) -> tuple[Member | None, str]:
    """Return what *step* leads to, and how places write it."""
    if isinstance(step, int):
        return (shape.element if shape else None), "[]"
    if shape and shape.type == "map":
        return shape.value, "{}"
    return (shape.members.get(step) if shape else None), f".{step}"


def _is_sensitive(shape: Shape) -> bool:
    return bool(shape.traits.get("sensitive"))
