"""What is proven of one service: our messages mean to botocore what they mean to us, and botocore's to us."""

import functools
from dataclasses import dataclass

from bototape.errors import WireError
from bototape.interaction import Request
from bototape.jsontext import pointer
from bototape.wire.codec import Codec
from tests.wire.botocore_side import (
    Python,
    both,
    first_difference,
    parsed,
    parsed_error,
    protocols,
    sent,
)
from tests.wire.instances import Instances, seed

#: How often each operation is proven, with other values and other members of unions each time.
ROUNDS = 3


@dataclass(frozen=True)
class Failure:
    """One value that came out otherwise; *step* says between whom."""

    service: str
    protocol: str
    operation: str
    step: str
    text: str

    def __str__(self):
        return f"{self.service}.{self.operation} {self.protocol} {self.step}: {self.text}"


def scalars(value, path=()):
    """JSON pointers to all values below *value* that hold no other and are not null."""
    if isinstance(value, dict):
        return [each for key, inner in value.items() for each in scalars(inner, (*path, key))]
    if isinstance(value, list):
        return [each for at, inner in enumerate(value) for each in scalars(inner, (*path, at))]
    return [] if value is None else [pointer(path)]


class Proof:
    """The proofs of one service of the installed botocore."""

    def __init__(self, name):
        self.name = name
        self.service, self.model = both(name)
        self.codec = Codec(self.service)
        self._heights = {}

    @functools.cached_property
    def protocols(self):
        return protocols(self.service)

    def failures(self, *, kept=lambda _operation: True, sides=("output", "input", "error")):
        """All failures of the operations whose names are *kept*."""
        found = []
        for protocol in self.protocols:
            values = Python(self.service.shapes, protocol)
            for name, operation in self.service.operations.items():
                if kept(name):
                    for side in sides:
                        found += [*getattr(self, f"_{side}")(protocol, name, operation, values)]
        return found

    def _output(self, protocol, name, operation, values):
        model = self.model.operation_model(name)
        for turn in range(ROUNDS + 1):
            instance = self._instance(protocol, "output", operation, turn)
            try:
                response = self.codec.encode_response(operation, instance, protocol)
            except WireError as error:
                yield self._failure(protocol, name, "output encoded", str(error))
                continue
            step = "output read by botocore"
            expected = values.answer(instance, operation.output)
            yield from self._compared(
                protocol, name, step, lambda m=model, r=response, e=expected: (e, parsed(protocol, r, m))
            )
            yield from self._compared(
                protocol,
                name,
                "output read by us",
                lambda i=instance, r=response: (i, self.codec.decode_response(operation, r, protocol).instance),
            )
            if turn == 0:
                yield from self._compared(
                    protocol,
                    name,
                    "output located",
                    lambda i=instance, r=response: self._located(operation, r, protocol, i),
                )

    def _located(self, operation, message, protocol, instance):
        """The pointers of all scalars of *instance*, and those the codec has a place in *message* for."""
        places = [each.pointer for each in self.codec.places(operation, message, protocol) if not each.is_key]
        root = operation.input if isinstance(message, Request) else operation.output
        members = self.service.shapes[root].members if root else {}
        # The JSON in a header is one value there.
        whole = {name for name, each in members.items() if each.traits.get("jsonvalue") and "location" in each.traits}
        told = {name: "" if name in whole else value for name, value in instance.items()}
        return sorted(scalars(told)), sorted(places)

    def _input(self, protocol, name, operation, values):
        model = self.model.operation_model(name)
        for turn in range(ROUNDS + 1):
            instance = self._instance(protocol, "input", operation, turn)

            def decoded(instance=instance):
                request = sent(protocol, values.parameters(instance, operation.input), model)
                return instance, self.codec.decode_request(operation, request)

            def located(instance=instance):
                request = sent(protocol, values.parameters(instance, operation.input), model)
                return self._located(operation, request, protocol, instance)

            yield from self._compared(protocol, name, "input read by us", decoded)
            if turn == 0:
                yield from self._compared(protocol, name, "input located", located)

    def _error(self, protocol, name, operation, values):
        model = self.model.operation_model(name)
        for shape in self._errors(name):
            code = self.service.shapes[shape].traits.get("error", {}).get("code", shape)
            instance = Instances(self.service, protocol, "error", seed(shape), heights=self._heights).root(shape)
            instance |= dict.fromkeys(self._codes(shape, protocol) & instance.keys(), code)
            text = next((each for key, each in instance.items() if key.lower() == "message"), None)
            try:
                response = self.codec.encode_error(operation, shape, text or "", members=instance, protocol=protocol)
            except WireError as error:
                yield self._failure(protocol, f"{name} {shape}", "error encoded", str(error))
                continue

            def by_botocore(code=code, text=text, response=response, shape=shape, instance=instance):
                told = parsed_error(protocol, response, model)
                members = values.answer(instance, shape)
                return [code, text or "", members], [told[0], told[1] or "" if text else "", told[2]]

            def by_us(response=response, code=code, shape=shape, instance=instance):
                found = self.codec.decode_response(operation, response, protocol)
                return [code, shape, instance], [found.code, found.error, found.instance]

            yield from self._compared(protocol, f"{name} {shape}", "error read by botocore", by_botocore)
            yield from self._compared(protocol, f"{name} {shape}", "error read by us", by_us)

    def _codes(self, shape, protocol):
        """The members of an error that hold its code, and so can hold nothing else."""
        members = self.service.shapes[shape].members.values()
        if protocol in ("query", "ec2", "rest-xml"):
            return {each.name for each in members if each.wire_name == "Code"}
        return {each.name for each in members if each.wire_name.lower() == "x-amzn-errortype"}

    @functools.cached_property
    def _first(self):
        """Each error and the first operation that may raise it: proven once."""
        found = {}
        for name, operation in self.service.operations.items():
            for shape in operation.errors:
                found.setdefault(shape, name)
        return found

    def _errors(self, name):
        return [shape for shape, first in self._first.items() if first == name]

    def _instance(self, protocol, side, operation, turn):
        root = operation.input if side == "input" else operation.output
        if root is None:
            return {}
        maker = Instances(self.service, protocol, side, seed(operation.name) + turn, heights=self._heights)
        return maker.root(root, operation, full=turn < ROUNDS)

    def _compared(self, protocol, name, step, sides):
        try:
            expected, found = sides()
        except Exception as error:  # noqa: BLE001 - whatever either side raises is a failure to report
            yield self._failure(protocol, name, step, f"{type(error).__name__}: {error}")
            return
        if text := first_difference(expected, found):
            yield self._failure(protocol, name, step, text)

    def _failure(self, protocol, operation, step, text):
        return Failure(self.name, protocol, operation, step, text)
