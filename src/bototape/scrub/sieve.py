"""Everything that is looked for in one text: known values and forms, cut down to what a text may hold at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bototape.scrub import arns, credentials, identifiers, places
from bototape.scrub.detector import Detector, holds
from bototape.scrub.edits import Edit
from bototape.scrub.known import Known
from bototape.scrub.names import Place

__all__ = ["Sieve", "sieve"]


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is looked for: *known* values first, then what the *detectors* find by form."""

    known: Known
    detectors: tuple[Detector, ...]

    def knowing(self, text: str) -> Sieve:
        """Return this with only those known values that may be in a piece of *text*."""
        return Sieve(self.known.within(text, text.lower()), self.detectors) if self.known.needles.all else self

    def within(self, text: str) -> Sieve:
        """
        Return what of it may be in a piece of *text*.

        A document of many texts is searched for everything once; each of its texts then only for what is left.
        """
        folded = text.lower()
        return Sieve(self.known.within(text, folded), tuple(each for each in self.detectors if each.may(text, folded)))

    def find(self, text: str, place: Place) -> Iterator[Edit]:
        """Yield the edits of *text*, which stands at *place*; they may overlap."""
        yield from self.known.find(text)
        if self.detectors:
            folded = text.lower()
            for each in self.detectors:
                if each.may(text, folded):
                    yield from each.find(text, place)


def sieve(known: Known) -> Sieve:
    """Return the sieve of *known* and of every form."""
    named = Detector(holds("arn:aws"), lambda text, _: arns.find(text, known))
    return Sieve(known, (named, *places.DETECTORS, *credentials.DETECTORS, *identifiers.DETECTORS))
