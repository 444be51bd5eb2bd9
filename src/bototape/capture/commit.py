"""
Write a finished recording: ledger and cassette together, one recording at a time.

The ledger goes first. Were the process killed between the two, it would remember a pseudonym that no cassette has,
which does no harm; a cassette whose pseudonyms are not remembered would let a later recording give them to others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bototape import cassettes, ledger
from bototape.errors import LedgerUnusable
from bototape.finding import Finding
from bototape.interaction import Cassette, Interaction, Provenance
from bototape.scrub.apply import renamed
from bototape.scrub.pseudonyms import Pseudonyms, Rename
from bototape.variables import scrubbed

__all__ = ["Commit", "rename"]


@dataclass(frozen=True, slots=True, repr=False)
class Commit:
    """
    Writes a cassette whose pseudonyms belong to the ledger at *ledger*, made with the key of *mark*.

    *before* is what was seen of the file as the recording began: what changed since is not replaced.

    Raises what `cassettes.write` and `ledger.save` raise; both files are then as they were.
    """

    ledger: Path
    pseudonyms: Pseudonyms
    mark: str
    before: cassettes.Seen

    def write(self, path: Path, cassette: Cassette, leaks: Callable[[str], Sequence[Finding]]) -> None:
        """Replace the file at *path* as `cassettes.write` does, renamed where another recording was first."""
        with ledger.locked(self.ledger), ledger.restored(self.ledger):
            settled = rename(cassette, self.pseudonyms.settle(ledger.load(self.ledger)), self.ledger)

            def last(text: str) -> Sequence[Finding]:
                """Audit the proven text; if nothing is left in it, remember its pseudonyms."""
                found = leaks(text)
                if not found:
                    ledger.save(self.ledger, self.pseudonyms.learned, self.mark)
                return found

            cassettes.refuse_changed(path, self.before)
            cassettes.write(path, settled, last)


def rename(cassette: Cassette, groups: Sequence[Sequence[Rename]], path: Path) -> Cassette:
    """
    Return *cassette* with the renames of each group made in turn, in every layer, lengths and digests repaired.

    Raises `LedgerUnusable`, naming the ledger at *path*, where an old name cannot be reached.
    """
    for group in groups:
        done = tuple(renamed(each, group) for each in cassette.interactions)
        cassette = replace(cassette, interactions=done, provenance=_remembered(cassette.provenance, group))
        if _left(cassette, group):
            reason = "another recording gave the same pseudonyms meanwhile, and not all of ours could be renamed"
            raise LedgerUnusable(str(path), reason, "record again: nothing was written")
    return cassette


def _remembered(provenance: Provenance | None, group: Sequence[Rename]) -> Provenance | None:
    """Return *provenance* with the variables as the calls have them after the renames of *group*."""
    if provenance is None or not provenance.variables:
        return provenance
    return replace(provenance, variables=scrubbed(provenance.variables, lambda each: renamed(each, group)))


def _left(cassette: Cassette, group: Sequence[Rename]) -> bool:
    """Tell whether an old name of *group* is still in a message, in any spelling: then two values would share it."""
    if any(renamed(each, group) != each for each in cassette.interactions):
        return True
    old = "|".join(re.escape(each.old) for each in group)
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{old})(?![A-Za-z0-9])", re.IGNORECASE)
    return any(pattern.search(text) for each in cassette.interactions for text in _texts(each))


def _texts(interaction: Interaction) -> Iterator[str]:
    yield interaction.request.uri
    for message in (interaction.request, interaction.response):
        yield from (value for _, value in message.headers)
        yield message.body.decode("latin-1")
