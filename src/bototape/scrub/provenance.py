"""
Names and whose they are: those a recording's own calls gave or asked for stay, those that lists merely show do not.

No form tells `falcon-acquisition` from `test-job`; what the recording did tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bototape.errors import WireError
from bototape.interaction import Request, Response
from bototape.scrub.pseudonyms import Pseudonyms
from bototape.scrub.typed import Typed

__all__ = ["note_images", "note_names"]

#: Operations that make what they name.
_MAKES = re.compile(r"(?:Create|Register|Start|Run|Import)([A-Z]\w*)")

#: What a call may make, by kind; a name of the estate is the estate's all the same.
_MADE = ("name", "role", "user", "group", "policy", "instance-profile", "bucket", "profile", "space")

#: What a name may be: with anything else in it, it may hold an identifier.
_NAME = re.compile(r"[\w+=,.-]{1,256}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,255}")

#: How much of a request is searched for the names it asks for, in characters.
_SEARCHED = 64 << 10


#: An image in an answer of Amazon EC2 ("Image": ``imageOwnerAlias``), up to where the next one starts.
_IMAGE = re.compile(r"(?i:imageId)\W{1,5}(ami-[0-9a-f]{8,17})(?:(?!(?i:imageId)\W{1,5}ami-).){0,8000}", re.DOTALL)
_ALIAS = re.compile(r"(?i:imageOwnerAlias)\W{1,5}(?:amazon|aws-marketplace)\W")
_OWNER = re.compile(r"(?i:(?:image)?ownerId)\W{1,5}(\d{12})(?!\d)")


def note_images(response: Response, pseudonyms: Pseudonyms) -> None:
    """Tell *pseudonyms* which images in *response* AWS publishes: they and their owner stay."""
    if b"wnerAlias" not in response.body:
        return
    for image in _IMAGE.finditer(response.body.decode("latin-1")):
        if _ALIAS.search(image[0]):
            pseudonyms.keep("image", [image[1]])
            pseudonyms.keep("account", _OWNER.findall(image[0]))


def note_names(request: Request, typed: Typed | None, pseudonyms: Pseudonyms) -> None:
    """Tell *pseudonyms* which names *request* makes, and which it asks for."""
    body = request.body[:_SEARCHED].decode("latin-1")
    pseudonyms.keep("name", _WORD.findall(f"{request.uri} {body}"))
    if typed is None:
        return
    made = tuple(_made(request, typed))
    for kind in _MADE if made else ():
        pseudonyms.keep(kind, made)


def _made(request: Request, typed: Typed) -> Iterator[str]:
    makes = _MAKES.fullmatch(typed.operation.name)
    if not makes:
        return
    try:
        instance = typed.typing.codec.decode_request(typed.operation, request, typed.protocol)
    except WireError:
        return
    if isinstance(instance, dict):
        values = (instance.get(name) for name in (f"{makes[1]}Name", makes[1], "Name"))
        yield from [each for each in values if isinstance(each, str) and _NAME.fullmatch(each)][:1]
