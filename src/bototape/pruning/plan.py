"""Which recordings of a cassette, and which cassettes, no test plays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bototape.cleaning import read_tree
from bototape.errors import CassetteMissing, CassetteUnreadable
from bototape.evidence import Evidence, Played
from bototape.interaction import Cassette
from bototape.pruning.cut import without
from bototape.tape.opening import region_of

__all__ = ["State", "Verdict", "judge"]

#: ``used``: all is played. ``prunable``: some is not. ``orphaned``: no test opens it. ``left``: it is not ours to
#: judge. ``stale``: it is not what the tests played any more.
State = Literal["used", "prunable", "orphaned", "left", "stale"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What became of one cassette: its *state*, the numbers from 1 of the recordings *unplayed* among *count*.

    *why* says it in words. *text* is the file without them, for ``prunable``; *fewer* are (number, ``repeat``, plays)
    of recordings that played less often than they may.
    """

    path: Path
    state: State
    count: int
    why: str = ""
    unplayed: tuple[int, ...] = ()
    fewer: tuple[tuple[int, int, int], ...] = ()
    text: str = ""


def judge(path: Path, name: str, evidence: Evidence, owners: Mapping[Path, str]) -> Verdict:
    """
    Return what *evidence* tells of the cassette at *path*, which it calls *name*.

    *owners* say by resolved path what else needs a cassette. Raises CassetteMissing, CassetteUnreadable,
    CassetteUnwritable.
    """
    data = _bytes(path)
    text = _text(data, path)
    _, cassette = read_tree(text, str(path))
    count = len(cassette.interactions)
    owner = owners.get(path.resolve())
    if owner:
        return Verdict(path, "left", count, owner)
    if name in evidence.held:
        return Verdict(path, "left", count, evidence.held[name])
    played = evidence.played.get(name)
    if played is None:
        if cassette.provenance is None:
            return Verdict(path, "left", count, "no test opens it, and another tool wrote it: that may play it")
        return Verdict(path, "orphaned", count, "no test opens it")
    if played.unsure:
        return Verdict(path, "left", count, played.unsure)
    if hashlib.sha256(data).hexdigest() != played.sha256 or count != len(played.most):
        return Verdict(path, "stale", count, "it changed since the tests played it")
    return _played(path, text, cassette, played)


def _played(path: Path, text: str, cassette: Cassette, played: Played) -> Verdict:
    count = len(cassette.interactions)
    fewer = tuple(_fewer(cassette, played))
    gone = [at for at, times in enumerate(played.most) if not times]
    if not gone:
        return Verdict(path, "used", count, fewer=fewer)
    kept = [each for at, each in enumerate(cassette.interactions) if at not in gone]
    before, after = region_of(cassette.interactions), region_of(kept)
    numbers = tuple(at + 1 for at in gone)
    if kept and before != after:
        reason = f"without them, clients without a region would get {after or 'none'} instead of {before}"
        return Verdict(path, "left", count, reason, numbers, fewer)
    return Verdict(path, "prunable", count, "", numbers, fewer, without(text, gone, str(path)))


def _fewer(cassette: Cassette, played: Played) -> Sequence[tuple[int, int, int]]:
    found = []
    for number, (each, times) in enumerate(zip(cassette.interactions, played.most, strict=True), 1):
        repeat = each.call.repeat if each.call else False
        if not isinstance(repeat, bool) and 0 < times < repeat:
            found.append((number, repeat, times))
    return found


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CassetteMissing(str(path), "name a cassette, or a directory of cassettes") from error
    except OSError as error:
        raise CassetteUnreadable(str(path), (error.strerror or "").lower(), "name a readable file") from error


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        reason = f"byte {error.start} is not UTF-8 text"
        raise CassetteUnreadable(str(path), reason, "restore it from version control") from error
