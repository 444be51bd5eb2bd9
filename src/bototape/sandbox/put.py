"""Put an invention's values where a scrubbed cassette has pseudonyms; add what the scrubber takes out of requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from bototape.interaction import Call, Cassette, Headers, Interaction, Provenance, Request, Response, header
from bototape.sandbox.invent import Invention
from bototape.scrub.estate import Estate
from bototape.scrub.integrity import repair
from bototape.scrub.kinds import BY_NAME, Kind

__all__ = ["estate_of", "unscrub", "who_am_i"]

#: Stands in the place of the scrub policy: nobody may commit such a cassette.
RAW = "none"

#: Only their context says what these are, and the text that stands for all of them stays.
_LEFT = frozenset({"signature", "signature-v2", "private-key", "failure-message"})
_KINDS = tuple(each for each in BY_NAME.values() if each.name not in _LEFT)
_AT = r"(?:@|%40|\\u0040)"


def _alternative(place: int, kind: Kind) -> str:
    edge = r"\d" if kind.name == "account" else "[A-Za-z0-9]"
    start = rf"(?:(?<!{edge})|(?<=%[0-9A-Fa-f]{{2}}))"  # the digits of a percent escape are no part of a name
    return f"(?P<k{place}>{start}(?:{kind.pattern.pattern.replace('@', _AT)})(?!{edge}))"


#: Every pseudonym of every kind, each kind a group.
_PSEUDONYM = re.compile("|".join(_alternative(place, kind) for place, kind in enumerate(_KINDS)))

_FORM = "application/x-www-form-urlencoded"
_STS = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>{arn}</Arn>
    <UserId>{user_id}</UserId>
    <Account>{account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>{request_id}</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
"""


def unscrub(cassette: Cassette, invention: Invention) -> Cassette:
    """
    Return *cassette* as it would have been recorded raw in the account that *invention* is.

    Scrubbed again with the invention's estate and fresh pseudonyms it is what it was, if it was numbered by first
    appearance. Requests get the headers of a signed call. Lengths and digests are repaired.
    """
    estate = estate_of((cassette,), invention)
    told = cassette.provenance or Provenance("custom")
    variables = json.loads(_put(json.dumps(dict(told.variables)), invention, str))
    return Cassette(
        tuple(_raw(each, invention, estate) for each in cassette.interactions),
        Provenance("custom", told.date, told.release, RAW, seed=told.seed, variables=variables),
    )


def estate_of(cassettes: Iterable[Cassette], invention: Invention) -> Estate:
    """Return what the recorder of *cassettes* knows: the caller, and the words that were hidden in them."""
    region = ""
    words: dict[str, str] = {}
    for each in (interaction for cassette in cassettes for interaction in cassette.interactions):
        region = region or (each.call.region if each.call else "")
        for text in (each.request.uri, _text(each.request.body) or "", _text(each.response.body) or ""):
            words |= {found: invention.of("word", found) for found in BY_NAME["word"].pattern.findall(text)}
    return invention.estate(region or "us-east-1", words.values())


def who_am_i(estate: Estate, invention: Invention, region: str) -> Cassette:
    """Return the cassette in which STS answers GetCallerIdentity for *estate*, as often as it is asked."""
    request_id = invention.of("request-id", "00000000-0000-4000-8000-e00000000000")
    answer = _STS.format(arn=estate.arn, user_id=estate.user_id, account=estate.account, request_id=request_id).encode()
    suffix = ".cn" if region.startswith("cn-") else ""
    interaction = Interaction(
        Request(
            "POST",
            f"https://sts.{region}.amazonaws.com{suffix}/",
            (("Content-Type", f"{_FORM}; charset=utf-8"),),
            b"Action=GetCallerIdentity&Version=2011-06-15",
        ),
        Response(
            200,
            "OK",
            (("x-amzn-RequestId", request_id), ("Content-Type", "text/xml"), ("Content-Length", str(len(answer)))),
            answer,
        ),
        Call("sts", "GetCallerIdentity", region, "query", repeat=True),
    )
    return Cassette((interaction,), Provenance("custom", scrub=RAW))


def _raw(interaction: Interaction, invention: Invention, estate: Estate) -> Interaction:
    request, response = interaction.request, interaction.response
    form = (header(request.headers, "Content-Type") or "").lower().startswith(_FORM)
    sent = replace(
        request,
        uri=_put(request.uri, invention, _quoted),
        headers=_headers(request.headers, invention) + _signed(interaction, invention, estate),
        body=_body(request.body, invention, _quoted if form else str),
    )
    answered = replace(
        response, headers=_headers(response.headers, invention), body=_body(response.body, invention, str)
    )
    return replace(interaction, request=repair(sent, request.body), response=repair(answered, response.body))


def _quoted(value: str) -> str:
    return quote(value, safe="@")


def _headers(headers: Headers, invention: Invention) -> Headers:
    return tuple((name, _put(value, invention, str)) for name, value in headers)


def _body(body: bytes, invention: Invention, spell: Callable[[str], str]) -> bytes:
    text = _text(body)
    return body if text is None else _put(text, invention, spell).encode()


def _text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _put(text: str, invention: Invention, spell: Callable[[str], str]) -> str:
    def real(match: re.Match[str]) -> str:
        kind = _KINDS[int((match.lastgroup or "k0")[1:])].name
        at = re.search(_AT, match[0])
        if kind != "email" or not at:
            return spell(invention.of(kind, match[0]))
        found = invention.of(kind, match[0].replace(at[0], "@"))
        return found.replace("@", at[0])

    return _PSEUDONYM.sub(real, text)


def _signed(interaction: Interaction, invention: Invention, estate: Estate) -> Headers:
    """Return the headers botocore adds to a signed call, for the time the answer has."""
    time = _time(header(interaction.response.headers, "Date"))
    region = interaction.call.region if interaction.call else ""
    service = interaction.call.service if interaction.call else ""
    scope = f"{estate.access_key_id}/{time[:8]}/{region or 'us-east-1'}/{service or 'sagemaker'}/aws4_request"
    signature = invention.signature(f"{interaction.request.uri}{time}")
    return (
        ("X-Amz-Date", time),
        ("X-Amz-Security-Token", estate.session_token),
        (
            "Authorization",
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=content-type;host;x-amz-date, Signature={signature}",
        ),
        ("User-Agent", f"Boto3/1.44.5 md/Botocore#1.44.5 os/linux#6.8 app/{invention.company}"),
        ("amz-sdk-invocation-id", invention.of("request-id", f"00000000-0000-4000-8000-invocation-{time}")),
        ("amz-sdk-request", "attempt=1"),
    )


def _time(date: str | None) -> str:
    try:
        return parsedate_to_datetime(date or "").strftime("%Y%m%dT%H%M%SZ")
    except ValueError:
        return "20260101T000000Z"
