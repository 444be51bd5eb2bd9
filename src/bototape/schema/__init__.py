"""
Shapes to JSON Schema 2020-12: one schema per operation side and error, for the member-named instance of `wire`.

Each shape is one entry of ``$defs``, so recursion costs nothing. Objects are closed, enums listed, constraints
kept: any JSON Schema tool gives the verdict of profile ``strict``. Milder profiles judge the same faults lower.
"""

from __future__ import annotations

from typing import Any

from bototape.schema import values
from bototape.schema.patterns import matches_all, translate
from bototape.shapes import Member, Operation, Service, Shape, Side

__all__ = ["DIALECT", "EVENT_ERROR", "NOT_CHECKED", "compile_schema"]

#: The JSON Schema dialect of every compiled schema.
DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: Root key that lists what no engine checks: ``{"shape": …, "pattern": …}`` or ``{"shape": …, "type": …}`` each.
NOT_CHECKED = "x-not-checked"

#: Member of an event that stands for an error the model lacks.
EVENT_ERROR = ":error"

#: What an error body may hold beside the members of its shape (Smithy, "AWS JSON 1.1 protocol", operation errors).
_ERROR_MEMBERS = ("__type", "code", "message", "Message")

_Json = dict[str, Any]


def compile_schema(service: Service, operation: Operation, side: Side, error: str | None = None) -> _Json:
    """
    Return the JSON Schema of what *operation* takes or gives on *side*.

    With *side* ``error``, *error* names one error shape; None gives one schema for all modeled errors of the
    operation, chosen by ``__type``. Patterns that no engine reads are left out and listed under `NOT_CHECKED`.
    """
    names = (error,) if error else operation.roots(side)
    compiler = _Compiler(service, side, frozenset(names) if side == "error" else frozenset())
    title = " ".join([str(service.metadata.get("serviceId", service.full_name)), operation.name, error or side])
    head = {"$schema": DIALECT, "title": title}
    body = _by_type(service, names) if side == "error" and not error else _root(names)
    definitions = compiler.definitions(names)
    listed = {NOT_CHECKED: compiler.not_checked} if compiler.not_checked else {}
    return {**head, **body, **({"$defs": definitions} if definitions else {}), **listed}


def _root(names: tuple[str, ...]) -> _Json:
    return _reference(names[0]) if names else {"type": "object", "properties": {}, "additionalProperties": False}


def _reference(name: str) -> _Json:
    return {"$ref": f"#/$defs/{name}"}


def _by_type(service: Service, names: tuple[str, ...]) -> _Json:
    choices = []
    for name in sorted(names):
        code = service.shapes[name].traits.get("error", {}).get("code", name)
        codes = "|".join(sorted({name, str(code).replace(".", r"\.")}))
        wanted = {"properties": {"__type": {"pattern": f"(?:^|#)(?:{codes})(?::|$)"}}, "required": ["__type"]}
        choices.append({"if": wanted, "then": _reference(name)})
    return {"type": "object", **({"allOf": choices} if choices else {})}


class _Compiler:
    """Collects the definitions of the shapes that are met, and what of them cannot be checked."""

    def __init__(self, service: Service, side: Side, errors: frozenset[str]) -> None:
        self.service = service
        self.side: Side = side
        metadata = service.metadata
        self.protocols = tuple(metadata.get("protocols") or (str(metadata.get("protocol", "")),))
        self.errors = errors
        self.not_checked: list[dict[str, str]] = []
        self.todo: list[str] = []

    def definitions(self, roots: tuple[str, ...]) -> _Json:
        done: _Json = {}
        self.todo.extend(roots)
        while self.todo:
            name = self.todo.pop()
            if name not in done:
                done[name] = self._definition(self.service.shapes[name])
        self.not_checked.sort(key=lambda each: tuple(each.values()))
        return {name: done[name] for name in sorted(done)}

    def _definition(self, shape: Shape) -> _Json:
        if shape.traits.get("document"):
            return {}
        if shape.traits.get("eventstream"):
            return self._events(shape)
        if shape.type in ("integer", "long"):
            return values.whole(shape)
        if shape.type in ("float", "double"):
            return values.real(shape)
        if shape.type == "timestamp":
            return self._timestamp(shape, None)
        return self._other(shape)

    def _other(self, shape: Shape) -> _Json:
        match shape.type:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape)
            case "map":
                return self._map(shape)
            case "string" | "character":
                return self._string(shape)
            case "boolean":
                return {"type": "boolean"}
            case "blob":
                return values.blob(shape)
        self.not_checked.append({"shape": shape.name, "type": shape.type})
        return {}

    def _structure(self, shape: Shape) -> _Json:
        properties = {name: self._member(shape.members[name]) for name in sorted(shape.members)}
        union = bool(shape.traits.get("union"))
        extra = _ERROR_MEMBERS if shape.name in self.errors else ("__type",) if union else ()
        properties |= {name: {"type": "string"} for name in extra if name not in properties}
        required = sorted(each.name for each in shape.members.values() if each.required)
        choice = {"oneOf": [{"required": [name]} for name in sorted(shape.members)]} if union else {}
        return {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            **choice,
            "additionalProperties": False,
        }

    def _events(self, shape: Shape) -> _Json:
        """Return the schema of an event stream: a list of events, each an object of one member."""
        properties = {name: self._member(shape.members[name]) for name in sorted(shape.members)}
        event = {
            "type": "object",
            "properties": {EVENT_ERROR: {"type": "object"}, **properties},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }
        return {"type": "array", "items": event}

    def _list(self, shape: Shape) -> _Json:
        element = self._member(shape.element) if shape.element else {}
        return {"type": "array", **values.limits(shape, "minItems", "maxItems"), "items": _nullable(shape, element)}

    def _map(self, shape: Shape) -> _Json:
        found: _Json = {"type": "object", **values.limits(shape, "minProperties", "maxProperties")}
        if shape.key and _is_constrained(self.service.shapes[shape.key.shape]):
            found["propertyNames"] = self._member(shape.key)
        found["additionalProperties"] = _nullable(shape, self._member(shape.value) if shape.value else {})
        return found

    def _string(self, shape: Shape) -> _Json:
        found: _Json = {"type": "string", **values.limits(shape, "minLength", "maxLength")}
        if shape.type == "character":
            found |= {"minLength": 1, "maxLength": 1}
        if shape.enum is not None:
            found["enum"] = list(shape.enum)
        if shape.pattern is not None and not matches_all(shape.pattern):
            pattern = translate(shape.pattern)
            if pattern is None:
                self.not_checked.append({"shape": shape.name, "pattern": shape.pattern})
            else:
                found["pattern"] = pattern
        return found

    def _member(self, member: Member) -> _Json:
        shape, location = self.service.shapes[member.shape], self._location(member)
        if location == "header" and (member.traits.get("jsonvalue") or shape.traits.get("jsonvalue")):
            return {}
        if shape.type == "timestamp" and (location or member.traits.get("timestampFormat")):
            return self._timestamp(shape, member, location)
        element = self.service.shapes[shape.element.shape] if shape.type == "list" and shape.element else None
        if location and element and element.type == "timestamp":
            return {**self._list(shape), "items": self._timestamp(element, shape.element, location)}
        self.todo.append(member.shape)
        if "enum" in member.traits:
            return {**_reference(member.shape), "enum": list(member.traits["enum"])}
        return _reference(member.shape)

    def _location(self, member: Member) -> str | None:
        """Return what *member* is bound to outside of the body, which only REST protocols know."""
        is_rest = any(each.startswith("rest-") for each in self.protocols)
        return str(member.traits["location"]) if is_rest and "location" in member.traits else None

    def _timestamp(self, shape: Shape, member: Member | None, location: str | None = None) -> _Json:
        told = (member.traits if member else {}).get("timestampFormat") or shape.traits.get("timestampFormat")
        return values.timestamp(values.forms(told, location, self.protocols), self.side)


def _nullable(shape: Shape, element: _Json) -> _Json:
    # Not anyOf: of what is wrong with an element it would only tell that it is neither.
    return {"if": {"not": {"type": "null"}}, "then": element} if shape.traits.get("sparse") else element


def _is_constrained(shape: Shape) -> bool:
    return any(each is not None for each in (shape.enum, shape.min, shape.max, shape.pattern))
