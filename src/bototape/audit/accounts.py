"""
Account ids in running text, by what stands around them.

Twelve bare digits are no account: sizes, minutes and the last group of a UUID look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bototape.audit.examples import is_example_account
from bototape.audit.sheets import after, before

__all__ = ["dashed_accounts", "plain_accounts", "truncated_accounts"]

_TWELVE = re.compile(r"[0-9]{12}(?![0-9])(?<![0-9]{13})")
_REGION = r"(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}"

_SAID_BEFORE = re.compile(r"(?:account|acct|owner)[a-z _-]{0,16}[\"']?[\s:=#(]{0,3}[\"']?\Z", re.IGNORECASE)
_ARN_BEFORE = re.compile(r"arn:[^:\s]{1,24}:[^:\s]{0,64}:[^:\s]{0,64}:\Z", re.IGNORECASE)
#: Log delivery, queue URL.
_PATH_BEFORE = re.compile(r"(?:AWSLogs/(?:o-[a-z0-9]{10,32}/)?|amazonaws\.com(?:\.cn)?(?::[0-9]{1,5})?/)\Z")
_AFTER = re.compile(
    r"""
      [.-][a-z0-9.-]{0,80}?(?:amazonaws|aws\.amazon|on\.aws|api\.aws|c2s\.ic|sc2s\.sgov|cloud\.adc-e)  # AWS host
    | _(?:CloudTrail|Config|vpcflowlogs|elasticloadbalancing|waflogs)                         # delivered log file
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BUCKET_BEFORE = re.compile(
    rf"""(?:
      (?:s3[an]?://|:s3:::)[a-z0-9.-]{{0,63}}
    | (?<![a-z0-9]){_REGION}-
    | \b(?:sagemaker|cdk|aws|amazon|elasticbeanstalk|cf-templates|codepipeline)-[a-z0-9-]{{0,48}}-
    )\Z""",
    re.VERBOSE,
)
_BUCKET_AFTER = re.compile(rf"[a-z0-9.-]{{0,63}}\.s3[.-]|-{_REGION}(?![0-9])")
_UUID_HEAD = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}\Z", re.IGNORECASE)
_MINUTE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]")
_DASHED = re.compile(r"[0-9]{4}([ -])[0-9]{4}\1[0-9]{4}(?![0-9-])(?<![0-9-].{14})")
_SAID = re.compile(r"(?:account|acct)[^0-9]{0,40}\Z", re.IGNORECASE)
_CUT = re.compile(r":([0-9]{4,11})(?:\.\.|…|\0|\Z)")
_ARN_HEAD = re.compile(r"arn:[^:\s]{1,24}:[^:\s]{0,64}:[^:\s]{0,64}\Z")  # without the colon
_WINDOW = 192


def plain_accounts(whole: str) -> Iterator[tuple[int, str]]:
    """Yield place and digits of twelve digits that stand where an account stands."""
    for match in _TWELVE.finditer(whole):
        digits = match[0]
        if not is_example_account(digits) and _in_context(whole, match.start(), match.end(), digits):
            yield match.start(), digits


def _in_context(whole: str, start: int, end: int, digits: str) -> bool:
    ahead, behind = before(whole, start, _WINDOW), after(whole, end, _WINDOW)
    if _UUID_HEAD.search(ahead[-24:]):
        return False
    if _stands_after(ahead) or _AFTER.match(behind):
        return True
    return not _MINUTE.fullmatch(digits) and _in_bucket(ahead, behind)


def _stands_after(ahead: str) -> bool:
    return (
        (ahead.endswith(":") and _ARN_BEFORE.search(ahead) is not None)
        or (ahead.endswith("/") and _PATH_BEFORE.search(ahead[-64:]) is not None)
        or _SAID_BEFORE.search(ahead[-32:]) is not None
    )


def _in_bucket(ahead: str, behind: str) -> bool:
    in_name = ahead[-1:] in ("-", "/", ".", ":") or ahead[-1:].isalnum()
    return (in_name and _BUCKET_BEFORE.search(ahead) is not None) or _BUCKET_AFTER.match(behind) is not None


def dashed_accounts(whole: str) -> Iterator[tuple[int, str]]:
    """Yield accounts written ``1234-5678-9012`` or with spaces, near the word account."""
    for match in _DASHED.finditer(whole):
        digits = match[0].replace(match[1], "")
        if not is_example_account(digits) and _SAID.search(before(whole, match.start(), _WINDOW)):
            yield match.start(), match[0]


def truncated_accounts(whole: str) -> Iterator[tuple[int, str]]:
    """Yield the rest of an account at the cut end of an ARN (``FailureReason`` ends after 1024 characters)."""
    for match in _CUT.finditer(whole):
        digits = match[1]
        documented = any(each.startswith(digits) for each in ("123456789012", "111122223333", "444455556666"))
        if not documented and _ARN_HEAD.search(before(whole, match.start(), _WINDOW)):
            yield match.start(1), digits
