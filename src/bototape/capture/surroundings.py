"""
What a recorder's machine tells of a person: profile, credential settings, login, home directory, host name.

All of it is read here and asked of nobody: no name is looked up, no credential fetched.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from botocore.session import Session

from bototape.scrub.estate import arn_values, is_word, session_kind

__all__ = ["Machine", "settings", "this_machine"]

#: Logins that images and services come with: they name nobody.
_NOBODY = (
    " root user admin administrator ubuntu debian centos fedora rocky alpine ec2-user ssm-user cloudshell-user"
    " sagemaker-user runner runneradmin jenkins gitlab-runner codespace vscode gitpod vagrant docker app nobody"
    " jovyan circleci buildkite-agent codebuild-user build hadoop airflow "
)

#: Host names of loopback, and those that hold an address and are found by their form.
_NO_HOST = re.compile(r"localhost.*|ip-\d+-.*|\d+(?:\.\d+){3}|.*:.*", re.IGNORECASE)

#: How many profiles may be the source of each other before it is taken for a circle.
_LONGEST_CHAIN = 8


@dataclass(frozen=True, slots=True, repr=False)
class Machine:
    """Who is logged in where: any may be empty. *home* is a directory; ``repr`` shows nothing."""

    login: str = ""
    home: str = ""
    host: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> tuple[tuple[str, str], ...]:
        """Return the (kind, value) pairs to look for; names that machines come with name nobody."""
        home = PurePath(self.home)
        people = [self.login, home.name if home.parent.name.lower() in ("home", "users") else ""]
        host = self.host.rstrip(".")
        hosts = [] if _NO_HOST.fullmatch(host) else [host, host.partition(".")[0]]
        session = self.environment.get("AWS_ROLE_SESSION_NAME", "")
        found = [
            *(("user", each) for each in people if f" {each.lower()} " not in _NOBODY),
            *(("host", each) for each in hosts),
            *([(session_kind(session) or "", session)] if session else []),
            *arn_values(self.environment.get("AWS_ROLE_ARN", "")),
        ]
        return tuple(dict.fromkeys((kind, value) for kind, value in found if kind and value))


def this_machine() -> Machine:
    """Return what this process sees of its machine."""
    environment = os.environ
    login = next((environment[each] for each in ("USER", "LOGNAME", "USERNAME") if environment.get(each)), "")
    return Machine(login, os.path.expanduser("~"), socket.gethostname(), dict(environment))  # noqa: PTH111 - Path.home() raises where there is none


def settings(session: Session) -> tuple[tuple[str, str], ...]:
    """
    Return the (kind, value) pairs that the AWS configuration of *session* names.

    Its profile and those that are the source of its credentials: their names, the accounts, roles, devices and
    session names in them, an external id, and the company in the address of its sign-in page.
    """
    profiles = session.full_config.get("profiles", {})
    name = session.get_config_variable("profile") or ""
    found: list[tuple[str, str]] = []
    for _ in range(_LONGEST_CHAIN):
        if name and name != "default":
            found.append(("profile", name))
        table = profiles.get(name or "default", {})
        found += _told(table, session.full_config.get("sso_sessions", {}))
        before, name = name, str(table.get("source_profile") or "")
        if not name or name == before:
            break
    return tuple(dict.fromkeys((kind, value) for kind, value in found if kind and value))


def _told(table: Mapping[str, Any], sign_ins: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    text = {key: str(value) for key, value in table.items() if not isinstance(value, Mapping)}
    for key in ("role_arn", "mfa_serial"):
        yield from arn_values(text.get(key, ""))
    for key in ("sso_account_id", "aws_account_id"):
        if re.fullmatch(r"\d{12}", text.get(key, "")):
            yield "account", text[key]
    if text.get("role_session_name"):
        yield session_kind(text["role_session_name"]) or "", text["role_session_name"]
    yield "secret", text.get("external_id", "")
    shared = sign_ins.get(text.get("sso_session", ""), {})
    page = urlsplit(text.get("sso_start_url") or str(shared.get("sso_start_url", "")))
    company = (page.hostname or "").partition(".")[0]
    if (page.hostname or "").endswith(".awsapps.com") and is_word(company):
        yield "word", company
