"""
Answers that note what is read of them.

They are dicts and lists, with everything in them where C code looks for it, so that equality, ``json``, ``**`` and all
that asks ``isinstance`` go on as before. What is read through a method is noted there; a list of plain values, which C
code reads by other ways, is noted whole when it is read itself. Pickles are of plain dicts and lists.
"""

from __future__ import annotations

import copy
from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, NamedTuple, Self, SupportsIndex

from bototape.reads.notes import Notes
from bototape.shapes import Member, Shape

__all__ = ["NotingDict", "NotingList", "noting"]


#: Which types of value note what is read of them, by type of shape; streams and documents do not.
_HELD_BY: Mapping[str, tuple[type, ...]] = {"structure": (dict,), "map": (dict,), "list": (list,)}


class _Origin(NamedTuple):
    """Where a part of an answer is from, and who takes notes."""

    notes: Notes
    shapes: Mapping[str, Shape]
    shape: Shape
    place: str

    def step(self, key: object) -> tuple[str, Member | None]:
        """Return the place of what is under *key*, and what the model says of it; None if it is not the model's."""
        if self.shape.type == "structure":
            member = self.shape.members.get(key) if isinstance(key, str) else None
            return f"{self.place}.{key}", member
        if self.shape.type == "map":
            return f"{self.place}{{}}", self.shape.value
        return f"{self.place}[]", self.shape.element

    def read(self, key: object, value: object) -> None:
        """Note that what is under *key* was read, and is *value*."""
        place, member = self.step(key)
        if member is None:
            return
        if self.shape.type == "map":
            self.notes.read(f"{self.place}{{key}}")
        _note(self.notes, place, value, self.shapes[member.shape])

    def inside(self, key: object, value: object) -> object:
        """Return *value*, found under *key*, noting."""
        place, member = self.step(key)
        return value if member is None else noting(value, self.shapes, self.shapes[member.shape], place, self.notes)


def noting(value: object, shapes: Mapping[str, Shape], shape: Shape, place: str, notes: Notes) -> Any:
    """Return *value*, an instance of *shape* at *place*, as what tells *notes* what is read of it."""
    if type(value) not in _HELD_BY.get(shape.type, ()):
        return value
    origin = _Origin(notes, shapes, shape, place)
    if isinstance(value, dict):
        filled = NotingDict((key, origin.inside(key, each)) for key, each in value.items())
        filled._origin = origin  # noqa: SLF001 - only here; what is made like one elsewhere has none
        return filled
    made = NotingList(origin.inside(None, each) for each in value) if isinstance(value, list) else NotingList()
    made._origin = origin  # noqa: SLF001 - as above
    return made


def _note(notes: Notes, place: str, value: object, shape: Shape) -> None:
    if shape.traits.get("eventstream"):
        notes.whole(place)
        return
    notes.read(place)
    if isinstance(value, str) and shape.enum:
        notes.value(place, value)
    elif isinstance(value, NotingList):
        value._note_plain()  # noqa: SLF001 - see the module's docstring


class NotingDict(dict[Any, Any]):
    """A structure or map of an answer."""

    __slots__ = ("_origin",)
    _origin: _Origin | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make one as of dict: code that makes one of its type gets what notes nothing."""
        made = super().__new__(cls, *args, **kwargs)
        made._origin = None
        return made

    def _read(self, key: object) -> None:
        if self._origin is not None:
            self._origin.read(key, dict.get(self, key))

    def _note_all(self) -> None:
        for key, each in dict.items(self):
            self._read(key)
            _note_below(each)

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self._read(key)
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what is under *key*; that nothing is there was read, too."""
        self._read(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._read(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[Any]:
        # Defined here, it makes dict(…), {**…} and f(**…) go through __getitem__ as well.
        self._read_keys()
        return super().__iter__()

    def __reversed__(self) -> Iterator[Any]:
        self._read_keys()
        return super().__reversed__()

    def keys(self) -> KeysView[Any]:  # type: ignore[override]  # dict_keys, which is one
        """Return the keys; of a map they are data."""
        self._read_keys()
        return super().keys()

    def _read_keys(self) -> None:
        if self._origin is not None and self._origin.shape.type == "map" and len(self):
            self._origin.notes.read(f"{self._origin.place}{{key}}")

    def items(self) -> ItemsView[Any, Any]:  # type: ignore[override]  # dict_items, which is one
        """Return the items, all of them read."""
        for key in super().__iter__():
            self._read(key)
        return super().items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]  # dict_values, which is one
        """Return the values, all of them read."""
        for key in super().__iter__():
            self._read(key)
        return super().values()

    def pop(self, key: Any, *default: Any) -> Any:
        """Take out what is under *key*."""
        self._read(key)
        return super().pop(key, *default)

    def popitem(self) -> tuple[Any, Any]:
        """Take out the last item."""
        self._read(next(dict.__reversed__(self), None))
        return super().popitem()

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return what is under *key*, which is *default* from now on if nothing was."""
        self._read(key)
        return super().setdefault(key, default)

    def __eq__(self, other: object) -> bool:
        self._note_all()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        self._note_all()
        return super().__ne__(other)

    __hash__ = None  # as dict's

    def copy(self) -> NotingDict:
        """Return a shallow copy, that notes as well."""
        return self.__copy__()

    def __copy__(self) -> NotingDict:
        made = NotingDict(dict.items(self))
        made._origin = self._origin
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> NotingDict:
        made = memo[id(self)] = NotingDict()
        made._origin = self._origin
        for key, each in dict.items(self):
            dict.__setitem__(made, copy.deepcopy(key, memo), copy.deepcopy(each, memo))
        return made

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        del protocol
        self._note_all()
        return dict, (), None, None, iter(list(dict.items(self)))


class NotingList(list[Any]):
    """A list of an answer."""

    __slots__ = ("_origin",)
    _origin: _Origin | None

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make one as of list: code that makes one of its type gets what notes nothing."""
        made = super().__new__(cls, *args, **kwargs)
        made._origin = None
        return made

    def _read(self, values: Iterable[object]) -> None:
        if self._origin is not None:
            for each in values:
                self._origin.read(None, each)

    def _note_plain(self) -> None:
        self._read(each for each in list.__iter__(self) if not isinstance(each, NotingDict | NotingList))

    def _note_all(self) -> None:
        for each in list.__iter__(self):
            self._read([each])
            _note_below(each)

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        if not isinstance(index, slice):
            self._read([found])
            return found
        made = NotingList(found)
        made._origin = self._origin
        return made

    def __iter__(self) -> Iterator[Any]:
        for each in super().__iter__():
            self._read([each])
            yield each

    def __reversed__(self) -> Iterator[Any]:
        for each in super().__reversed__():
            self._read([each])
            yield each

    def __contains__(self, value: object) -> bool:
        self._note_all()
        return super().__contains__(value)

    def index(self, *args: Any) -> int:
        """Return where a value is, all of them read."""
        self._note_all()
        return super().index(*args)

    def count(self, value: object) -> int:
        """Return how often a value is there, all of them read."""
        self._note_all()
        return super().count(value)

    def pop(self, *index: SupportsIndex) -> Any:
        """Take out one value."""
        found = super().pop(*index)
        self._read([found])
        return found

    def sort(self, **how: Any) -> None:
        """Sort in place, all values read."""
        self._read(list.__iter__(self))
        super().sort(**how)

    def __eq__(self, other: object) -> bool:
        self._note_all()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        self._note_all()
        return super().__ne__(other)

    __hash__ = None  # as list's

    def copy(self) -> NotingList:
        """Return a shallow copy, that notes as well."""
        return self.__copy__()

    def __copy__(self) -> NotingList:
        made = NotingList(list.__iter__(self))
        made._origin = self._origin
        return made

    def __deepcopy__(self, memo: dict[int, Any]) -> NotingList:
        made = memo[id(self)] = NotingList()
        made._origin = self._origin
        for each in list.__iter__(self):
            list.append(made, copy.deepcopy(each, memo))
        return made

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        del protocol
        self._note_all()
        return list, (), None, iter(list(list.__iter__(self)))


def _note_below(value: object) -> None:
    if isinstance(value, NotingDict | NotingList):
        value._note_all()  # noqa: SLF001 - of one kind


# jmespath asks types for their names, and knows these two.
for _kind, _name in ((NotingDict, "dict"), (NotingList, "list")):
    _kind.__name__ = _name
