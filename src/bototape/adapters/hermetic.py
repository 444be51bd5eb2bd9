"""
The environment while a cassette plays: the machine's AWS configuration has no say, what tests set has.

The machine's is what the environment held when this module was imported; the pytest plugin imports it before any
``conftest.py``. Of that, every variable of AWS is taken out, known or not, and so is who calls and where to, whoever
set it. Process-wide, as the environment is; put back when the last playing tape closes. Child processes inherit it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

__all__ = [
    "DEFAULT_REGION",
    "DUMMY_ACCESS_KEY_ID",
    "DUMMY_SECRET_ACCESS_KEY",
    "default_region",
    "hermetic",
    "set_by_tests",
    "told_by_tests",
]

#: AWS's documented example credentials (IAM User Guide, "Managing access keys").
DUMMY_ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE"
DUMMY_SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

#: The region of clients made without one, when the cassette tells none either.
DEFAULT_REGION = "us-east-1"

_REGION = "AWS_DEFAULT_REGION"
#: Not read by botocore for the region, but by other SDKs, and by people.
_OTHER_REGION = "AWS_REGION"

#: Whose variables these are; a trace id of Lambda is none by its name.
_OF_AWS = ("AWS_", "BOTO_", "BOTOCORE_", "_X_AMZN_")

#: Who calls: set whoever set them before, so that no child process can sign for a real account.
_FIXED = {
    "AWS_ACCESS_KEY_ID": DUMMY_ACCESS_KEY_ID,
    "AWS_SECRET_ACCESS_KEY": DUMMY_SECRET_ACCESS_KEY,
    "AWS_ACCOUNT_ID": "123456789012",  # a client may require it in its endpoint
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
#: Who calls, and where to: taken out whoever set them before. The start of a name.
_REMOVED = (
    "AWS_BEARER_TOKEN_",
    "AWS_CONTAINER_",
    "AWS_CREDENTIAL_",
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_LOGIN_",
    "AWS_PROFILE",
    "AWS_ROLE_",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def _of_aws() -> dict[str, str]:
    # Values are asked for where they count: to decode all of them is dear, and each tape does it.
    names = [name for name in os.environ if name.startswith(_OF_AWS)]
    return {name: os.environ.get(name, "") for name in names}


_machine = _of_aws()
_lock = threading.Lock()
_saved: dict[str, str | None] = {}
_regions: list[list[str]] = []
#: The region that was set here, to be told from one that a test sets.
_given: list[str] = []


def default_region() -> None:
    """Set a region if the machine has none, so that clients can be made before a tape opens; it counts as its own."""
    if not os.environ.get(_REGION):
        os.environ[_REGION] = _machine[_REGION] = os.environ.get(_OTHER_REGION) or DEFAULT_REGION


def set_by_tests() -> list[str]:
    """Return the names of variables that are not as the machine had them, sorted."""
    return sorted(name for name, value in _of_aws().items() if _machine.get(name) != value)


def told_by_tests(names: Iterable[str]) -> None:
    """Take the variables *names* for set by tests: a process that runs tests may inherit what tests have set."""
    for name in names:
        _machine.pop(name, None)


@contextmanager
def hermetic(region: str = "") -> Iterator[None]:
    """
    Cut the process off from the machine's AWS configuration; the outermost use saves and puts back.

    *region* is that of clients made without one, unless a test has set another; of nested uses the innermost decides.
    """
    mine = [region or DEFAULT_REGION]  # a list, to be told from an equal one
    with _lock:
        if not _regions:
            _cut_off()
        _regions.append(mine)
        _set_region()
    try:
        yield
    finally:
        with _lock:
            _regions[:] = [each for each in _regions if each is not mine]
            if _regions:
                _set_region()
            else:
                _put_back()


def _cut_off() -> None:
    there = _of_aws()  # looked up once: a name that is not there is dear to ask for
    taken = [name for name, value in there.items() if _is_taken(name, value)]
    _saved.update({name: there.get(name) for name in (*_FIXED, *taken, _REGION)})
    for name in taken:
        _take_out(name)
    os.environ.update(_FIXED)


def _is_taken(name: str, value: str) -> bool:
    if name in _FIXED:
        return False
    return name.startswith(_REMOVED) or _machine.get(name) == value


def _set_region() -> None:
    there = os.environ.get(_REGION)
    if not there or there in _given:
        _given[:] = [os.environ.get(_OTHER_REGION) or _regions[-1][0]]
        os.environ[_REGION] = _given[0]


def _take_out(name: str) -> None:
    try:  # noqa: SIM105 - each tape does it for ten names; a context manager takes as long as the rest
        del os.environ[name]
    except KeyError:
        pass


def _put_back() -> None:
    for name, value in _saved.items():
        if value is None:
            _take_out(name)
        elif name in _FIXED or name == _REGION or name not in os.environ:  # else set meanwhile, to stay
            os.environ[name] = value
    _saved.clear()
    _given.clear()
