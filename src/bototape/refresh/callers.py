"""Who records, asked once for each place that calls go to, and refused before anything else is asked there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError
from botocore.session import Session

from bototape.capture.estate import Endpoint
from bototape.errors import BototapeError
from bototape.refresh import account
from bototape.scenario import run as recording
from bototape.scenario.plan import Plan
from bototape.scenario.run import Settings
from bototape.scrub.estate import Estate

__all__ = ["Callers"]


@dataclass
class Callers:
    """The callers of *session*; *accounts* are those that may be recorded, as `account.refuse` takes them."""

    session: Session
    settings: Settings
    accounts: Collection[str]
    _known: dict[str, Estate | None] = field(default_factory=dict)

    def settings_of(self, plan: Plan) -> Settings | None:
        """
        Return the settings with who calls in them; None where it was said before that nobody may call there.

        Raises `UsageError` where nobody tells who calls, or that caller may not record or not change anything.
        """
        endpoint = recording.endpoint_of(plan, self.session, self.settings)
        place = self._place(plan, endpoint)
        if place not in self._known:
            self._known[place] = None
            try:
                caller = recording.caller(plan, self.session, self.settings)
                account.refuse(caller, self.accounts, endpoint.kind, mutates=False)
            except BototapeError as error:
                raise error from None
            self._known[place] = caller
        known = self._known[place]
        if known is None:
            return None
        account.refuse(known, self.accounts, endpoint.kind, mutates=bool(plan.mutations))
        return recording.with_estate(self.settings, known)

    def _place(self, plan: Plan, endpoint: Endpoint) -> str:
        """Return what is alike for all that one answer of STS holds for: the partition, or the endpoint."""
        if endpoint.kind == "custom":
            return endpoint.url
        region = self.settings.region or plan.scenario.region
        try:
            return str(self.session.get_partition_for_region(region))
        except BotoCoreError:  # of a region that this release does not know
            return region
