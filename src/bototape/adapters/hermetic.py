"""
The environment while a cassette plays: no credentials, profile, endpoint or region of this machine has a say.

Process-wide, as the environment is; put back when the last playing tape closes. Child processes inherit it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bototape.adapters.botocore import DUMMY_ACCESS_KEY_ID, DUMMY_SECRET_ACCESS_KEY

__all__ = ["DEFAULT_REGION", "default_region", "hermetic"]

#: The region of clients made without one, when the cassette tells none either.
DEFAULT_REGION = "us-east-1"

_FIXED = {
    "AWS_ACCESS_KEY_ID": DUMMY_ACCESS_KEY_ID,
    "AWS_SECRET_ACCESS_KEY": DUMMY_SECRET_ACCESS_KEY,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_REMOVED = (
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
)
_ENDPOINT = "AWS_ENDPOINT_URL"

_lock = threading.Lock()
_saved: list[dict[str, str | None]] = []
_depth = [0]


def default_region(region: str = "") -> None:
    """Set ``AWS_DEFAULT_REGION`` if no region is set, so that clients made without one can be made."""
    if not os.environ.get("AWS_REGION") and not os.environ.get("AWS_DEFAULT_REGION"):
        os.environ["AWS_DEFAULT_REGION"] = region or DEFAULT_REGION


@contextmanager
def hermetic(region: str = "") -> Iterator[None]:
    """Cut the process off from the machine's AWS configuration; the outermost use saves and puts back."""
    with _lock:
        _depth[0] += 1
        if _depth[0] == 1:
            _cut_off(region)
    try:
        yield
    finally:
        with _lock:
            _depth[0] -= 1
            if _depth[0] == 0:
                _put_back()


def _cut_off(region: str) -> None:
    endpoints = [name for name in os.environ if name.startswith(_ENDPOINT)]
    names = (*_FIXED, *_REMOVED, *endpoints, "AWS_DEFAULT_REGION")
    _saved.append({name: os.environ.get(name) for name in names})
    for name in (*_REMOVED, *endpoints):
        os.environ.pop(name, None)
    os.environ.update(_FIXED)
    default_region(region)


def _put_back() -> None:
    for name, value in _saved.pop().items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
