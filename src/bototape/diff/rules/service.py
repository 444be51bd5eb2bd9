"""Rules for services and operations: existence, input and output, hints and texts."""

from __future__ import annotations

from bototape.diff.rules.record import Rule, everywhere, only, whole
from bototape.finding import Severity

__all__ = ["RULES"]

_B, _D, _I, _N = Severity.BREAKING, Severity.DANGEROUS, Severity.INFO, Severity.NEUTRAL

RULES = (
    Rule(
        "service-added",
        "service-removed",
        whole(_I, _N),
        "service added",
        "Nothing that exists changes.",
        "nothing to do",
    ),
    Rule(
        "service-removed",
        "service-added",
        whole(_B, _B),
        "service removed",
        "Creating the client raises UnknownServiceError, and its recordings are orphans.",
        "stop using it; delete its recordings; pin botocore until then",
    ),
    Rule(
        "service-id-changed",
        "service-id-changed",
        whole(_D, _N),
        "id of the service changed ({old}; now {new})",
        "Handlers registered by it, its section of the configuration and its AWS_ENDPOINT_URL_… have no effect.",
        "use the new id there",
    ),
    Rule(
        "operation-added",
        "operation-removed",
        whole(_I, _N),
        "operation added",
        "Nothing that exists changes; a mock does not answer it yet.",
        "track it if you use it",
    ),
    Rule(
        "operation-removed",
        "operation-added",
        whole(_B, _B),
        "operation removed",
        "The client loses the method (AttributeError) and its recordings are orphans.",
        "stop calling it; delete its recordings; pin botocore until then",
    ),
    Rule(
        "input-introduced",
        "input-dropped",
        only("input", _I, _N),
        "operation takes parameters now",
        "Calls without parameters stay valid unless a member is required, which is reported on its own.",
        "nothing to do",
    ),
    Rule(
        "input-dropped",
        "input-introduced",
        only("input", _B, _B),
        "operation takes no parameters any more",
        "botocore rejects every parameter as unknown; recorded requests have a body that is not sent now.",
        "drop the parameters and record again",
    ),
    Rule(
        "output-introduced",
        "output-dropped",
        only("output", _I, _N),
        "operation returns data now",
        "Code that ignores the answer goes on; required members that a recording lacks are reported on their own.",
        "record again to get the new answer",
    ),
    Rule(
        "output-dropped",
        "output-introduced",
        only("output", _B, _B),
        "operation returns no data any more",
        "botocore parses nothing of the body, so every key read from the answer raises KeyError.",
        "stop reading the answer and record again",
    ),
    Rule(
        "idempotence-added",
        "idempotence-removed",
        whole(_N, _N),
        "marked as safe to repeat ({new})",
        "botocore does not read it; tools that retry by the model may repeat the call.",
        "nothing to do",
    ),
    Rule(
        "idempotence-removed",
        "idempotence-added",
        whole(_I, _N),
        "no longer marked as safe to repeat ({old})",
        "A call that is sent twice may act twice; tools that retry by the model stop doing so.",
        "check what repeats the call",
    ),
    Rule(
        "retry-hint-changed",
        "retry-hint-changed",
        everywhere(_I, _N),
        "hint for retries changed ({old}; now {new})",
        "Tools that retry by the model may send a call more or less often.",
        "nothing to do unless you retry by the model",
    ),
    Rule(
        "annotation-changed",
        "annotation-changed",
        everywhere(_N, _N),
        "annotation changed ({old}; now {new})",
        "Names, notes and marks that neither botocore nor the wire depends on.",
        "nothing to do",
    ),
    Rule(
        "documentation-changed",
        "documentation-changed",
        everywhere(_N, _N),
        "documentation changed",
        "Neither botocore nor the wire depends on it; it may tell of a change the model does not show.",
        "read it where you use the member",
    ),
)
