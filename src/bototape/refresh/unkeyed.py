"""
A recording whose ledger was made with a key that is not here: its values keep their names by the places they stand in.

Without the key nobody knows which value a name stands for. Were all of them to get new names, everything would look
changed; so what stands in the place of an old name takes that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bototape import cassettes, ledger
from bototape.adapters import models
from bototape.audit import audit
from bototape.capture.commit import rename
from bototape.finding import Severity, at_or_above
from bototape.interaction import Cassette
from bototape.refresh.align import aligned
from bototape.scenario.run import Target
from bototape.scrub.pseudonyms import Pseudonyms

__all__ = ["keep_names"]


def keep_names(aside: Target, where: Target, old: Cassette, learned: Mapping[str, tuple[str, str]]) -> int:
    """
    Let what was recorded *aside* have the names of *old* where it can, and return how many values do.

    *learned* are its own entries, digest → (kind, pseudonym). Those that take an old name are in the ledger aside only
    where there is no other one: there the name is somebody's already, by a digest under the other key.
    """
    new = cassettes.read(aside.cassette)
    found = aligned(old, new, {pseudonym: kind for kind, pseudonym in learned.values()}, models)
    kept = {name: found[pseudonym] for name, (_, pseudonym) in learned.items() if pseudonym in found}
    if not kept:
        return 0
    known, key = ledger.load(where.ledger), ledger.key()
    taken = set(kept.values())
    pseudonyms = Pseudonyms(key, {})
    pseudonyms.adopt(learned)
    groups = pseudonyms.settle({**{name: each for name, each in known.items() if each not in taken}, **kept})
    renamed = replace(rename(new, groups, where.ledger), provenance=new.provenance)
    cassettes.write(aside.cassette, renamed, lambda text: at_or_above(audit(text, where=""), Severity.ERROR))
    aside.ledger.unlink(missing_ok=True)
    entries = {**(known or kept), **pseudonyms.learned}
    marks = ledger.marks(where.ledger)
    ledger.save(aside.ledger, known, marks[0] if marks else "")
    ledger.save(aside.ledger, entries, ledger.own_mark(key))
    return len(kept)
