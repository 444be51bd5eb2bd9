"""Whose account a refresh may use: one that the project names, never its root user."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from bototape.errors import UsageError
from bototape.scrub.estate import Estate

__all__ = ["VARIABLE", "refuse"]

#: The environment variable that names accounts where the project's file must not: twelve digits each, commas between.
VARIABLE = "BOTOTAPE_ALLOWED_ACCOUNTS"

_NAME_IT = f"name it in allowed_accounts of [tool.bototape], or in {VARIABLE}"


def refuse(caller: Estate, allowed: Collection[str], endpoint: Literal["aws", "custom"], *, mutates: bool) -> None:
    """
    Raise UsageError unless *caller* may record: never as root, only in an account of *allowed*.

    Where none is named, any may read; to change something, the account must be named, unless it is no account of AWS
    that is called. The message shows no account.
    """
    if caller.arn.endswith(":root"):
        reason = "nothing is recorded as the root user of an account"
        raise UsageError(reason, "use a role that may do what bototape iam-policy prints, and no more")
    if allowed and caller.account not in allowed:
        listed = "1 account is" if len(allowed) == 1 else f"{len(allowed)} accounts are"
        reason = f"the caller's account is not one that may be recorded: {listed} named, and it is none of them"
        raise UsageError(reason, f"choose another --profile, or {_NAME_IT}")
    if mutates and not allowed and endpoint == "aws":
        raise UsageError("an account of AWS is changed only where the project names it", _NAME_IT)
