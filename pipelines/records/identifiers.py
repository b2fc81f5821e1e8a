"""How publishers and panels write identifiers of companies, in one spelling, so that they compare equal."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from pipelines.records.types import Subject

# Schemes that any source may use; a source declares its own in ORIGIN.schemes.
COMMON_SCHEMES = ("domain", "ticker", "cik", "isin", "lei", "uk_company_number", "wikidata", "name")


def normalise_identifier(scheme: str, value: str) -> str:
    """The one spelling of an identifier, so that the panel's and the publishers' compare equal.

    ISIN, LEI and ticker are upper case; a CIK loses leading zeros and a UK company number regains them (8 places);
    domains and social handles are lower case without `www.` or `@`; names lose surplus space and case.

    >>> normalise_identifier("uk_company_number", "90312"), normalise_identifier("cik", "0000320193")
    ('00090312', '320193')
    >>> normalise_identifier("domain", "WWW.Example.org"), normalise_identifier("x", "@Example")
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
            return value.lower().removeprefix("www.")
        case _:
            return value.casefold().removeprefix("@")


def subject_of(*identifiers: tuple[str, str | None], name: str | None = None) -> Subject:
    """A subject from `(scheme, value)` pairs in order of trust; pairs without a value are left out.

    >>> subject_of(("lei", "5493001kjtiigc8y1r12"), ("cik", None), name="Example plc")
    Subject(identifiers=(('lei', '5493001KJTIIGC8Y1R12'),), name='Example plc')
    """
    pairs = tuple((scheme, normalise_identifier(scheme, value)) for scheme, value in identifiers if value)
    return Subject(pairs, name)


MEDIA_HOSTS = frozenset(("gfycat.com", "giphy.com", "gph.is", "klipy.com", "tenor.co", "tenor.com"))
"""Hosts of moving pictures that people put into posts from a keyboard: media, no source that a post points to."""


def is_media(url: str) -> bool:
    """Whether a link leads to a host of moving pictures."""
    labels = (domain_of(url) or "").split(".")
    return ".".join(labels[-2:]) in MEDIA_HOSTS


@lru_cache(maxsize=65_536)
def domain_of(url: str) -> str | None:
    """The host of a web link, lower case, without `www.`; None where it has none.

    >>> domain_of("https://www.Example.org/about"), domain_of("mailto:info@example.org")
    ('example.org', None)
    """
    scheme, colon, _ = url.partition(":")
    if colon and scheme.isalpha() and scheme.lower() not in ("http", "https"):
        return None
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None
    return normalise_identifier("domain", host) if host else None
