"""
Functions of the standard library replaced for the code under test, at home and where they were imported by name.

``from time import sleep`` copies a reference, and so does ``def wait(pause=time.sleep)``; both are found in the modules
loaded, replaced while a substitution is open, and put back when the last one closes. The standard library, botocore and
what carries the test (pytest and its kind) keep what they hold; a substitute called from there passes the call on.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, FunctionType
from typing import Any

__all__ = ["INFRASTRUCTURE", "is_users", "substituted"]

#: Packages whose waiting, time and random numbers are real: clients below the tape, test runners, emulators, servers.
INFRASTRUCTURE = frozenset(
    {
        *("_pytest", "pytest", "pluggy", "xdist", "execnet", "pytest_timeout", "pytest_asyncio", "hypothesis"),
        *("coverage", "debugpy", "pydevd", "_pydevd_bundle", "freezegun", "time_machine"),
        *("bototape", "boto3", "botocore", "s3transfer", "awscrt", "urllib3", "vcr", "requests", "httpx", "httpcore"),
        *("aiohttp", "moto", "werkzeug", "flask", "localstack", "docker", "testcontainers", "uvicorn", "starlette"),
    }
)

_STRANGERS = (INFRASTRUCTURE | sys.stdlib_module_names) - {"__main__"}

_lock = threading.Lock()
#: The substitutions that are open: how many, by the identity of their table.
_open: dict[int, int] = {}


def is_users(frame: FrameType) -> bool:
    """Tell whether *frame* runs code under test: no module of the standard library or of `INFRASTRUCTURE`."""
    return _is_users(frame.f_globals.get("__name__"))


def _is_users(name: object) -> bool:
    return not isinstance(name, str) or name.partition(".")[0] not in _STRANGERS


@contextmanager
def substituted(table: Mapping[str, tuple[Any, Any]]) -> Iterator[None]:
    """
    Replace functions for the code under test until the block ends; in blocks of one table, until the last one ends.

    *table* has, by ``module.name``, the original and its substitute. A name of the standard library that holds anything
    but its original (something else replaced it) is left alone.
    """
    key = id(table)
    with _lock:
        _open[key] = _open.get(key, 0) + 1
        if _open[key] == 1:
            forth = {id(original): new for original, new in table.values()}
            _replace_at_home(table, forth)
            _replace_in_modules(forth, users_only=True)
    try:
        yield
    finally:
        with _lock:
            _open[key] -= 1
            if not _open[key]:
                del _open[key]
                back = {id(new): original for original, new in table.values()}
                _replace_at_home(table, back)
                # All modules: whichever was loaded meanwhile has taken the substitute for the original.
                _replace_in_modules(back, users_only=False)


def _replace_at_home(table: Mapping[str, tuple[Any, Any]], found: Mapping[int, Any]) -> None:
    for name in table:
        module, *path = name.split(".")
        home: Any = sys.modules[module]
        for step in path[:-1]:
            home = getattr(home, step)
        held = getattr(home, path[-1])
        if id(held) in found:
            setattr(home, path[-1], found[id(held)])


def _replace_in_modules(found: Mapping[int, Any], *, users_only: bool) -> None:
    for name, module in list(sys.modules.items()):
        if users_only and not _is_users(name):
            continue
        try:
            names = object.__getattribute__(module, "__dict__")  # a module that loads late is not loaded by this
        except AttributeError:
            continue
        _replace_in(names, found)
        if _is_written_here(names):
            for each in list(names.values()):
                _replace_defaults(each, name, found)


def _replace_in(names: dict[str, Any], found: Mapping[int, Any]) -> None:
    for name, value in list(names.items()):
        if id(value) in found:
            names[name] = found[id(value)]


def _is_written_here(names: Mapping[str, Any]) -> bool:
    """Tell whether a module is the project's: looking into every function of installed packages takes too long."""
    path = names.get("__file__")
    return isinstance(path, str) and "site-packages" not in path and _is_users(names.get("__name__"))


def _replace_defaults(value: object, module: str, found: Mapping[int, Any]) -> None:
    """Replace default arguments of a function, or of the methods of a class, that *module* defines."""
    if isinstance(value, type) and value.__module__ == module:
        for each in list(vars(value).values()):
            _replace_defaults(getattr(each, "__func__", each), module, found)
    elif isinstance(value, FunctionType) and value.__module__ == module:
        if value.__defaults__ and any(id(each) in found for each in value.__defaults__):
            value.__defaults__ = tuple(found.get(id(each), each) for each in value.__defaults__)
        if value.__kwdefaults__:
            _replace_in(value.__kwdefaults__, found)
