"""Who makes the calls of a test: asked of STS where they go, by the very credentials that sign them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.session import Session

from bototape import config
from bototape.adapters import active
from bototape.adapters.endpoints import is_aws
from bototape.adapters.senders import Sender
from bototape.capture import estate as estates
from bototape.capture import surroundings
from bototape.capture.estate import Credentials, Endpoint
from bototape.capture.intake import Known
from bototape.capture.surroundings import this_machine
from bototape.errors import UsageError
from bototape.scrub.estate import Estate, joined

__all__ = ["Callers", "callers"]

_NAME_IT = (
    "use credentials and an endpoint that answer sts:GetCallerIdentity, or name the account: in a file that "
    "BOTOTAPE_ESTATE names, or as values.account in [tool.bototape.estate]"
)
#: botocore's names of what is no region, and the region their identities are asked in.
_HOMES = {"aws-global": "us-east-1", "aws-cn-global": "cn-north-1", "aws-us-gov-global": "us-gov-west-1"}


@dataclass(frozen=True, slots=True, repr=False)
class Callers:
    """
    What is told beforehand of those who call: *file* says all of it, *project* adds words and values.

    Nothing is asked where *file* is there.
    """

    file: Estate | None
    project: Estate

    def known(self, sender: Sender, region: str) -> Known:
        """
        Return what must not be in a recording of what *sender* sends to *region*.

        Raises `UsageError` when it cannot be learned: nothing may be sent then.
        """
        session = sender.session or Session()
        credentials = self._credentials(sender, session)
        with active.apart():
            told = joined(self.file or self._learned(sender, session, region, credentials), self.project)
        around = (*surroundings.settings(session), *this_machine().values(), *_also(sender))
        return Known.of(told, credentials, around)

    def told(self) -> Known:
        """Return what is known of the machine and the project before any client of AWS has called."""
        return Known.of(joined(self.file or Estate(), self.project), Credentials("", ""), this_machine().values())

    def _credentials(self, sender: Sender, session: Session) -> Credentials:
        found = estates.credentials_of(sender.credentials) if sender.credentials is not None else None
        if found and found.access_key_id:
            return found
        if self.file is not None:
            return found or Credentials("", "")
        # Nobody signs, or somebody with a token that STS does not take: the machine's own credentials tell.
        with active.apart():
            return estates.signing(session)

    def _learned(self, sender: Sender, session: Session, region: str, credentials: Credentials) -> Estate:
        url = sender.endpoint
        endpoint = Endpoint("aws" if is_aws(url) else "custom", url)
        place = sender.region if sender.region not in ("", "*") else _HOMES.get(region, region)
        try:
            return estates.learn(session, place or "us-east-1", endpoint, credentials, sender.http)
        except UsageError as error:
            if any(kind == "account" for kind, _ in self.project.values):
                return Estate()
            raise UsageError(error.reason, _NAME_IT) from None


def callers(project: Path | None, environment: Mapping[str, str], variable: str) -> Callers:
    """
    Return what is told beforehand: in the file that *variable* names, and in the ``pyproject.toml`` of *project*.

    Raises `UsageError` for either when it cannot be used.
    """
    told = environment.get(variable, "")
    settings = config.load(project / config.FILE if project else config.FILE)
    return Callers(estates.load(Path(told)) if told else None, settings.estate or Estate())


def _also(sender: Sender) -> tuple[tuple[str, str], ...]:
    """Return the credentials that a request has of its own, besides its client's."""
    if sender.also is None:
        return ()
    also = estates.credentials_of(sender.also)
    pairs = (
        ("access-key", also.access_key_id),
        ("secret-key", also.secret_access_key),
        ("session-token", also.session_token),
    )
    return tuple((kind, value) for kind, value in pairs if value)
