"""
cassetter's own cassettes, YAML or TOML: a body says its kind, and each interaction when it was made.

Source: what cassetter 0.16 writes. It leaves credentials out, sorts interactions by their requests, keeps bodies of
JSON as values (in TOML as text) and binary ones in hexadecimal, and writes its YAML by the rules of YAML 1.2.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from http.client import responses
from pathlib import Path
from typing import Any

from bototape import cassettes, yamltext
from bototape.errors import CassetteUnreadable
from bototape.importers.imported import Imported
from bototape.importers.named import named
from bototape.interaction import Headers, Interaction, Request, Response, drop_headers, set_header

__all__ = ["read"]

_FIX = "record it again, or import the file that cassetter wrote"
#: Bodies are stored with these undone.
_CODINGS = frozenset({"content-encoding", "transfer-encoding"})
#: The statuses that HTTP has room for (RFC 9110 section 15).
_FIRST, _LAST = 100, 999


def read(path: Path) -> Imported:
    """
    Return the cassette at *path* in the order it was recorded, all of its interactions, calls of AWS named.

    One in vcrpy's form is read as such. WebSockets and gRPC are counted and left out. Raises CassetteMissing,
    CassetteUnreadable with the place in the file.
    """
    text, where = cassettes.text_of(path), str(path)
    found = _tree(text, where, is_toml=path.suffix == ".toml")
    listed = found.get("interactions") if isinstance(found, Mapping) else None
    if not isinstance(listed, list):
        raise CassetteUnreadable(where, "interactions: expected a list", _FIX)
    if any(_is_vcrs(each) for each in listed):
        return _counted(cassettes.from_text(text, where).interactions, 0)
    http = [each for each in enumerate(listed) if isinstance(each[1], Mapping) and "request" in each[1]]
    ordered = sorted(http, key=lambda each: str(each[1].get("recorded_at", "")))
    kept = [_interaction(each, f"interactions[{number}]", where) for number, each in ordered]
    return _counted(kept, len(listed) - len(http))


def _counted(kept: Iterable[Interaction], left: int) -> Imported:
    cassette = named(kept, "cassetter")
    others = sum(each.call is None for each in cassette.interactions)
    notes = [f"{others} are no calls of AWS and stay as they are"] if others else []
    return Imported(cassette, [*notes, *([f"{left} passed over: no request of HTTP"] if left else [])])


def _is_vcrs(found: object) -> bool:
    response = found.get("response") if isinstance(found, Mapping) else None
    return isinstance(response, Mapping) and isinstance(response.get("status"), Mapping)


def _tree(text: str, where: str, *, is_toml: bool) -> Any:
    if is_toml:
        try:
            return tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise CassetteUnreadable(where, f"it is not TOML: {error}", _FIX) from None
    try:
        return yamltext.load_as_1_2(text)
    except yamltext.NotYaml as error:
        raise CassetteUnreadable(where, f"it is not YAML that may be read: {error.reason}", _FIX, error.line) from error


def _interaction(found: Mapping[str, Any], at: str, where: str) -> Interaction:
    request, response = _part(found, "request", at, where), _part(found, "response", at, where)
    method, uri, status = request.get("method"), request.get("uri"), response.get("status")
    if not isinstance(method, str) or not isinstance(uri, str) or "://" not in uri:
        raise CassetteUnreadable(where, f"{at}.request: expected a method and an absolute uri", _FIX)
    if not isinstance(status, int) or not _FIRST <= status <= _LAST:
        raise CassetteUnreadable(where, f"{at}.response.status: expected a number from {_FIRST} to {_LAST}", _FIX)
    sent = Request(method, uri, *_message(request, f"{at}.request", where))
    reason = responses.get(status, "")  # it keeps none
    return Interaction(sent, Response(status, reason, *_message(response, f"{at}.response", where)))


def _part(found: Mapping[str, Any], key: str, at: str, where: str) -> Mapping[str, Any]:
    value = found.get(key)
    if not isinstance(value, Mapping):
        raise CassetteUnreadable(where, f"{at}.{key}: expected a mapping", _FIX)
    return value


def _message(found: Mapping[str, Any], at: str, where: str) -> tuple[Headers, bytes]:
    told = found.get("headers") or {}
    if not isinstance(told, Mapping) or not all(isinstance(each, list) for each in told.values()):
        raise CassetteUnreadable(where, f"{at}.headers: expected a list of values for each name", _FIX)
    headers = tuple((str(name), str(value)) for name, values in told.items() for value in values)
    body = _body(found, at, where)
    return set_header(drop_headers(headers, _CODINGS), "Content-Length", str(len(body))), body


def _body(found: Mapping[str, Any], at: str, where: str) -> bytes:
    """Return the body: in YAML ``{type, content}``, in TOML ``body_type`` and ``body_content``."""
    body = found.get("body")
    told = body if isinstance(body, Mapping) else {"type": found.get("body_type"), "content": found.get("body_content")}
    kind, content = told.get("type"), told.get("content")
    if kind in (None, "none"):
        return b""
    if kind == "json" and told is body:
        try:
            text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise CassetteUnreadable(where, f"{at}.body.content: it is no JSON, as its type says", _FIX) from None
        return text.encode("utf-8", "surrogatepass")
    if kind not in ("json", "text", "binary") or not isinstance(content, str):
        raise CassetteUnreadable(where, f"{at}.body: expected json, text, binary or none", _FIX)
    if kind != "binary":
        return content.encode("utf-8", "surrogatepass")
    try:
        return bytes.fromhex(content)
    except ValueError:
        raise CassetteUnreadable(where, f"{at}.body: it is not hexadecimal, as its type says", _FIX) from None
