"""Which language a text is in: one with lists, another, or one that cannot be told."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.topics.languages import COVERED, UNDETERMINED, language_of
from pipelines.topics.words import plain, splitter, words_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We are proud of the people who work with us", "en"),
        ("Sustainable packaging launch in every store", "en"),
        ("Wir sind stolz auf unser Team in Köln", "de"),
        ("Nous sommes fiers de nos équipes en région", "fr"),
        ("Estamos muy orgullosos de nuestro equipo", "es"),
        ("Wij zijn trots op onze collega's in het land", "nl"),
        ("Vi er stolte af vores klimaindsats", "da"),
        ("Il nostro impegno per il clima", "it"),
        ("Nosso compromisso com o clima do planeta", "pt"),
        ("我们的承诺", "zh"),
        ("We stand with the community 我们", "en"),
        ("Happy Friday! #ClimateAction", UNDETERMINED),
        ("#climateaction #sustainability #forabetterworld", UNDETERMINED),
        ("https://example.com/the-story-of-our-people @who @we", UNDETERMINED),
        ("🌍🌍🌍", UNDETERMINED),
        ("12 34 56 78", UNDETERMINED),
        ("", UNDETERMINED),
    ],
)
def test_the_language_of(text: str, language: str) -> None:
    assert language_of(plain(text), words_of(plain(text))) == language


@given(st.text(st.characters()))
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text, words_of(text)).isalpha()


def test_english_is_told_without_the_library() -> None:
    code = (
        "import sys; from pipelines.topics import terms_in; terms_in(['We are proud of the team', '#earthday']);"
        "sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_word_is_split_into_the_fewest_known_words() -> None:
    split = splitter(["act", "on", "climate", "climateaction", "action", "now"])
    assert split("actonclimate") == ("act", "on", "climate")
    assert split("climateactionnow") == ("climateaction", "now")
    assert split("climatexnow") == ()
    assert split("climate" * 20) == ()
    assert len(COVERED) == 5
