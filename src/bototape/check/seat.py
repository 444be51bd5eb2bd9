"""From a fault to a finding: which interaction of which file, which call, which release and judgement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bototape.check.errata import Erratum, explaining
from bototape.check.faults import Fault
from bototape.check.policy import Policy
from bototape.check.rules import Half
from bototape.finding import Finding

__all__ = ["Appeared", "Seat", "never"]

#: Tells when a place (``DescribeAutoMLJob.output.BestCandidate``) or one of its values came: ``1.28.0 (2022-10-24)``,
#: empty where that is not known.
Appeared = Callable[[str, str], str]


def never(place: str, value: str) -> str:
    """Know of nothing when it came."""
    del place, value
    return ""


@dataclass(frozen=True, slots=True)
class Seat:
    """What turns a fault of one call into a finding. *where* is the file and the number of the interaction."""

    where: str
    service: str
    operation: str
    release: str
    policy: Policy
    appeared: Appeared = never

    def finding(self, fault: Fault, half: Half) -> Finding | None:
        """Return *fault* as a finding, or None where it is not reported."""
        level = self.policy.severity(fault.rule, half)
        if level is None:
            return None
        place = f"{self.operation}.{fault.way}".rstrip(".")
        came = self.appeared(place, fault.value) if fault.blames_release else ""
        evidence = {
            "interaction": self.where.rpartition("#")[2],
            "side": half,
            "operation": self.operation,
            "shape": fault.shape,
            "member": fault.member,
            "pointer": fault.pointer,
            "expected": fault.expected,
            "found": fault.found,
            "release": self.release,
            **({"service": self.service} if self.service else {}),
            **({"place": place} if fault.way else {}),
            **({"schema": f"{self.service}#{fault.schema}"} if fault.schema else {}),
            **({"appeared": came} if came else {}),
        }
        where = f"{self.where} {half} {fault.pointer}".rstrip()
        message = f"{fault.sentence}{self._blame(fault, half, came)}"
        return Finding(where, fault.rule, level, message, tuple(evidence.items()))

    def _blame(self, fault: Fault, half: Half, came: str) -> str:
        if not fault.blames_release:
            return fault.hint
        if came:
            return f" is not in {self.release}, newer than this release: appeared in {came}"
        doubt = "" if half == "request" else ": newer than that, or undocumented"
        return f" is not in {self.release}{doubt}{fault.hint}"

    def erratum(self, fault: Fault, half: Half) -> Erratum | None:
        """Return the erratum that explains *fault*, if errata count and one does."""
        if not self.policy.excuses:
            return None
        way = fault.way or half
        return explaining(self.policy.errata, fault.rule, self.service, self.operation, way, fault.value)
