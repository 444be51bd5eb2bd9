"""
The scrubber as a scorer of leak vectors calls it: texts of one vector in, texts out, over the public API only.

A vector's parts are put where they would stand in an interaction: a URI and headers of a request or a response,
bodies of responses. Parts of one vector share one ledger, as the cassettes of one directory do.
"""

from __future__ import annotations

from collections.abc import Mapping

from bototape.interaction import Headers, Interaction, Request, Response
from bototape.scrub.apply import scrub as scrub_interaction
from bototape.scrub.estate import SHORTEST, Estate
from bototape.scrub.pseudonyms import Pseudonyms
from tests.scrub_vectors import Vector, parts_of, problems

Part = tuple[str, str | bytes]

_KEY = b"a key for tests"
_URI = "https://api.sagemaker.us-east-1.amazonaws.com/"
_KINDS = {"kms": "kms-key", "canonical": "canonical-user"}
_FORM = (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),)

#: One ledger for all calls: a value of one cassette is the same in the next.
_LEDGER: dict[str, str] = {}


def forget() -> None:
    """Start with a new ledger."""
    _LEDGER.clear()


def scrub(
    parts: list[Part], known: Mapping[str, object], headers: Mapping[str, str]
) -> tuple[list[Part], dict[str, str]]:
    """Return *parts* and *headers* as a recording made by *known* would keep them."""
    pseudonyms = Pseudonyms(_KEY, _LEDGER)
    made = known.get("_prov", ())
    for kind in ("name", "bucket"):
        pseudonyms.keep(kind, made if isinstance(made, list) else ())
    estate = _estate(known)
    bodies = [text for where, text in parts if where.startswith("body") or where == "cassette-yaml"]
    if len(bodies) == 1 and len(parts) > 1:
        out, sent = _one_message(parts, bodies[0], estate, pseudonyms)
    else:
        out, sent = [], dict(headers)
        for part in parts:
            clean, sent = _one_part(part, headers, estate, pseudonyms)
            out.append(clean)
    _LEDGER.update(pseudonyms.learned)
    return out, sent


def judged(vector: Vector, known: Mapping[str, object]) -> list[str]:
    """Return what is wrong with *vector* once it was scrubbed for *known*, and scrubbed again."""
    known = {**known, "_prov": vector.get("provenance", {}).get("created_by_session", [])}
    parts, headers = parts_of(vector), dict(vector.get("headers", {}))
    if vector.get("separate_cassettes"):
        out = [scrub([each], known, headers)[0][0] for each in parts]
        return problems(vector, out, headers)
    out, sent = scrub(parts, known, headers)
    again, _ = scrub(out, known, sent)
    return [*problems(vector, out, sent), *([] if again == out else ["scrubbing it again changed it"])]


def _estate(known: Mapping[str, object]) -> Estate:
    told = {name: value for name, value in known.items() if name not in _KINDS and not name.startswith("_")}
    told["words"] = [each for each in told.get("words", []) if len(each) >= SHORTEST]
    told["values"] = {kind: known[name] for name, kind in _KINDS.items() if name in known}
    return Estate.from_mapping(told)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _like(body: bytes, text: str | bytes) -> str | bytes:
    return body if isinstance(text, bytes) else body.decode()


def _lines(text: str) -> Headers:
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in text.split("\n") if line))


def _text(sent: Headers, names: Headers) -> str:
    kept = {name.lower() for name, _ in names}
    return "\n".join(f"{name}: {value}" for name, value in sent if name.lower() in kept)


def _one_part(
    part: Part, headers: Mapping[str, str], estate: Estate, pseudonyms: Pseudonyms
) -> tuple[Part, dict[str, str]]:
    where, text = part
    if where == "uri":
        done = scrub_interaction(Interaction(Request("GET", str(text)), Response(200)), estate, pseudonyms)
        return (where, done.request.uri), dict(headers)
    if where == "header":
        sent = _lines(str(text))
        done = scrub_interaction(Interaction(Request("POST", _URI, sent), Response(200)), estate, pseudonyms)
        return (where, _text(done.request.headers, sent)), dict(headers)
    body = _bytes(text)
    told = tuple(headers.items())
    if where == "body-form":
        request = Request("POST", _URI, told + _FORM, body)
        done = scrub_interaction(Interaction(request, Response(200)), estate, pseudonyms)
        return (where, _like(done.request.body, text)), dict(done.request.headers)
    answer = Response(200, "OK", told, body)
    done = scrub_interaction(Interaction(Request("POST", _URI), answer), estate, pseudonyms)
    return (where, _like(done.response.body, text)), dict(done.response.headers)


def _one_message(
    parts: list[Part], body: str | bytes, estate: Estate, pseudonyms: Pseudonyms
) -> tuple[list[Part], dict[str, str]]:
    lines = tuple(each for where, text in parts if where == "header" for each in _lines(str(text)))
    uri = next((str(text) for where, text in parts if where == "uri"), _URI)
    request = Request("POST", uri, lines, _bytes(body))
    done = scrub_interaction(Interaction(request, Response(200)), estate, pseudonyms).request
    out: list[Part] = []
    for where, text in parts:
        if where == "header":
            out.append((where, _text(done.headers, _lines(str(text)))))
        elif where == "uri":
            out.append((where, done.uri))
        else:
            out.append((where, _like(done.body, text)))
    return out, dict(done.headers)
