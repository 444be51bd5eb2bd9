"""The calls that the code under test made, to be looked at and asserted on: parameters, order, count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

from bototape.attempt import Attempt, expected_of, holds
from bototape.errors import CallsDiffer
from bototape.interaction import Request
from bototape.match import differences

__all__ = ["Calls", "Made", "made"]

_MOST_SHOWN = 10
_MOST_DIFFERENCES = 6


@dataclass(frozen=True, slots=True)
class Made:
    """One call that a client made, however often it was tried."""

    tries: tuple[Attempt, ...]

    @property
    def service(self) -> str:
        """The service as botocore names it: ``sagemaker``."""
        return self.tries[0].call.service

    @property
    def operation(self) -> str:
        """The operation: ``DescribeAutoMLJob``."""
        return self.tries[0].call.operation

    @property
    def region(self) -> str:
        """The region of the client."""
        return self.tries[0].call.region

    @property
    def attempts(self) -> int:
        """How often the call was tried: once, and once for each retry."""
        return len(self.tries)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """
        The parameters by member name, in botocore's types: blobs are bytes, timestamps aware datetimes.

        What botocore fills in of its own (idempotency tokens, checksums) is among them. Raises WireError for a
        request that is not what its protocol says.
        """
        return self.tries[0].parameters

    @property
    def request(self) -> Request:
        """The HTTP request of the first try; of its headers those that route it."""
        return self.tries[0].request

    def __repr__(self) -> str:
        """Return service and operation, and how often it was tried if more than once."""
        more = f", {self.attempts} attempts" if self.attempts > 1 else ""
        return f"<{self.tries[0].call.name}{more}>"


def made(attempts: Sequence[Attempt], operation: str | None = None) -> Calls:
    """Return the calls that *attempts* belong to, by their first tries' order; of *operation* only, if it is given."""
    grouped: dict[str, list[Attempt]] = {}
    others: dict[str, None] = {}
    for each in attempts:
        if operation in (None, each.call.operation, each.call.name):
            grouped.setdefault(each.invocation, []).append(each)
        else:
            others[each.call.operation] = None
    return Calls([Made(tuple(each)) for each in grouped.values()], operation or "any operation", tuple(others))


class Calls(Sequence[Made]):
    """
    Calls in the order they were made.

    Parameters given to a method are what a call must have at least: members left out do not count, nor do those of
    nested structures; lists must have as many elements. What fails raises CallsDiffer, an AssertionError. *others* are
    the operations that were called besides *what*.
    """

    def __init__(self, found: Sequence[Made], what: str, others: Sequence[str] = ()) -> None:
        self._found = tuple(found)
        self._what = what
        self._others = tuple(others)

    @overload
    def __getitem__(self, index: int) -> Made: ...
    @overload
    def __getitem__(self, index: slice) -> Calls: ...
    def __getitem__(self, index: int | slice) -> Made | Calls:
        """Return the call at a position; one that is not there raises CallsDiffer, which is an IndexError too."""
        if isinstance(index, slice):
            return Calls(self._found[index], self._what, self._others)
        if not -len(self._found) <= index < len(self._found):
            raise self._differ(f"call {index} of {self._what} is not there: {_times(len(self))}", {})
        return self._found[index]

    def __len__(self) -> int:
        """Return how many calls there are; retries do not count."""
        return len(self._found)

    def __iter__(self) -> Iterator[Made]:
        """Yield the calls, the first one first."""
        return iter(self._found)

    def __repr__(self) -> str:
        """Return what was called, as pytest shows it where an assertion fails."""
        return f"<{_times(len(self))} of {self._what}: {', '.join(map(repr, self._found[:_MOST_SHOWN])) or 'none'}>"

    @property
    def operations(self) -> list[str]:
        """The names of the operations, in the order of the calls."""
        return [each.operation for each in self._found]

    @property
    def parameters(self) -> list[Mapping[str, Any]]:
        """The parameters of each call, in order."""
        return [each.parameters for each in self._found]

    def having(self, **parameters: Any) -> Calls:
        """Return the calls that have *parameters*."""
        return Calls([each for each in self._found if holds(parameters, each.parameters)], self._what, self._others)

    def once(self, **parameters: Any) -> Made:
        """Return the one call that has *parameters*; there must be no other."""
        __tracebackhide__ = True
        return self.times(1, **parameters)[0]

    def never(self, **parameters: Any) -> None:
        """Assert that there is no call with *parameters*."""
        __tracebackhide__ = True
        self.times(0, **parameters)

    def times(self, count: int, /, **parameters: Any) -> Calls:
        """Return the *count* calls that have *parameters*; there must be no more and no fewer."""
        __tracebackhide__ = True
        found = self.having(**parameters)
        if len(found) != count:
            named = f" with {_listed(parameters)}" if parameters else ""
            raise self._differ(
                f"{_times(count)} of {self._what}{named} expected, {_times(len(found))} found", parameters
            )
        return found

    def in_order(self, *operations: str) -> None:
        """Assert that *operations* were called in this order; other calls may lie between."""
        __tracebackhide__ = True
        todo = list(operations)
        for each in self._found:
            if todo and todo[0] in (each.operation, each.tries[0].call.name):
                todo.pop(0)
        if todo:
            done = operations[: len(operations) - len(todo)]
            after = f" after {', '.join(done)}" if done else ""
            raise self._differ(f"{todo[0]} expected{after}, and not called there", {})

    def _differ(self, claim: str, expected: Mapping[str, Any]) -> CallsDiffer:
        lines = [f"#{at} {_told(each, expected)}" for at, each in enumerate(self._found[:_MOST_SHOWN])]
        more = len(self) - len(lines)
        if not lines and self._others:
            lines.append(f"other calls: {', '.join(self._others)}")
        return CallsDiffer(claim, (*lines, *([f"and {more} more"] if more > 0 else [])))


def _times(count: int) -> str:
    return f"{count} call" if count == 1 else f"{count} calls"


def _listed(parameters: Mapping[str, Any]) -> str:
    """Return *parameters* on one line, secrets hidden and long values cut."""
    return ", ".join(f"{each.path}={each.sent}" for each in differences({}, dict(parameters)))


def _told(call: Made, expected: Mapping[str, Any]) -> str:
    sent = dict(call.parameters)
    if not expected:
        return f"{call.operation}({_listed(sent)})"
    found = list(differences(dict(expected), expected_of(expected, sent)))
    if not found:
        return f"{call.operation}: as expected"
    shown = [f"{each.path}: {each.recorded} expected, {each.sent or 'nothing'} sent" for each in found]
    more = len(shown) - _MOST_DIFFERENCES
    return f"{call.operation}: {'; '.join(shown[:_MOST_DIFFERENCES])}{f'; and {more} more' if more > 0 else ''}"
