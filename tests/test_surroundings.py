"""Who is recording, as the machine and the AWS configuration tell it."""

import socket

import pytest
from botocore.session import Session

from bototape.capture import surroundings
from bototape.capture.estate import Credentials, complete, known_values
from bototape.capture.surroundings import Machine
from bototape.scrub.estate import Estate

ROLE = "arn:aws:iam::837250196448:role/kelp/kelp-deployer"
CONFIG = f"""\
[profile kelp-prod]
role_arn = {ROLE}
source_profile = kelp-base
role_session_name = ines.castel@kelp.io
mfa_serial = arn:aws:iam::604913827755:mfa/ines-phone
external_id = zq81-kelp-external

[profile kelp-base]
sso_session = kelp
sso_account_id = 604913827755
source_profile = kelp-base

[sso-session kelp]
sso_start_url = https://kelpworks.awsapps.com/start
sso_region = us-east-1

[profile round]
source_profile = about

[profile about]
source_profile = round
"""


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """A session maker over a configuration file of our own."""
    path = tmp_path / "config"
    path.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return lambda profile=None: Session(profile=profile)


def test_a_profile_tells_of_all_that_it_names(configured):
    """Roles, devices, sessions, the external id and the company's sign-in page, through the profiles it builds on."""
    assert surroundings.settings(configured("kelp-prod")) == (
        ("profile", "kelp-prod"),
        ("account", "837250196448"),
        ("role", "kelp-deployer"),
        ("account", "604913827755"),
        ("user", "ines-phone"),
        ("email", "ines.castel@kelp.io"),
        ("secret", "zq81-kelp-external"),
        ("profile", "kelp-base"),
        ("word", "kelpworks"),
    )


def test_a_profile_of_the_environment_counts(configured, monkeypatch):
    """AWS_PROFILE is as good as --profile."""
    monkeypatch.setenv("AWS_PROFILE", "kelp-base")

    assert surroundings.settings(configured()) == (
        ("profile", "kelp-base"),
        ("account", "604913827755"),
        ("word", "kelpworks"),
    )


def test_profiles_in_a_circle_end(configured):
    """What botocore will refuse later is no endless loop here."""
    assert surroundings.settings(configured("round")) == (("profile", "round"), ("profile", "about"))


def test_no_profile_tells_nothing(configured):
    """The default profile has no name to hide."""
    assert surroundings.settings(configured()) == ()


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (
            Machine("okafor", "/home/dana.okafor", "mbp-okafor.zorvane.example.org."),
            (
                ("user", "okafor"),
                ("user", "dana.okafor"),
                ("host", "mbp-okafor.zorvane.example.org"),
                ("host", "mbp-okafor"),
            ),
        ),
        (Machine("dana", "/Users/dana", "localhost"), (("user", "dana"),)),
        (Machine("ubuntu", "/home/ubuntu", "ip-10-1-2-3.ec2.internal"), ()),
        (Machine("root", "/root", "192.168.1.7"), ()),
        (
            Machine(environment={"AWS_ROLE_SESSION_NAME": "GitHubActions-7", "AWS_ROLE_ARN": ROLE}),
            (("session", "GitHubActions-7"), ("account", "837250196448"), ("role", "kelp-deployer")),
        ),
        (Machine(), ()),
    ],
    ids=["person", "short", "cloud-image", "root", "web-identity", "nothing"],
)
def test_a_machine_tells_who_is_logged_in_where(machine, expected):
    """Logins that images come with name nobody, and addresses are found by their form."""
    assert machine.values() == expected


def test_this_machine_asks_nobody(monkeypatch):
    """A host's full name would be a question to a name server."""
    for name in ("getaddrinfo", "gethostbyaddr", "gethostbyname", "getfqdn"):
        monkeypatch.setattr(socket, name, None)
    monkeypatch.setattr(socket, "gethostname", lambda: "mbp-okafor")
    monkeypatch.setenv("USER", "okafor")
    monkeypatch.setenv("HOME", "/home/dana.okafor")

    machine = surroundings.this_machine()

    assert (machine.login, machine.home, machine.host) == ("okafor", "/home/dana.okafor", "mbp-okafor")
    assert repr(machine) == object.__repr__(machine)


def test_an_estate_is_completed_and_never_overruled():
    """What was told stays; credentials and surroundings add to it."""
    credentials = Credentials("key", "secret", "token", "837250196448")

    done = complete(Estate(account="604913827755", access_key_id="own"), credentials, [("host", "mbp-okafor")])

    assert done == Estate(
        account="604913827755",
        access_key_id="own",
        secret_access_key="secret",
        session_token="token",
        values=(("host", "mbp-okafor"), ("account", "837250196448")),
    )


def test_the_audit_is_given_what_is_found_by_no_chance():
    """It looks inside words: a short host's name would be found in every longer one, and refuse a recording."""
    credentials = Credentials("ASIAEXAMPLEKEY", "secret-key", "")
    around = [("host", "node1"), ("user", "okafordana"), ("host", "mbp-okafor"), ("profile", "sandbox")]
    told = Estate(words=("kelps",), values=(("role", "admin"), ("bucket", "kelp-lake")))

    assert known_values(told, credentials, around) == (
        "kelps",
        "kelp-lake",
        "ASIAEXAMPLEKEY",
        "secret-key",
        "mbp-okafor",
    )
