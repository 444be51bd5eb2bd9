"""How two recordings of one answer that mean the same are spelled: order of keys, numbers, headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from bototape.errors import WireError
from bototape.interaction import Headers, Interaction, Request, Response
from bototape.jsontext import pointer
from bototape.match import places
from bototape.refresh.answers import Answer

__all__ = ["respelled"]

_Message = TypeVar("_Message", bound=Request | Response)

#: Fields that trace one request, say how it came, or follow from the rest of a message.
_NOISE = frozenset(
    {
        "age",
        "authorization",
        "connection",
        "content-length",
        "content-md5",
        "date",
        "keep-alive",
        "server",
        "transfer-encoding",
        "user-agent",
        "via",
        "x-amz-apigw-id",
        "x-amz-cf-id",
        "x-amz-cf-pop",
        "x-amz-content-sha256",
        "x-amz-crc32",
        "x-amz-date",
        "x-amz-id-2",
        "x-amz-request-id",
        "x-amzn-requestid",
        "x-amzn-trace-id",
        "x-cache",
    }
)
_NOISY = ("amz-sdk-", "x-amz-checksum-", "x-amz-sdk-checksum-")


def respelled(old: Answer, new: Answer) -> list[str]:
    """Return what is spelled otherwise in *new*, which means what *old* does, in words; moments do not count."""
    first, second = old.interaction, new.interaction
    found = [*_headers("request", first.request.headers, second.request.headers)]
    found += _headers("response", first.response.headers, second.response.headers)
    if _bodies(old, new, first.request, second.request):
        found.append("the request's body is spelled otherwise")
    if _bodies(old, new, first.response, second.response):
        found.append("the answer's body is spelled otherwise: order of members, or numbers")
    if _repeats(first) != _repeats(second):
        found.append("it is played again and again, or no more so")
    return found


def _headers(half: str, old: Headers, new: Headers) -> Iterator[str]:
    was, now = ({name.lower(): value for name, value in each} for each in (old, new))
    for name in sorted({*was, *now}):
        if name in _NOISE or name.startswith(_NOISY) or was.get(name) == now.get(name):
            continue
        what = "came" if name not in was else "is gone" if name not in now else "has another value"
        yield f"the {half}'s header {name} {what}"


def _bodies(old: Answer, new: Answer, was: _Message, now: _Message) -> bool:
    """Tell whether two bodies differ once they have the same scalars: only the spelling is left then."""
    if was.body == now.body:
        return False
    try:
        values = _values(old, new, was, now)
        return _with(old, was, values).body != _with(new, now, values).body
    except (WireError, ValueError):
        return True


def _values(old: Answer, new: Answer, was: Request | Response, now: Request | Response) -> dict[str, object]:
    """Return what *was* has where *now* has something else, by pointer."""
    both = (_instance(old, was), _instance(new, now))
    return {pointer(each.steps): each.recorded for each in places(*both)}


def _instance(answer: Answer, message: Request | Response) -> object:
    codec, operation, call = answer.codec, answer.operation, answer.interaction.call
    if isinstance(message, Response) or codec is None or operation is None or call is None:
        return answer.said[1]
    return codec.decode_request(operation, message, call.protocol)


def _with(answer: Answer, message: _Message, values: Mapping[str, object]) -> _Message:
    codec, operation, call = answer.codec, answer.operation, answer.interaction.call
    if codec is None or operation is None or call is None:
        return message
    spots = [each for each in codec.places(operation, message, call.protocol) if not each.is_key]
    return codec.edit(operation, message, [(each, values[each.pointer]) for each in spots if each.pointer in values])


def _repeats(interaction: Interaction) -> bool:
    return interaction.call is not None and interaction.call.repeat is True
