"""Files that a run leaves behind, replaced whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

__all__ = ["replaced"]


def replaced(path: Path, text: str) -> None:
    """Replace the file at *path* by *text*; raises pytest.UsageError if there is no way."""
    temporary = path.parent / f".{path.name[:60]}.{secrets.token_hex(4)}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)  # noqa: PTH105 - as in cassettes
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise pytest.UsageError(f"bototape: cannot write {path}: {error.strerror}") from error
