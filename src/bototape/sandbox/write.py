"""Write a sandbox into a directory of its own, where nothing raw can be committed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bototape import cassettes
from bototape.errors import UsageError
from bototape.interaction import Cassette
from bototape.sandbox.invent import Invention
from bototape.sandbox.put import estate_of, unscrub, who_am_i
from bototape.scrub.estate import Estate

__all__ = ["Sandbox", "write"]

#: Names the files of a sandbox; a directory with it may be written again.
MARKER = ".bototape-sandbox"

_HEADER = "# Raw traffic of an account that does not exist, invented by bototape sandbox. Not for version control.\n"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What was written: the raw cassettes, STS's answer, the credentials and the estate of the invented account."""

    directory: Path
    cassettes: tuple[Path, ...]
    sts: Path
    credentials: Path
    estate: Path


def write(sources: Sequence[Path], directory: Path, seed: int) -> Sandbox:
    """
    Write the cassettes *sources* as an invented account would have recorded them into *directory*.

    One account for all of them, made from *seed*. Files are for their owner only. Raises `UsageError` when the
    directory holds anything else, lies in a version-controlled tree, or two sources have one name;
    `CassetteMissing` and `CassetteUnreadable` for a source that is not there or no cassette.
    """
    names = _names(sources)
    read = {name: cassettes.read(path) for name, path in names.items()}
    _refuse(directory)
    invention = Invention(seed)
    estate = estate_of(read.values(), invention)
    texts = {name: _text(unscrub(each, invention)) for name, each in read.items()}
    texts["sts.yaml"] = _text(who_am_i(estate, invention, _region(read)))
    texts["credentials"] = _credentials(estate)
    texts["estate.json"] = json.dumps(_told(estate), indent=2) + "\n"
    _store(directory, texts)
    return Sandbox(
        directory,
        tuple(directory / name for name in names),
        directory / "sts.yaml",
        directory / "credentials",
        directory / "estate.json",
    )


def _names(sources: Sequence[Path]) -> dict[str, Path]:
    names: dict[str, Path] = {}
    for each in sources:
        if each.name in names or each.name in ("sts.yaml", "credentials", "estate.json", MARKER):
            raise UsageError(
                f"cannot put {each} into the sandbox: another file there is called {each.name}",
                "rename it, or make a second sandbox with the same --seed",
            )
        names[each.name] = each
    return names


def _refuse(directory: Path) -> None:
    """Refuse a place where raw traffic could be committed or somebody's files overwritten."""
    place = Path(os.path.realpath(directory))
    tree = next((each for each in (place, *place.parents) if (each / ".git").exists()), None)
    if tree:
        raise UsageError(
            f"cannot write raw traffic to {directory}: it is inside the version-controlled tree {tree}",
            "choose a directory outside of it, such as one under the system's temporary directory",
        )
    if place.exists() and not place.is_dir():
        raise UsageError(f"cannot write a sandbox to {directory}: it is not a directory", "choose another --out")
    if place.is_dir() and any(place.iterdir()) and not (place / MARKER).is_file():
        raise UsageError(
            f"cannot write a sandbox to {directory}: it holds files that are not a sandbox's",
            "choose an empty or a new directory",
        )


def _text(cassette: Cassette) -> str:
    return _HEADER + cassettes.to_text(cassette)


def _region(read: Mapping[str, Cassette]) -> str:
    calls = (each.call for cassette in read.values() for each in cassette.interactions)
    return next((call.region for call in calls if call and call.region), "us-east-1")


def _credentials(estate: Estate) -> str:
    return (
        "# An account that does not exist, invented by bototape sandbox.\n"
        "[default]\n"
        f"aws_access_key_id = {estate.access_key_id}\n"
        f"aws_secret_access_key = {estate.secret_access_key}\n"
        f"aws_session_token = {estate.session_token}\n"
    )


def _told(estate: Estate) -> dict[str, object]:
    return {name: value for name, value in asdict(estate).items() if name != "values"}


def _store(directory: Path, texts: Mapping[str, str]) -> None:
    """Write all files, each replaced at once, and remove those an earlier run left."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        marker = directory / MARKER
        old = marker.read_text(encoding="utf-8").split("\n") if marker.exists() else []
        for name, text in {MARKER: "\n".join(sorted(texts)) + "\n", **texts}.items():
            _replace(directory / name, text)
        for name in old:
            if name and name not in texts and "/" not in name:
                (directory / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write the sandbox {directory}: {error.strerror}", "choose another --out") from error


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    temporary.replace(path)
