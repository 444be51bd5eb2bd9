"""
The short way to "nothing to say" of a long answer: its JSON as it stands, held against the schema.

Where no member is called otherwise on the wire the body is the instance, and the closed schema refuses all that reading
would have to look for (null members, ``__type``, numbers and text that JSON does not have). What is not plainly valid
is read in the usual way.
"""

from __future__ import annotations

from bototape.check.engine import Engine
from bototape.interaction import Response, header
from bototape.shapes import Operation, Service, reach
from bototape.wire import jsonbody

__all__ = ["LONG", "is_plain", "is_plainly_valid"]

#: Bytes from which on the short way is worth a try; below, the usual one is as fast.
LONG = 20_000

_OK = 200


def is_plain(service: Service, operation: Operation) -> bool:
    """
    Tell whether an answer of *operation* in AWS JSON is the instance of its output.

    No member may be called otherwise on the wire, hold any JSON, be a stream, or hold itself, which has no depth.
    """
    if operation.output is None or int(operation.http.get("responseCode", _OK)) != _OK:
        return False
    names = reach(service, [operation.output])
    shapes = [service.shapes[each] for each in names]
    if any(
        each.traits.get("document") or each.traits.get("eventstream") or each.traits.get("sparse") for each in shapes
    ):
        return False
    if any(member.wire_name != member.name for each in shapes for member in each.members.values()):
        return False
    return not any(_holds_itself(service, each) for each in names)


def _holds_itself(service: Service, name: str) -> bool:
    return name in reach(service, [child.shape for child in service.shapes[name].children()])


def is_plainly_valid(engine: Engine, response: Response) -> bool:
    """Tell whether *response*, a success of a plain operation, is long and valid as it stands."""
    if response.status != _OK or len(response.body) < LONG or header(response.headers, "Content-Encoding"):
        return False
    try:
        return engine.is_valid(jsonbody.quick(response.body))
    except (ValueError, RecursionError):
        return False
