"""A service in the pinned and in the newer release, and what can be worked out of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bototape.check import Checker, Policy
from bototape.diff.changes import Change
from bototape.diff.compare import compare, known
from bototape.releases import Model
from bototape.shapes import Service
from bototape.wire.codec import Codec

__all__ = ["Pair"]


@dataclass(frozen=True)
class Pair:
    """
    One service: its *pinned* model, and the *newer* one, None if the newer release *release* has no such service.

    *policy* judges recordings, as for `bototape check`.

    What is worked out is kept: make one per service and run.
    """

    name: str
    pinned: Model
    newer: Model | None
    release: str
    policy: Policy = field(default_factory=Policy)

    @cached_property
    def scope(self) -> frozenset[str] | None:
        """The operations that both models know about, None for all."""
        return known(*self._models)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """The services as far as they are known, the pinned one first."""
        return tuple(each.service for each in self._models)

    @cached_property
    def codecs(self) -> tuple[Codec, ...]:
        """The readers of both services, the pinned one first."""
        return tuple(map(Codec, self.services))

    @cached_property
    def changes(self) -> Sequence[Change]:
        """Everything that changed, used or not."""
        return compare(self.pinned, self.newer)

    @cached_property
    def was(self) -> Checker:
        """The checker of the pinned release."""
        return self._checker(self.pinned)

    @cached_property
    def now(self) -> Checker | None:
        """The checker of the newer release, the same as `was` where both are one release."""
        same = self.newer and self.newer.release == self.pinned.release
        return self.was if same else self._checker(self.newer) if self.newer else None

    @property
    def _models(self) -> list[Model]:
        return [self.pinned, self.newer] if self.newer else [self.pinned]

    def is_gone(self, operation: str) -> bool:
        """Tell whether *operation* is known not to be in the newer release."""
        if self.newer is None:
            return True
        known = not self.newer.tracked_only or operation in self.newer.absent
        return known and operation not in self.newer.service.operations

    def _checker(self, model: Model) -> Checker:
        absent = model.absent if model.tracked_only else None
        return Checker(model.service, str(model.release), name=model.name, absent=absent, policy=self.policy)
