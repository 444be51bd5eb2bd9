"""
Batch operations that fail in part: which entries of a request failed, told as each service tells it.

Sources: the API references of BatchWriteItem and BatchGetItem (DynamoDB), PutRecords (Kinesis), PutRecordBatch
(Firehose), PutEvents (EventBridge), SendMessageBatch, DeleteMessageBatch and ChangeMessageVisibilityBatch (SQS),
PublishBatch (SNS), DeleteObjects (S3).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

__all__ = ["BATCHES", "Batch", "Parts"]

#: An instance: members by name.
Instance = Mapping[str, Any]


class Parts(NamedTuple):
    """
    A batch that failed in part: *answer* says so, *left* are the entries to send again, *rest* is their answer.

    *rest* is what the whole answer said of them.
    """

    answer: dict[str, Any]
    left: Sequence[object]
    rest: dict[str, Any]


class Batch(Protocol):
    """How one operation takes its entries and tells which of them failed."""

    def entries(self, request: Instance) -> list[Any]:
        """Return the entries of *request*, in its order."""

    def parted(self, request: Instance, answer: Instance, failed: Collection[int], code: str, message: str) -> Parts:
        """Part *answer*, which says that all went well, at the entries whose positions are in *failed*."""


@dataclass(frozen=True, slots=True)
class _InPlace:
    """One result for each entry, in the request's order; a failed one has a code, and is counted."""

    asked: str
    told: str
    count: str

    def entries(self, request: Instance) -> list[Any]:
        return list(request.get(self.asked, ()))

    def parted(self, request: Instance, answer: Instance, failed: Collection[int], code: str, message: str) -> Parts:
        entries, results = self.entries(request), list(answer.get(self.told, ()))
        refusal = {"ErrorCode": code, "ErrorMessage": message}
        told = [refusal if at in failed else each for at, each in enumerate(results)]
        bad = [at for at in range(len(entries)) if at in failed]
        again = [results[at] for at in bad if at < len(results)]
        return Parts(
            {**answer, self.told: told, self.count: len(bad)},
            [entries[at] for at in bad],
            {**answer, self.told: again, self.count: 0},
        )


@dataclass(frozen=True, slots=True)
class _Named:
    """Entries with a name of their own, told apart in two lists: what went well and what did not."""

    asked: tuple[str, ...]
    well: str
    badly: str
    names: tuple[str, ...]
    is_flagged: bool

    def entries(self, request: Instance) -> list[Any]:
        found: Any = request
        for name in self.asked:
            found = found.get(name, {})
        return list(found)

    def parted(self, request: Instance, answer: Instance, failed: Collection[int], code: str, message: str) -> Parts:
        entries = self.entries(request)
        left = [each for at, each in enumerate(entries) if at in failed]
        keys = [self._name(each) for each in left]
        well = [each for each in answer.get(self.well, ()) if self._name(each) not in keys]
        again = [each for each in answer.get(self.well, ()) if self._name(each) in keys]
        flag = {"SenderFault": False} if self.is_flagged else {}
        bad = [{**dict(key), **flag, "Code": code, "Message": message} for key in keys]
        whole = {key: each for key, each in answer.items() if key not in (self.well, self.badly)}
        return Parts(
            {**whole, **_filled(self.well, well), self.badly: bad},
            left,
            {**whole, **_filled(self.well, again)},
        )

    def _name(self, entry: Instance) -> tuple[tuple[str, Any], ...]:
        return tuple((each, entry[each]) for each in self.names if each in entry)


def _filled(name: str, values: list[Any]) -> dict[str, Any]:
    return {name: values} if values else {}


class _Writes:
    """DynamoDB's BatchWriteItem: what was not written comes back as it was sent."""

    def entries(self, request: Instance) -> list[Any]:
        return [(table, each) for table, writes in request.get("RequestItems", {}).items() for each in writes]

    def parted(self, request: Instance, answer: Instance, failed: Collection[int], code: str, message: str) -> Parts:
        del code, message
        left = [each for at, each in enumerate(self.entries(request)) if at in failed]
        unprocessed: dict[str, list[Any]] = {}
        for table, write in left:
            unprocessed.setdefault(table, []).append(write)
        return Parts({**answer, "UnprocessedItems": unprocessed}, left, {**answer, "UnprocessedItems": {}})


class _Reads:
    """DynamoDB's BatchGetItem: the keys that were not read come back, with what else was asked of their table."""

    def entries(self, request: Instance) -> list[Any]:
        tables = request.get("RequestItems", {}).items()
        return [(table, key) for table, asked in tables for key in asked.get("Keys", ())]

    def parted(self, request: Instance, answer: Instance, failed: Collection[int], code: str, message: str) -> Parts:
        del code, message
        left = [each for at, each in enumerate(self.entries(request)) if at in failed]
        unprocessed: dict[str, dict[str, Any]] = {}
        for table, key in left:
            asked = request["RequestItems"][table]
            unprocessed.setdefault(table, {**asked, "Keys": []})["Keys"].append(key)
        found = answer.get("Responses", {})
        read = {table: [each for each in items if not _any_of(left, table, each)] for table, items in found.items()}
        rest = {table: [each for each in items if _any_of(left, table, each)] for table, items in found.items()}
        return Parts(
            {**answer, "Responses": read, "UnprocessedKeys": unprocessed},
            left,
            {**answer, "Responses": {table: each for table, each in rest.items() if each}, "UnprocessedKeys": {}},
        )


def _any_of(keys: Sequence[tuple[str, Instance]], table: str, item: Instance) -> bool:
    return any(table == own and key.items() <= item.items() for own, key in keys)


def _messages(asked: str) -> _Named:
    return _Named((asked,), "Successful", "Failed", ("Id",), is_flagged=True)


#: The operations that fail in part, by name.
BATCHES: Mapping[str, Batch] = {
    "dynamodb.BatchWriteItem": _Writes(),
    "dynamodb.BatchGetItem": _Reads(),
    "kinesis.PutRecords": _InPlace("Records", "Records", "FailedRecordCount"),
    "firehose.PutRecordBatch": _InPlace("Records", "RequestResponses", "FailedPutCount"),
    "events.PutEvents": _InPlace("Entries", "Entries", "FailedEntryCount"),
    "sqs.SendMessageBatch": _messages("Entries"),
    "sqs.DeleteMessageBatch": _messages("Entries"),
    "sqs.ChangeMessageVisibilityBatch": _messages("Entries"),
    "sns.PublishBatch": _messages("PublishBatchRequestEntries"),
    "s3.DeleteObjects": _Named(("Delete", "Objects"), "Deleted", "Errors", ("Key", "VersionId"), is_flagged=False),
}
