"""
The public AWS API change page, computed again from two models.

Not our own diff: the pages pair shapes by *name*, look only at what the new model has and the old one has
not, and never show removals, constraints or requiredness. `bototape.diff.changes` is the complete diff.
"""

from __future__ import annotations

import pprint
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bototape.shapes import Service, Shape

__all__ = ["ApiChanges", "Expression", "compute", "page"]

#: What a page prints of an addition: nested dicts and lists, type names as strings, a set of new enum values,
#: and ``()`` where a shape is met inside itself.
Expression = dict[str, "Expression"] | list["Expression"] | set[str] | tuple[()] | str

_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ApiChanges:
    """
    The content of one page.

    *new* are the added operations (sorted; the pages have them in no order), *updated* maps an operation, in
    the order of the model file, to what its ``request`` and ``response`` gained.
    """

    new: tuple[str, ...] = ()
    updated: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.new or self.updated)

    @property
    def summary(self) -> str:
        """``1 new 2 updated api methods``: parts that are zero are left out, the plural never changes."""
        parts = [(len(self.new), "new"), (len(self.updated), "updated")]
        return " ".join([*(f"{count} {word}" for count, word in parts if count), "api methods"])


def page(old: Service | None, new: Service, date: str) -> str:
    """
    Return the page for the step from *old* to *new*, or ``''`` where the site has none.

    *date* is that of the new release, ``YYYY/MM/DD``; *old* is None for a service that is new. The release
    note, the documentation and the syntax that the site adds are left out.
    """
    changes = compute(old, new)
    if not changes:
        return ""
    blocks = [f"{date} - {new.full_name} - {changes.summary}"]
    blocks += [f"{name} (new)" for name in changes.new]
    blocks += [f"{name} (updated)\n{_labelled(parts)}" for name, parts in changes.updated.items()]
    return "\n\n".join(blocks) + "\n"


def _labelled(parts: Mapping[str, Expression]) -> str:
    if len(parts) == 1:
        [(side, expression)] = parts.items()
        return f"Changes ({side})\n{_printed(expression)}"
    request, response = parts["request"], parts["response"]
    if request == response:
        return f"Changes (both)\n{_printed(request)}"
    return f"Changes (request, response)\nRequest\n{_printed(request)}\nResponse\n{_printed(response)}"


class _Printer(pprint.PrettyPrinter):
    """pprint at its defaults, except that a set that fits on the line is sorted (the site's order is random)."""

    def format(self, object, context, maxlevels, level):  # type: ignore[no-untyped-def]  # noqa: A002, ANN001, ANN202 - as pprint has it
        if isinstance(object, set):
            return "{" + ", ".join(map(repr, sorted(object))) + "}", True, False
        return super().format(object, context, maxlevels, level)


def _printed(expression: Expression) -> str:
    return _Printer().pformat(expression)


def compute(old: Service | None, new: Service) -> ApiChanges:
    """
    Return what the page shows for the step from *old* to *new*.

    The old side of an operation is the old shape of the *same name* as the new input or output, so a renamed
    shape shows nothing, and a new operation that returns a shape that grew is new and updated.
    """
    if old is None:
        return ApiChanges(new=tuple(sorted(new.operations)))
    comparison = _Comparison(old, new)
    updated: dict[str, Mapping[str, Expression]] = {}
    for operation in new.operations.values():
        sides = (("request", operation.input), ("response", operation.output))
        parts = {side: comparison.gained(name) for side, name in sides if name}
        if new.metadata.get("endpointPrefix") == "ec2":
            _drop_tag_specifications(parts)
        shown = {side: expression for side, expression in parts.items() if expression}
        if shown:
            updated[operation.name] = shown
    return ApiChanges(tuple(sorted(new.operations.keys() - old.operations.keys())), updated)


def _drop_tag_specifications(parts: dict[str, Expression]) -> None:
    request = parts.get("request")
    if isinstance(request, dict):
        request.pop("TagSpecifications", None)


class _Comparison:
    """Two models and the pairs of shapes already known to hold no difference."""

    def __init__(self, old: Service, new: Service) -> None:
        self.old = old
        self.new = new
        self._equal: set[_Pair] = set()
        self._without_gain: set[_Pair] = set()

    def gained(self, name: str) -> Expression:
        """Return what the shape *name* has in the new model and not in the old; empty for nothing."""
        if name not in self.old.shapes or not self._unequal((name, name)):
            return {}
        return self._delta((name, name), ())

    def _unequal(self, pair: _Pair) -> bool:
        # The gate. Reaching a differing pair by any way is the same as the site's walk, without its repetitions.
        return _reaches(pair, self._equal, self._gate_steps, self._gate_differs)

    def _has_gain(self, pair: _Pair) -> bool:
        return _reaches(pair, self._without_gain, self._delta_steps, self._gains)

    def _shapes(self, pair: _Pair) -> tuple[Shape, Shape]:
        return self.old.shapes[pair[0]], self.new.shapes[pair[1]]

    def _gate_differs(self, pair: _Pair) -> bool:
        old, new = self._shapes(pair)
        if new.type == "structure":
            return old.type == "structure" and not new.members.keys() <= old.members.keys()
        if new.type in ("list", "map"):
            return False
        if new.type == "string":
            return (old.enum or ()) != (new.enum or ())
        return old.name != new.name

    def _gate_steps(self, pair: _Pair) -> Iterator[_Pair]:
        old, new = self._shapes(pair)
        if new.type == "map" and old.key and new.key:
            yield old.key.shape, new.key.shape
        yield from self._delta_steps(pair)

    def _gains(self, pair: _Pair) -> bool:
        old, new = self._shapes(pair)
        if new.type == "structure":
            return old.type != "structure" or not new.members.keys() <= old.members.keys()
        return new.type == "string" and not set(new.enum or ()) <= set(old.enum or ())

    def _delta_steps(self, pair: _Pair) -> Iterator[_Pair]:
        old, new = self._shapes(pair)
        for mine, other in ((old.element, new.element), (old.value, new.value)):
            if mine and other:
                yield mine.shape, other.shape
        for name, member in new.members.items():
            if name in old.members:
                yield old.members[name].shape, member.shape

    def _delta(self, pair: _Pair, path: tuple[str, ...]) -> Expression:
        old, new = self._shapes(pair)
        if new.name in path or not self._has_gain(pair):
            return {}
        if new.type == "structure":
            return self._structure_delta(old, new, (*path, new.name))
        if new.type == "string":
            return set(new.enum or ()) - set(old.enum or ())
        # Lists and maps are transparent: their delta is that of the element or the value.
        return next((self._delta(step, (*path, new.name)) for step in self._delta_steps(pair)), {})

    def _structure_delta(self, old: Shape, new: Shape, path: tuple[str, ...]) -> Expression:
        if old.type != "structure":
            return _whole(self.new, new.name, ())
        found: dict[str, Expression] = {}
        for name, member in new.members.items():
            if name not in old.members:
                found[name] = _whole(self.new, member.shape, ())
            elif inner := self._delta((old.members[name].shape, member.shape), path):
                found[name] = inner
        return found


def _reaches(
    start: _Pair,
    clean: set[_Pair],
    steps: Callable[[_Pair], Iterable[_Pair]],
    holds: Callable[[_Pair], bool],
) -> bool:
    """Tell whether a pair that *holds* can be reached; the pairs met without finding one are added to *clean*."""
    seen: set[_Pair] = set()
    todo = [start]
    while todo:
        pair = todo.pop()
        if pair in seen or pair in clean:
            continue
        if holds(pair):
            return True
        seen.add(pair)
        todo.extend(steps(pair))
    clean |= seen
    return False


def _whole(service: Service, name: str, path: tuple[str, ...]) -> Expression:
    if name in path:
        return ()
    shape = service.shapes[name]
    inside = (*path, name)
    if shape.type == "structure":
        return {each.name: _whole(service, each.shape, inside) for each in shape.members.values()}
    if shape.element:
        return [_whole(service, shape.element.shape, inside)]
    if shape.key and shape.value:
        return {str(_whole(service, shape.key.shape, inside)): _whole(service, shape.value.shape, inside)}
    return " | ".join(shape.enum) if shape.enum else shape.type
