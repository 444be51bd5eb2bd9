"""
Files of the machine that botocore reads where no variable points elsewhere, out of reach while a tape plays.

Patched once, at class level; without a playing tape each passes the call on.

``Session.get_scoped_config``  a profile that code names is an empty one: its file is out of reach
``Loader.CUSTOMER_DATA_PATH``  no service models of ``~/.aws/models``
"""

from __future__ import annotations

import os
from typing import Any

from botocore.exceptions import ProfileNotFound
from botocore.loaders import Loader
from botocore.session import Session

from bototape.adapters import active

__all__ = ["install"]


def install() -> None:
    """Patch botocore; whoever calls it sees to it that this happens once."""
    _patch_profiles()
    _patch_models()


def _patch_profiles() -> None:
    original = Session.get_scoped_config

    def get_scoped_config(self: Any) -> Any:
        """Return the settings of the session's profile; while a tape plays, none for one that is not there."""
        try:
            return original(self)
        except ProfileNotFound:
            if active.is_playing():
                return {}
            raise

    Session.get_scoped_config = get_scoped_config


class _Path:
    """The directory of models of this machine's user; none while a tape plays."""

    def __init__(self, original: str) -> None:
        self._original = original

    def __get__(self, instance: object, owner: type | None = None) -> str:
        return os.devnull if active.is_playing() else self._original


def _patch_models() -> None:
    Loader.CUSTOMER_DATA_PATH = _Path(Loader.CUSTOMER_DATA_PATH)
