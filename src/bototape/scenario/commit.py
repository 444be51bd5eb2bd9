"""
Write a finished recording: ledger and cassette together, one recording at a time.

The ledger goes first. Were the process killed between the two, it would remember a pseudonym that no cassette has,
which does no harm; a cassette whose pseudonyms are not remembered would let a later recording give them to others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bototape import cassettes, ledger
from bototape.finding import Finding
from bototape.interaction import Cassette
from bototape.scrub.apply import scrub
from bototape.scrub.estate import Estate
from bototape.scrub.pseudonyms import Pseudonyms, Rename

__all__ = ["Commit"]


@dataclass(frozen=True, slots=True, repr=False)
class Commit:
    """
    Writes a cassette whose pseudonyms belong to the ledger at *ledger*, made with the key of *mark*.

    Raises what `cassettes.write` and `ledger.save` raise; both files are then as they were.
    """

    ledger: Path
    pseudonyms: Pseudonyms
    mark: str

    def write(self, path: Path, cassette: Cassette, leaks: Callable[[str], Sequence[Finding]]) -> None:
        """Replace the file at *path* as `cassettes.write` does, renamed where another recording was first."""
        with ledger.locked(self.ledger), ledger.restored(self.ledger):
            settled = _renamed(cassette, self.pseudonyms.settle(ledger.load(self.ledger)))

            def last(text: str) -> Sequence[Finding]:
                """Audit the proven text; if nothing is left in it, remember its pseudonyms."""
                found = leaks(text)
                if not found:
                    ledger.save(self.ledger, self.pseudonyms.learned, self.mark)
                return found

            cassettes.write(path, settled, last)


def _renamed(cassette: Cassette, groups: Sequence[Sequence[Rename]]) -> Cassette:
    """Return *cassette* with the renames of each group made in turn, in every layer, lengths and digests repaired."""
    for group in groups:
        estate = Estate(values=tuple((each.kind, each.old) for each in group))
        names = Pseudonyms.renaming(group)
        done = tuple(scrub(each, estate, names) for each in cassette.interactions)
        cassette = replace(cassette, interactions=done)
    return cassette
