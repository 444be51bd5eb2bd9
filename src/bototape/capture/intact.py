"""Refuse answers that are not in the service's protocol: botocore takes a proxy's page for an empty success."""

from __future__ import annotations

from bototape.errors import WireError
from bototape.interaction import Interaction
from bototape.jsontext import is_document
from bototape.wire.codec import Codec, is_error

__all__ = ["refuse_unreadable"]


def refuse_unreadable(interaction: Interaction, codec: Codec) -> None:
    """
    Return if the answer is an error, or can be read by *codec*, its service's.

    Raises `WireError` for a success that is not what its protocol says.
    """
    call, response = interaction.call, interaction.response
    if call is None or is_error(response):
        return
    if call.protocol == "json":
        if response.body and not is_document(response.body.decode("utf-8", "replace")):
            raise WireError("the answer", "not a JSON document, though the service speaks JSON")
        return
    operation = codec.service.operations.get(call.operation)
    if operation is not None:
        codec.decode_response(operation, response, call.protocol)
