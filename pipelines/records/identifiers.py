"""How publishers and panels write identifiers of companies, in one spelling, so that they compare equal."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines.records.types import Subject

# Schemes that any source may use; a source declares its own in ORIGIN.schemes.
COMMON_SCHEMES = ("domain", "ticker", "cik", "isin", "lei", "uk_company_number", "wikidata", "name")

_LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
_UK_COMPANY_NUMBER = re.compile(r"\d{8}|[A-Z]{2}\d{6}|[A-Z]{2}\d{5}[A-Z]|R\d{7}", re.ASCII)
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})")


def normalise_identifier(scheme: str, value: str) -> str:
    """Returns an identifier in its one spelling, so that the panel's and the publishers' compare equal.

    ISIN, LEI and ticker are upper case; a CIK loses leading zeros and a UK company number regains them (8 places);
    a domain is the host of a link, lower case and without `www.`; social handles lose case and `@`, names surplus
    space and case.

    >>> normalise_identifier("uk_company_number", "90312"), normalise_identifier("cik", "0000320193")
    ('00090312', '320193')
    >>> normalise_identifier("domain", "https://WWW.Example.org/"), normalise_identifier("x", "@Example")
    ('example.org', 'example')
    """
    value = " ".join(value.split())
    match scheme:
        case "isin" | "lei" | "ticker":
            return value.upper()
        case "cik":
            return value.lstrip("0") or value
        case "uk_company_number":
            return value.upper().zfill(8)
        case "domain":
            return domain_of(value) or value.lower()
        case _:
            return value.casefold().removeprefix("@")


def identifier_fault(scheme: str, value: str) -> str | None:
    """Says what is wrong with an identifier of a common scheme; None where nothing is, or no rule is known."""
    spelled = normalise_identifier(scheme, value)
    is_right, rule = _RULES.get(scheme, (bool, ""))
    return None if is_right(spelled) else f"{scheme} {value!r} {rule}"


def is_lei(value: str) -> bool:
    """Checks for a legal entity identifier: 20 places, check digits by ISO 17442 (ISO 7064, mod 97-10)."""
    return bool(_LEI.fullmatch(value)) and int("".join(str(int(sign, 36)) for sign in value)) % 97 == 1


def is_isin(value: str) -> bool:
    """Checks for a securities identification number: 12 places, check digit by ISO 6166 (Luhn)."""
    if not _ISIN.fullmatch(value):
        return False
    digits = "".join(str(int(sign, 36)) for sign in value)
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


_RULES: dict[str, tuple[Callable[[str], object], str]] = {
    "lei": (is_lei, "is no LEI: 20 letters and digits, the last two check the others (ISO 17442)"),
    "isin": (is_isin, "is no ISIN: 2 letters and 10 places, the last checks the others, as GB0002634946"),
    "cik": (re.compile(r"[1-9]\d{0,9}", re.ASCII).fullmatch, "is no CIK: up to 10 digits, as 320193"),
    "uk_company_number": (_UK_COMPANY_NUMBER.fullmatch, "is no UK company number: 8 places, as 00445790 or SC095000"),
    "wikidata": (re.compile(r"q[1-9]\d*", re.ASCII).fullmatch, "is no Wikidata item: Q and a number, as Q312"),
    "ticker": (re.compile(r"[A-Z0-9][A-Z0-9.:/ -]{0,19}").fullmatch, "is no ticker, as AAPL or BRK.B"),
    "domain": (_DOMAIN.fullmatch, "is no domain, as example.org"),
}


def subject_of(*identifiers: tuple[str, str | None], name: str | None = None) -> Subject:
    """Builds a subject from `(scheme, value)` pairs in order of trust; pairs without a value are left out.

    >>> subject_of(("lei", "5493001kjtiigc8y1r12"), ("cik", None), name="Example plc")
    Subject(identifiers=(('lei', '5493001KJTIIGC8Y1R12'),), name='Example plc')
    """
    pairs = tuple((scheme, normalise_identifier(scheme, value)) for scheme, value in identifiers if value)
    return Subject(pairs, name)


MEDIA_HOSTS = frozenset(("gfycat.com", "giphy.com", "gph.is", "klipy.com", "tenor.co", "tenor.com"))
"""Hosts of moving pictures that people put into posts from a keyboard: media, no source that a post points to."""


def is_media(url: str) -> bool:
    """Checks whether a link leads to a host of moving pictures."""
    labels = (domain_of(url) or "").split(".")
    return ".".join(labels[-2:]) in MEDIA_HOSTS


@lru_cache(maxsize=65_536)
def domain_of(url: str) -> str | None:
    """Returns the host of a web link, lower case, without `www.`, in ASCII (`xn--…`); None where it has none.

    >>> domain_of("https://www.Example.org/about"), domain_of("mailto:info@example.org")
    ('example.org', None)
    """
    scheme, colon, rest = url.partition(":")
    if colon and scheme.isalpha() and scheme.lower() not in ("http", "https") and not rest[:1].isdigit():
        return None
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    host = (host or "").rstrip(".")
    if not host.isascii():
        with contextlib.suppress(UnicodeError):
            host = host.encode("idna").decode()
    return " ".join(host.lower().split()).removeprefix("www.") or None
