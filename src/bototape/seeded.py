"""
Random numbers and UUIDs that are the same at each run: from a seed that the cassette keeps.

``uuid.uuid4`` and the functions of ``random`` can be replaced by them for the code under test. botocore's own tokens
and jitter, and whatever else is not code under test, stay as they are, so that a retry more does not shift the numbers.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID
from uuid import uuid4 as _uuid4

from bototape.substitutes import is_users, substituted

__all__ = ["Seeded", "new_seed", "seeded"]

#: Below the length of an account's number: a seed is no identifier.
_SEEDS = 10**9


def new_seed() -> int:
    """Return a seed that nobody has foreseen."""
    return random.SystemRandom().randrange(_SEEDS)


class Seeded:
    """Random numbers of *seed*: those asked for by name, and apart from them those of the code under test."""

    def __init__(self, seed: int) -> None:
        # Seeds of text are hashed by SHA-512, whatever PYTHONHASHSEED is.
        self.random = random.Random(f"bototape {seed} random")  # noqa: S311 - the same each time is the point
        self._uuids = random.Random(f"bototape {seed} uuid")  # noqa: S311 - as above
        self.patched = random.Random(f"bototape {seed} patched random")  # noqa: S311 - as above
        self._patched_uuids = random.Random(f"bototape {seed} patched uuid")  # noqa: S311 - as above

    def uuid(self) -> UUID:
        """Return the next UUID, version 4."""
        return UUID(int=self._uuids.getrandbits(128), version=4)

    def uuid_of_users(self) -> UUID:
        """Return the next UUID for a call of ``uuid.uuid4``."""
        return UUID(int=self._patched_uuids.getrandbits(128), version=4)


Which = Callable[[], Seeded | None]

#: Tells which numbers a call gets; the tape's, set with the first seeded one.
_which: list[Which] = []


def _here() -> Seeded | None:
    """Return what the caller's caller gets; None for the real thing."""
    return _which[-1]() if _which and is_users(sys._getframe(2)) else None  # noqa: SLF001 - whose call it is


def uuid4() -> UUID:
    """Return the next seeded UUID for the code under test, a real one for any other."""
    found = _here()
    return _uuid4() if found is None else found.uuid_of_users()


def _substitute(name: str, original: Any) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        found = _here()
        return (original if found is None else getattr(found.patched, name))(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = original.__doc__
    return call


_ORIGINALS = {
    name: original
    for name in random.__all__
    if isinstance(getattr(original := getattr(random, name), "__self__", None), random.Random)
}
_TABLE: dict[str, tuple[Any, Any]] = {
    "uuid.uuid4": (_uuid4, uuid4),
    **{f"random.{name}": (original, _substitute(name, original)) for name, original in _ORIGINALS.items()},
}


@contextmanager
def seeded(which: Which) -> Iterator[None]:
    """
    Give the code under test seeded numbers until the block ends, as *which* tells at each call.

    *which* returns those of the running thread and context, or None for real ones.
    """
    _which[:] = [which]
    with substituted(_TABLE):
        yield
