"""The values of an invented account: keys, names, ids and tokens, other ones for each seed."""

import base64
import json
import random
import string
from dataclasses import dataclass, field
from urllib.parse import quote

from bototape.scrub.owned import ACCOUNTS

_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
WORDS = [
    "quorvex",
    "mirelda",
    "bantiqua",
    "sollinor",
    "fernwick",
    "ostrava",
    "kelburn",
    "tarvik",
    "wendamo",
    "plixer",
    "nordhove",
    "garvane",
]
_FIRST = ["mara", "jonas", "priya", "tomasz", "ingrid", "kofi", "elena", "raul", "yuki", "fatima", "anselm", "beatrix"]
_LAST = ["holmqvist", "okonkwo", "petrosyan", "lindgren", "vasquez", "haddad", "brennan", "takeda", "moreau", "szabo"]
REGIONS = {
    "aws": ("us-east-1", "eu-west-3", "ap-southeast-2", "sa-east-1", "ca-central-1", "il-central-1"),
    "aws-cn": ("cn-north-1", "cn-northwest-1"),
    "aws-us-gov": ("us-gov-west-1", "us-gov-east-1"),
    "aws-iso": ("us-iso-east-1",),
    "aws-iso-b": ("us-isob-east-1",),
    "aws-iso-e": ("eu-isoe-west-1",),
    "aws-iso-f": ("us-isof-south-1",),
    "aws-eusc": ("eusc-de-east-1",),
}
SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-us-gov": "amazonaws.com",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}


@dataclass
class Invented:
    """The values of one estate; each call of a method makes another one."""

    rng: random.Random
    account: str = ""
    partner: str = ""
    region: str = ""
    key: str = ""
    secret: str = ""
    token: str = ""
    role: str = ""
    person: str = ""
    email: str = ""
    company: str = ""
    unique: str = ""
    memo: dict = field(default_factory=dict)

    def __post_init__(self):
        self.account, self.partner = self.some_account(), self.some_account()
        self.region = self.rng.choice(REGIONS["aws"])
        self.company = self.rng.choice(WORDS)
        self.person = f"{self.rng.choice(_FIRST)}.{self.rng.choice(_LAST)}"
        self.email = f"{self.person}@{self.company}-{self.rng.choice(('labs.io', 'corp.net', 'group.de', 'ai.co.uk'))}"
        self.role = f"{self.company}-{self.rng.choice(('sm-exec', 'train-exec', 'ml-runner'))}"
        self.key = self.some_key(self.account)
        self.secret = self.some_secret()
        self.token = self.some_token(self.account)
        self.unique = self.some_unique("AROA")

    @property
    def known(self):
        """The estate, as an estate file says it."""
        return {
            "account": self.account,
            "arn": f"arn:aws:sts::{self.account}:assumed-role/{self.role}/{self.email}",
            "user_id": f"{self.unique}:{self.email}",
            "access_key_id": self.key,
            "secret_access_key": self.secret,
            "session_token": self.token,
            "words": [self.company],
        }

    def some_account(self):
        while True:
            found = str(self.rng.randrange(1, 10)) + "".join(self.rng.choices(string.digits, k=11))
            if found not in ACCOUNTS and len(set(found)) > 4:
                return found

    def some_key(self, account, prefix="ASIA"):
        bits = (1 << 39 | int(account)) << 1 | self.rng.randrange(2)
        head = "".join(_BASE32[bits >> 5 * at & 31] for at in reversed(range(8)))
        return prefix + head + "".join(self.rng.choices(_BASE32, k=8))

    def some_secret(self):
        return self.text(string.ascii_letters + string.digits + "+/", 39) + self.rng.choice("ghijkXYZ")

    def some_token(self, account):
        head = b"\x21\x0a\x09origin_ec\x10" + bytes(self.rng.randrange(256) for _ in range(2)) + b"\x1a\x09us-east-1"
        rest = b"\x1a\x0c" + account.encode() + bytes(self.rng.randrange(256) for _ in range(240))
        return "IQoJb3JpZ2luX2Vj" + base64.b64encode(head[12:] + rest).decode()

    def old_token(self):
        return self.rng.choice(("FwoGZXIvYXdz", "FQoGZXIvYXdz", "AgoJb3JpZ2lu")) + self.base64(240)

    def some_unique(self, prefix):
        return prefix + self.text(_BASE32, 17)

    def text(self, alphabet, size):
        return "".join(self.rng.choices(alphabet, k=size))

    def hexadecimal(self, size):
        while True:
            found = self.text("0123456789abcdef", size)
            if not found.isdigit() and not found.isalpha():
                return found

    def base64(self, size):
        return base64.b64encode(self.rng.randbytes(size)).decode()

    def uuid(self):
        h = self.hexadecimal(31)
        return f"{h[:8]}-{h[8:12]}-4{h[12:15]}-{self.rng.choice('89ab')}{h[15:18]}-{h[18:30]}"

    def ip(self):
        return f"10.{self.rng.randrange(1, 250)}.{self.rng.randrange(1, 250)}.{self.rng.randrange(2, 250)}"

    def public_ip(self):
        return f"{self.rng.choice((3, 18, 34, 52, 54, 63))}.{self.rng.randrange(1, 250)}.{self.rng.randrange(100, 250)}.{self.rng.randrange(2, 250)}"

    def arn(self):
        return f"arn:aws:iam::{self.account}:role/service-role/{self.role}"

    def session_arn(self):
        return f"arn:aws:sts::{self.account}:assumed-role/{self.role}/{self.email}"

    def jwt(self, claims):
        return ".".join(
            (
                _url64({"alg": self.rng.choice(("HS256", "RS256")), "typ": "JWT"}),
                _url64(claims),
                base64.urlsafe_b64encode(self.rng.randbytes(32)).decode().rstrip("="),
            )
        )

    def presigned(self, service, *, amp="&", host=None, action=""):
        host = host or f"{service}.{self.region}.amazonaws.com"
        pairs = [
            *([action] if action else []),
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            f"X-Amz-Credential={self.key}%2F20250311%2F{self.region}%2F{service}%2Faws4_request",
            "X-Amz-Date=20250311T081500Z",
            "X-Amz-Expires=900",
            "X-Amz-SignedHeaders=host",
            f"X-Amz-Security-Token={quote(self.token, safe='')}",
            f"X-Amz-Signature={self.signature()}",
        ]
        return f"https://{host}/?{amp.join(pairs)}"

    def signature(self):
        if "signature" not in self.memo:
            self.memo["signature"] = self.hexadecimal(64)
        return self.memo["signature"]


def _url64(value):
    return base64.urlsafe_b64encode(dumps(value).encode()).decode().rstrip("=")


def dumps(value):
    """JSON as services write it."""
    return json.dumps(value, separators=(",", ":"))
