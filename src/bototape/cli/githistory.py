"""What the history of a repository holds: each version of each file, and what the commits say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bototape.errors import CassetteUnreadable, UsageError

__all__ = ["Version", "versions"]

#: Of a commit's id, as many digits as tell it from others in any repository there is.
_DIGITS = 12
_GONE = "0"
_FILES = ("100644", "100755", "100664")
_COMMIT = "\x01"

#: Nothing is asked, fetched, replaced or taken for a pattern.
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Version:
    """
    A file as a commit has it, or the commit's message (*name* is then empty).

    *where* is git's own name of it (``1a2b3c4d5e6f:cassettes/a.yaml``), which ``git show`` takes.
    """

    where: str
    name: PurePosixPath
    data: bytes


def versions(paths: Sequence[Path], wanted: Callable[[PurePosixPath], bool]) -> Iterator[Version]:
    """
    Yield every version of the files at and below *paths* that a branch, tag or stash reaches, the oldest commit first.

    Contents that come again are not; *wanted* chooses among the files. Also yields the messages of these commits.
    Raises UsageError where there is no repository or no git, CassetteUnreadable for a history that is cut off.
    """
    for top, inside in _repositories(paths).items():
        if _git(top, "rev-parse", "--is-shallow-repository").strip() == b"true":
            reason = "the history is cut off: the repository is a shallow clone"
            raise CassetteUnreadable(str(top), reason, "git fetch --unshallow (in CI: fetch-depth: 0)")
        named = [each.as_posix() for each in inside]
        yield from _files(top, named, wanted)
        yield from _messages(top, named)


def _repositories(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """Return the paths by the repository each is in; a path may be gone, its repository not."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        whole = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow a link out of the repository
        there = next(each for each in (whole, *whole.parents) if each.is_dir())
        top = Path(os.fsdecode(_git(there, "rev-parse", "--show-toplevel").rstrip(b"\n")))
        found.setdefault(top, []).append(Path(os.path.relpath(os.path.realpath(whole), os.path.realpath(top))))
    return found


def _git(where: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(where), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, env={**os.environ, **_ENVIRONMENT})  # noqa: S603 - git, with paths after --
    except FileNotFoundError:
        raise UsageError(
            "cannot read the history: there is no git", "install git, or leave --git-history out"
        ) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(
            f"cannot read the history of {where}: {said[-1] if said else f'git exited {done.returncode}'}",
            "name paths inside a git repository",
        )
    return done.stdout


def _files(top: Path, named: Sequence[str], wanted: Callable[[PurePosixPath], bool]) -> Iterator[Version]:
    log = (
        "log",
        "--all",
        "--reverse",
        "-m",
        "--root",
        "--raw",
        "--no-show-signature",
        "--no-abbrev",
        "--no-renames",
        "-z",
        "--format=%x01%H",
    )
    told = _git(top, *log, "--", *named).decode("utf-8", "surrogateescape").split("\0")
    commit, seen = "", set[tuple[str, str]]()
    chosen: list[tuple[str, str]] = []
    tokens = iter(told)
    for token in tokens:
        if token.startswith(_COMMIT):
            commit = token[1 : 1 + _DIGITS]
        elif token.lstrip("\n").startswith(":"):
            _, mode, _, blob, _ = token.lstrip("\n").split(" ")
            path = PurePosixPath(next(tokens))
            key = (blob, path.suffix.lower())
            if mode in _FILES and blob.strip(_GONE) and key not in seen and wanted(path):
                seen.add(key)
                chosen.append((blob, f"{commit}:{path}"))
    yield from _contents(top, chosen)


def _contents(top: Path, chosen: Sequence[tuple[str, str]]) -> Iterator[Version]:
    """Yield the blobs *chosen*, each an id and its place, asked of one process after the other."""
    command = ["git", "-C", str(top), "cat-file", "--batch"]
    environment = {**os.environ, **_ENVIRONMENT}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:  # noqa: S603 - git, with ids only
        asked, told = process.stdin, process.stdout
        assert asked is not None  # noqa: S101 - both are pipes
        assert told is not None  # noqa: S101 - both are pipes
        for blob, where in chosen:
            asked.write(f"{blob}\n".encode())
            asked.flush()
            head = told.readline().split()
            if len(head) != 3:  # noqa: PLR2004 - id, type and size
                raise CassetteUnreadable(where, "git does not have its content", "git fetch --refetch, or git fsck")
            data = told.read(int(head[2]))
            told.read(1)
            yield Version(where, PurePosixPath(where.partition(":")[2]), data)


def _messages(top: Path, named: Sequence[str]) -> Iterator[Version]:
    told = _git(top, "log", "--all", "--reverse", "--no-show-signature", "-z", "--format=%H%n%B", "--", *named)
    for each in filter(None, told.split(b"\0")):
        commit, _, message = each.partition(b"\n")
        yield Version(f"{commit[:_DIGITS].decode()} (message)", PurePosixPath(), message)
