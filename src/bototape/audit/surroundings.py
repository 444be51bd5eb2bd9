"""Machines, people and organisations in running text: addresses, home directories, prompts, ids of organisations."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from bototape.audit.examples import is_example_address
from bototape.audit.sheets import after, before

__all__ = ["dashed_addresses", "dotted_addresses", "long_addresses", "machines", "organizations", "user_names"]

_DASHED = re.compile(r"(?:ip|ec2)-([0-9]{1,3}(?:-[0-9]{1,3}){3})(?![0-9A-Za-z-])")


def dashed_addresses(whole: str) -> Iterator[tuple[int, str]]:
    """Yield IPv4 addresses in the names of hosts (``ip-10-0-0-1.ec2.internal``)."""
    for match in _DASHED.finditer(whole):
        if not is_example_address(match[1].replace("-", ".")):
            yield match.start(1), match[1]


_DOTTED = re.compile(r"\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?![\w-]|\.[0-9])")
_OCTET = re.compile(r"(?<![\w.-])[0-9]{1,3}\Z")
_VERSION = re.compile(
    r"(?:(?:version|release|driver|engine|kernel|image|build|python|cuda)[\s:=\"'v]{0,4}|[/=~^<>@#:])\Z", re.IGNORECASE
)
_HOST = re.compile(r"(?:://|(?:host|from|to|at|via|by|peer|client|address|addr|ip|server)\W{0,4})\Z", re.IGNORECASE)


def dotted_addresses(whole: str) -> Iterator[tuple[int, str]]:
    """
    Yield IPv4 addresses in sentences and URLs.

    Four numbers that are all of a text are told by the name they stand under: versions look the same.
    """
    for match in _DOTTED.finditer(whole):
        ahead = before(whole, match.start(), 48)
        first = _OCTET.search(ahead)
        if not first:
            continue
        ahead = ahead[: first.start()]
        value = first[0] + match[0]
        alone = not ahead and not after(whole, match.end(), 1)
        octets = value.split(".")
        if alone or any(each != str(int(each)) for each in octets) or is_example_address(value):
            continue
        if _HOST.search(ahead) or not _VERSION.search(ahead):
            yield match.start() - len(first[0]), value


# These begin with a set of letters, which the engine looks for quickly; what stands before is checked behind it.
_HEX = "[0-9a-fA-F]"
_LONG = re.compile(rf"[23fF](?<![\w:.].)(?:{_HEX}{{3}}):[0-9a-fA-F:]{{2,34}}+(?![\w:])")
_DOCUMENTED = (ipaddress.ip_network("2001:db8::/32"), ipaddress.ip_network("3fff::/20"))


def long_addresses(whole: str) -> Iterator[tuple[int, str]]:
    """Yield IPv6 addresses of machines but those of documentation (RFC 3849, RFC 9637)."""
    for match in _LONG.finditer(whole):
        try:
            address = ipaddress.IPv6Address(match[0])
        except ValueError:
            continue
        if not (address.is_multicast or address.is_link_local or any(address in each for each in _DOCUMENTED)):
            yield match.start(), match[0]


_MACHINE = re.compile(rf"{_HEX}(?<![\w:.-].){_HEX}([:-])(?:{_HEX}{{2}}\1){{4}}{_HEX}{{2}}(?![\w:-])")
#: All alike, counted up, and the block for documentation (RFC 9542, 2.1.2).
_NO_MACHINE = re.compile(
    r"(..)(?:.\1){5}|(?:00.01.02.03.04.05|01.23.45.67.89.ab|12.34.56.78.9a.bc|00.00.5e.00.53..)", re.IGNORECASE
)


def machines(whole: str) -> Iterator[tuple[int, str]]:
    """Yield the hardware addresses of network interfaces."""
    for match in _MACHINE.finditer(whole):
        if not _NO_MACHINE.fullmatch(match[0]):
            yield match.start(), match[0]


_ORGANIZATION = re.compile(
    r"[os](?<![\w-].)(?:u-[0-9a-z]{4,32}-[0-9a-z]{8,32}|-[0-9a-z]{10,32}|soins-[0-9a-f]{16})(?![\w-])"
)
_ROOT = re.compile(r"/r-[0-9a-z]{4,32}(?![\w-])")
_IN_ORGANIZATION = re.compile(r"/o-[0-9a-z]{10,32}\Z")
_MADE_UP = re.compile(r"exa|(.)\1{5}")


def organizations(whole: str) -> Iterator[tuple[int, str]]:
    """Yield ids of AWS Organizations and IAM Identity Center; one that has no digit is a word."""
    for match in _ORGANIZATION.finditer(whole):
        if re.search("[0-9]", match[0]) and not _MADE_UP.search(match[0]):
            yield match.start(), match[0]
    for match in _ROOT.finditer(whole):
        if _IN_ORGANIZATION.search(before(whole, match.start(), 40)) and not _MADE_UP.search(match[0]):
            yield match.start() + 1, match[0][1:]


#: Accounts of machines, images and services, and the names that documentation gives.
_NOBODY = (
    r"(?:ec2-user|ubuntu|admin|root|runner|vsts|circleci|jovyan|sagemaker-user|glue_user|hadoop|app|user|username|"
    r"you|me|shared|public|default|example[\w-]*|exampleword[0-9]+|node|vagrant|vscode|codespace|builder|build|work|"
    r"airflow|spark|model-server|code|data|test|ci|git|www|service|svc|guest|nobody|USER|SCRUBBED)"
)
_HOME = re.compile(
    r"(?:/home/|/Users/|[A-Za-z]:\\{1,4}Users\\{1,4})"
    rf"(?!{_NOBODY}(?![\w.-]))([A-Za-z_][\w.-]{{1,31}}+)(?=[/\\\s:\"']|\Z)"
)
_AT_HOST = re.compile(r"@(?:ip-[0-9]|[a-z0-9-]{1,63}[:~ ]{1,2}[~/$])")
_LOGIN = re.compile(rf"(?<![\w.@/:-])(?!{_NOBODY}\Z)[a-z_][a-z0-9_.-]{{1,31}}\Z")


def user_names(whole: str) -> Iterator[tuple[int, str]]:
    """Yield names of people by their home directories and prompts (``dana@ip-10-0-0-1``)."""
    for match in _HOME.finditer(whole):
        yield match.start(1), match[1]
    for match in _AT_HOST.finditer(whole):
        login = _LOGIN.search(before(whole, match.start(), 40))
        if login:
            yield match.start() - len(login[0]), login[0]
