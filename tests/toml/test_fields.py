"""The written forms that config.toml and the rules share."""

from __future__ import annotations

import pytest

from mailgate.toml.fields import addr_spec, host_name, language_tag, octets, time_zone


@pytest.mark.parametrize(
    ("written", "value"), [("25 MB", 25_000_000), ("1MiB", 1_048_576), ("500 kB", 500_000), ("7 b", 7), (3, 3)]
)
def test_a_size_is_decimal_unless_it_says_binary(written: object, value: int) -> None:
    """A limit in MB is what mail providers mean by MB."""
    assert octets(written) == value


@pytest.mark.parametrize("written", ["25 Mo", "-1 MB", "", True, -1, 2.5, None])
def test_what_is_no_size_is_refused(written: object) -> None:
    """`true` is an int in Python and no size at all."""
    with pytest.raises(ValueError, match="is not a size"):
        octets(written)


def test_addresses_are_kept_in_lower_case() -> None:
    """Two spellings of one address must not be two people."""
    assert addr_spec("Support-Urgent@Example.COM") == "support-urgent@example.com"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "@example.com",
        "a@",
        "a b@example.com",
        "A <a@example.com>",
        "a@-x.com",
        ".a@example.com",
        "é@example.com",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    """An address that no mail can reach is found before the first mail is lost."""
    with pytest.raises(ValueError, match="is not a mail address"):
        addr_spec(written)


def test_an_address_that_is_too_long_is_refused() -> None:
    """RFC 5321 §4.5.3.1.1: a local part has at most 64 octets."""
    with pytest.raises(ValueError, match="too long"):
        addr_spec("a" * 65 + "@example.com")


def test_a_domain_is_a_host_name() -> None:
    """`domains = ["@acme.example"]` would silently match nobody."""
    assert host_name("Acme.example") == "acme.example"
    with pytest.raises(ValueError, match="is not a domain"):
        host_name("@acme.example")


@pytest.mark.parametrize(
    ("written", "hint"),
    [("fr_CA", "did you mean 'fr-CA'"), ("FR", "did you mean 'fr'"), ("fr-ca", "'fr-CA'"), ("français", "write fr")],
)
def test_a_language_is_corrected(written: str, hint: str) -> None:
    """Everybody writes it differently once."""
    with pytest.raises(ValueError, match=hint):
        language_tag(written)


@pytest.mark.parametrize("written", ["America/Montrael", "", "../etc/passwd", "America"])
def test_an_unknown_time_zone_is_refused(written: str) -> None:
    """zoneinfo raises four different exceptions for these."""
    with pytest.raises(ValueError, match="unknown time zone"):
        time_zone(written)


def test_the_nearest_time_zone_is_named() -> None:
    """Time zones are hard to spell."""
    with pytest.raises(ValueError, match=r"did you mean 'Europe/Zurich'\?"):
        time_zone("Europe/Zürich")
