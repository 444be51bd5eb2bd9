"""The markers: what they take, and the cassette that a test plays by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bototape.errors import UsageError
from bototape.pytest_plugin.settings import BY_NAME as SETTINGS
from bototape.pytest_plugin.settings import NOT_GIVEN, TABLE, Run, Source, Value, checked, meant, suggestion
from bototape.pytest_plugin.stash import RUN

__all__ = ["DESCRIPTIONS", "NAME", "RELEASE", "cassette", "hosts", "is_guarded", "parametrize", "settings", "uses"]

#: pytest shows no frame of this module: what is wrong is in what a test, a file or a command line says.
__tracebackhide__ = True

NAME = "bototape"
_BLOCK = "bototape_block_network"
#: The parameter that `releases` adds to a test.
RELEASE = "bototape_release"
_RELEASES = "releases"
#: Where a test's own cassette is, by the directory of cassettes.
_OWN = pytest.StashKey[tuple[Path, Path]]()
#: What the marker takes by name.
_KNOWN = [_RELEASES, *(each.name for each in TABLE if each.in_test)]

#: The lines of ``pytest --markers``.
DESCRIPTIONS = (
    (
        f"{NAME}(name=the test's own, *, releases=None, record_mode=None, cassette_dir='cassettes', allowed_hosts=(), "
        "ignore=(), http=None, match_on=(…), release='', clock=None, poll_limit=1000, seeded=False, "
        "unused='warn'): replay the cassette NAME (a file below the cassette directory, with or without .yaml) for all "
        "botocore clients; nothing is sent but what record_mode (once, new_episodes, all) has recorded; "
        "releases=['1.20.41', 'installed'] runs the test once as each release"
    ),
    (
        f"{_BLOCK}(allowed_hosts=(), enabled=True): refuse connections and DNS while the test and its fixtures "
        "run, but to these hosts"
    ),
)


def uses(item: pytest.Item) -> bool:
    """Tell whether *item* plays a cassette: by a marker, or by naming the fixture."""
    return isinstance(item, pytest.Function) and (
        item.get_closest_marker(NAME) is not None or NAME in item.fixturenames
    )


def settings(item: pytest.Item, fixture: Mapping[str, object] | None = None) -> Callable[[str], Value]:
    """Return what tells a setting of *item*; *fixture* is what ``bototape_config`` gave, once that is known."""
    sources = [Source("@pytest.mark.bototape", each.kwargs) for each in _marks(item) if each.kwargs]
    if fixture:
        sources.append(Source("the fixture bototape_config", checked(fixture, "the fixture bototape_config")))
    run: Run = item.config.stash[RUN]
    if RELEASE in (params := _params(item)):
        sources.insert(0, Source("@pytest.mark.bototape", {"release": params[RELEASE]}))
    elif sources and "release" not in run.first:
        _refuse_unparametrized(item, [each.given for each in sources])
    return partial(run.of, sources=sources)


def _refuse_unparametrized(item: pytest.Item, given: Sequence[Mapping[str, object]]) -> None:
    """Raise UsageError for releases that pytest has not run the test as, for it cannot."""
    nearest = next((each for each in given if "release" in each or _RELEASES in each), {})
    if _RELEASES in nearest and "release" not in nearest:
        raise UsageError(
            f"{item.nodeid}: @pytest.mark.bototape: releases does nothing here: pytest runs a method of "
            "unittest.TestCase once",
            "make it a function or a method of another class, or name one: release='1.20.41'",
        )


def cassette(item: pytest.Item, directory: Path) -> Path:
    """Return the path of the cassette in *directory* that the nearest marker names, or that is the test's own."""
    name = next((each.args[0] for each in _marks(item) if each.args), None)
    if name is None:
        return _own(item, directory)
    path = directory / str(name)
    return path if path.suffix in (".yaml", ".yml") else path.with_name(f"{path.name}.yaml")


def _own(item: pytest.Item, directory: Path) -> Path:
    known = item.stash.get(_OWN, None)
    if known is None or known[0] != directory:  # asked for when tests are collected, and when the test runs
        known = item.stash[_OWN] = directory, _named(item, directory)
    return known[1]


def _named(item: pytest.Item, directory: Path) -> Path:
    from bototape.pytest_plugin import names  # noqa: PLC0415 - where each cassette is named, it is not needed

    around = [each for each in item.listchain() if isinstance(each, (pytest.Module, pytest.Class))]
    spaces: list[Any] = [each.obj for each in around]
    classes = [each.name for each in around if isinstance(each, pytest.Class)]

    def rivals(name: str) -> bool:
        if name == name.lower():
            return False
        return any(
            name in (known := dir(each)) and sum(other.lower() == name.lower() for other in known) > 1
            for each in spaces
        )

    test = names.without(item.name, str(_params(item).get(RELEASE, "")))
    return names.default(item.path, directory, classes, test, rivals=rivals)


def is_guarded(item: pytest.Item) -> bool:
    """Tell whether the network is refused to *item*; the command line and the environment beat its marker."""
    run: Run = item.config.stash[RUN]
    mark = item.get_closest_marker(_BLOCK)
    if mark is None or "block_network" in run.first:
        return bool(run.of("block_network").value)
    given = {"enabled": True, **mark.kwargs}
    for key in given:
        if key not in ("enabled", "allowed_hosts") or mark.args:
            fix = suggestion(key, ("allowed_hosts", "enabled"))
            raise UsageError(f"@pytest.mark.{_BLOCK} takes allowed_hosts=[…] and enabled=False; found {mark}", fix)
    return bool(meant(SETTINGS["block_network"], given["enabled"], f"@pytest.mark.{_BLOCK}"))


def hosts(item: pytest.Item, said: Callable[[str], Value]) -> tuple[str, ...]:
    """Return the hosts that *item*, whose settings *said* tells, may reach; those that its guard's marker adds, too."""
    run: Run = item.config.stash[RUN]
    found: tuple[str, ...] = said("allowed_hosts").value
    mark = item.get_closest_marker(_BLOCK)
    if mark is None or "allowed_hosts" in run.first:
        return found
    added = meant(SETTINGS["allowed_hosts"], mark.kwargs.get("allowed_hosts", ()), f"@pytest.mark.{_BLOCK}")
    return (*found, *added)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test whose nearest marker has ``releases`` once as each; a release for the whole run needs no more."""
    if "release" in metafunc.config.stash[RUN].first:
        return
    for mark in metafunc.definition.iter_markers(NAME):
        if "release" in mark.kwargs and _RELEASES in mark.kwargs:
            where = f"{metafunc.definition.nodeid}: @pytest.mark.bototape"
            pytest.fail(f"{where}: release is one, releases are many: give one of them", pytrace=False)
        if "release" in mark.kwargs:
            return
        if _RELEASES in mark.kwargs:
            found = _releases(mark.kwargs[_RELEASES], metafunc.definition.nodeid)
            metafunc.fixturenames.append(RELEASE)
            metafunc.parametrize(RELEASE, found, indirect=True, ids=found)
            return


def _releases(told: object, test: str) -> Sequence[str]:
    good = isinstance(told, (list, tuple)) and told and all(isinstance(each, str) and each for each in told)
    if not good or len(set(told)) < len(told):  # type: ignore[arg-type, call-overload]  # good says what it is
        pytest.fail(
            f"{test}: @pytest.mark.bototape: releases: expected a list of releases, each once, such as "
            f"['1.20.41', 'installed']; found {told!r}",
            pytrace=False,
        )
    return list(told)  # type: ignore[call-overload, no-any-return]  # as above


def _params(item: pytest.Item) -> Mapping[str, object]:
    callspec = getattr(item, "callspec", None)
    return callspec.params if callspec else {}


def _marks(item: pytest.Item) -> Iterator[pytest.Mark]:
    """Yield the markers of *item*, the nearest first; anything that they do not know is an error, not a default."""
    for mark in item.iter_markers(NAME):
        if len(mark.args) > 1 or not all(isinstance(each, str) and each for each in mark.args):
            raise UsageError(
                f"{item.nodeid}: @pytest.mark.bototape takes one cassette name; found {mark.args!r}",
                f"name=…, then {', '.join(_KNOWN)}",
            )
        strange = next((each for each in mark.kwargs if each not in _KNOWN), NOT_GIVEN)
        if strange is not NOT_GIVEN:
            raise UsageError(f"{item.nodeid}: @pytest.mark.bototape takes no {strange!r}", suggestion(strange, _KNOWN))
        yield mark
