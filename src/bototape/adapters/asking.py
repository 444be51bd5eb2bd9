"""The request that the installed botocore sends for a call, without sending it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from bototape.adapters import active, models
from bototape.adapters import botocore as seam
from bototape.adapters.hermetic import hermetic
from bototape.adapters.senders import Sender
from bototape.attempt import Attempt, native
from bototape.errors import NoMatch, UsageError
from bototape.interaction import Call, Request, Response

__all__ = ["asked"]


class _Asking:
    """Takes the first request and answers none."""

    playing = True

    def __init__(self) -> None:
        self.found: list[tuple[Request, Call]] = []

    def play(self, request: Request, call: Call | None, attempt: Attempt | None) -> Response:
        """Keep the request; raise, so that nothing is sent or tried again."""
        del attempt
        if call is not None:
            self.found.append((request, call))
        raise NoMatch(call.name if call else request.uri, "")

    def sending(self, request: Request, call: Call, sender: Sender) -> None:
        """Refuse: nothing is sent."""
        raise NotImplementedError

    def record(self, request: Request, response: Response, call: Call | None, *, custom: bool) -> None:
        """Refuse: nothing is sent, so there is nothing to record."""
        raise NotImplementedError

    def fetch(self, request: Request) -> None:
        """Answer nothing: only calls are asked for."""

    def fetched(self, request: Request, response: Response) -> None:
        """Refuse: nothing is sent, so there is nothing to record."""
        raise NotImplementedError

    def bypassed(self, call: Call) -> None:
        """Do nothing."""

    def slept(self, seconds: float) -> None:
        """Do nothing."""


def asked(service: str, operation: str, parameters: Mapping[str, Any], region: str) -> tuple[Request, Call]:
    """
    Return the request of a call with *parameters* (as JSON has them: blobs in base64), and the call it is.

    Made by a client of the installed botocore, whatever the service's protocol. Raises UsageError for a service or
    operation that it does not know, and for parameters that it refuses.
    """
    seam.install()
    asking = _Asking()
    with hermetic(region):
        active.enter(asking)
        try:
            _call(service, operation, parameters, region)
        except NoMatch:
            pass
        except (BotoCoreError, ValueError) as error:
            raise UsageError(f"cannot make the call {service}.{operation}: {error}") from error
        finally:
            active.leave(asking)
    found = next((each for each in asking.found if each[1].operation == operation), None)
    if found is None:
        first = asking.found[0][1].name if asking.found else "nothing"
        reason = f"the client first sends {first}, and goes on only with its answer"
        raise UsageError(f"cannot make the call {service}.{operation}: {reason}", f"explain {first}")
    return found


def _call(service: str, operation: str, parameters: Mapping[str, Any], region: str) -> None:
    session = Session()
    known = session.get_available_services()
    if service not in known:
        raise UsageError(f"botocore {seam.release()} has no service {service!r}", _near(service, known))
    client = session.create_client(
        service, region_name=region or None, config=Config(retries={"total_max_attempts": 1})
    )
    methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    if operation not in methods:
        raise UsageError(
            f"{service} has no operation {operation!r} in botocore {seam.release()}", _near(operation, methods)
        )
    codec = models.codec(service)
    known_operation = codec.service.operations.get(operation) if codec else None
    root = known_operation.input if known_operation else None
    given = native(parameters, codec.service.shapes[root], codec.service.shapes) if codec and root else parameters
    getattr(client, methods[operation])(**(given if isinstance(given, dict) else {}))


def _near(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, sorted(known), 1)
    return f"did you mean {found[0]}?" if found else "name it as botocore does: sagemaker, DescribeAutoMLJob"
