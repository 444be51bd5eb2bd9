"""
What is no leak: values that documentation uses, that AWS owns, or that a scrubber put there.

Sources: AWS documentation writes 123456789012, 111122223333 … for accounts and ends key ids in ``EXAMPLE``;
RFC 2606 and RFC 6761 reserve domains; the pseudonym ranges are those of scrub policy 1.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

__all__ = ["is_example_account", "is_example_address", "is_example_domain", "is_example_uuid", "is_made_up"]

_DOCUMENTED = frozenset(
    {"123456789012", "111122223333", "444455556666", "777788889999", "012345678910", "012345678901", "210987654321"}
    | {"098765432109", "987654321098"}
    | {digit * 12 for digit in "0123456789"}
)

#: Key ids of the AWS KMS developer guide, and the nil UUID.
_DOCUMENTED_UUIDS = frozenset(
    {
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "0987dcba-09fe-87dc-65ba-ab0987654321",
        "00000000-0000-0000-0000-000000000000",
    }
)
_PSEUDONYM_ACCOUNT = re.compile(r"99990000[0-9]{4}")
#: The last is base64 of ``AWS:SCRUBBED``, which stands for a registry's token.
_MADE_UP = re.compile(r"EXAMPLE|SCRUBBED|REDACTED|QVdTOlNDUlVCQkVE")
_PLACEHOLDER = re.compile(r"(.)\1*|\$\{.*|\{\{.*|<.*>|%\(.*", re.DOTALL)
_RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org|edu))?|invalid|test|localhost)\Z", re.IGNORECASE)


@cache
def _aws_owned() -> frozenset[str]:
    """Read ``data/aws_owned_accounts.json``: each list names its source."""
    text = resources.files("bototape").joinpath("data/aws_owned_accounts.json").read_text(encoding="utf-8")
    return frozenset(account for each in json.loads(text).values() for account in each["accounts"])


def is_example_account(digits: str) -> bool:
    """Tell whether the account is a documented example or one of AWS's own."""
    return digits in _DOCUMENTED or digits in _aws_owned() or _PSEUDONYM_ACCOUNT.fullmatch(digits) is not None


def is_example_address(dotted: str) -> bool:
    """
    Tell whether the IPv4 address names no machine of anybody: documentation, loopback, link-local, any, multicast.

    Sources: RFC 5737, RFC 6890; RFC 2544 (198.18.0.0/15) holds pseudonyms.
    """
    octets = [int(each) for each in dotted.split(".")]
    first, second = octets[:2]
    return (
        max(octets) > 255  # noqa: PLR2004 - not an address at all
        or octets == [1, 2, 3, 4]
        or first in (0, 127)
        or first >= 224  # noqa: PLR2004 - multicast and beyond
        or (first, second) in ((169, 254), (198, 18), (198, 19))
        or octets[:3] in ([192, 0, 2], [198, 51, 100], [203, 0, 113])
    )


def is_example_uuid(text: str) -> bool:
    """Tell whether the UUID is a pseudonym or documented."""
    return text.startswith("00000000-0000-4000-8000-") or text in _DOCUMENTED_UUIDS


def is_example_domain(domain: str) -> bool:
    """Tell whether the domain is reserved for documentation and tests."""
    return _RESERVED.search(domain) is not None


def is_made_up(value: str) -> bool:
    """Tell whether the value carries a scrubber's or a documentation's mark, or is a placeholder."""
    return _MADE_UP.search(value) is not None or _PLACEHOLDER.fullmatch(value) is not None
