"""The words of a text: elided words, and what is not seen or breaks a line, hide no term."""

from __future__ import annotations

import pytest

from pipelines import ROOT
from pipelines.topics import TermMatcher, read_terms, terms_in
from pipelines.topics.words import plain, words_of


def found(text: str) -> dict[str, tuple[str, ...]]:
    return {hit.topic_id: hit.terms for hit in terms_in([text])[0].hits}


@pytest.mark.parametrize(
    ("text", "topic_id", "term"),
    [
        ("Nous défendons l'égalité des sexes", "sdg_5", "égalité des sexes"),
        ("Nous défendons l’égalité des sexes", "sdg_5", "égalité des sexes"),
        ("Nous défendons lʼÉGALITÉ des sexes", "sdg_5", "égalité des sexes"),
        ("Nous défendons l‘égalité des sexes", "sdg_5", "égalité des sexes"),
        ("Nous défendons l´égalité des sexes", "sdg_5", "égalité des sexes"),
        ("Nous défendons l`égalité des sexes", "sdg_5", "égalité des sexes"),
        ("Nous défendons (l'égalité des sexes)", "sdg_5", "égalité des sexes"),
        ("Il est temps qu'égalité des sexes soit la règle pour tous", "sdg_5", "égalité des sexes"),
        ("Dans la région les familles manquent d'énergie renouvelable", "sdg_7", "énergie renouvelable"),
        ("Nous garantissons l'accès à l’eau pour tous", "sdg_6", "accès à l'eau"),
        ("Nous garantissons l' accès à l' eau pour tous", "sdg_6", "accès à l'eau"),
        ("Nous garantissons laccès à leau et l'accès à leau pour tous", "sdg_6", "accès à l'eau"),
        ("#AccèsÀLEau", "sdg_6", "accès à l'eau"),
        ("#accesaleau", "sdg_6", "accès à l'eau"),
        ("International Women´s Day", "sdg_5", "women's day"),
        ("International Women‘s Day", "sdg_5", "women's day"),
        ("International Women\u200b's Day", "sdg_5", "women's day"),
    ],
)
def test_elided_words_do_not_hide_a_term(text: str, topic_id: str, term: str) -> None:
    assert any(term in it for it in found(text).get(topic_id, ())), found(text)


def test_each_french_term_is_found_after_an_elided_word() -> None:
    terms = [
        it
        for it in read_terms(ROOT / "sql" / "seeds")
        if it.kind == "term" and "fr" in it.languages and words_of(it.term)[1] in "aeiouh"
    ]
    assert len(terms) > 200
    matcher = TermMatcher(terms)
    texts = [f"Nous sommes pour l’{it.term.rstrip('*')} dans la ville" for it in terms]
    missing = [
        it.term
        for it, answer in zip(terms, matcher.find(texts), strict=True)
        if answer.language == "fr" and it.topic_id not in {hit.topic_id for hit in answer.hits}
    ]
    assert missing == []


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u200e", "\ufe0f"])
@pytest.mark.parametrize(
    "text", ["our cli|mate action plan", "our climate| action plan", "#Climate|Action", "👩‍🌾 cli|mate action"]
)
def test_what_is_not_seen_does_not_hide_a_term(unseen: str, text: str) -> None:
    assert "climate action" in found(text.replace("|", unseen))["sdg_13"]


@pytest.mark.parametrize(
    ("text", "topic_id", "term"),
    [
        ("our climate\u200baction plan", "sdg_13", "climate action"),
        ("the Acme\u200bclimate action plan", "sdg_13", "climate action"),
        ("@acme\u200bclimate action", "sdg_13", "climate action"),
        ("#climate\u200bAcme action, and #net\u200bzero", "sdg_13", "net zero"),
        ("https://example.org/x\u200bclimate action", "sdg_13", "climate action"),
        ("Unsere Klima\u200bschutz\u200bziele für das Jahr", "sdg_13", "klimaschutz"),
        ("we are proud of our climate\naction plan", "sdg_13", "climate action"),
        ("we are proud of our climate\r\n  action plan", "sdg_13", "climate action"),
        ("We care. Renewable\nEnergy for all", "sdg_7", "renewable energy"),
        ("we are proud of our climate ac-\ntion plan", "sdg_13", "climate action"),
        ("we are proud of our climate ac\u00ad\ntion plan", "sdg_13", "climate action"),
        ("we want to be net-\nzero by 2040", "sdg_13", "net zero"),
        ("Nous garantissons l'accès à\nl'eau pour tous", "sdg_6", "accès à l'eau"),
    ],
)
def test_a_break_within_a_term_does_not_hide_it(text: str, topic_id: str, term: str) -> None:
    assert any(term in it for it in found(text).get(topic_id, ())), found(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's #ClimateAction@acme", " its climate action #climateaction "),
        ("don\u02bct 'don\u02bct' \u200bdon\u02bct", " dont dont dont "),
        ("#ClimateActionhttps://example.org/a water", " climate action #climateaction water "),
        ("see www.example.org/climate, then @climate.action!", " see then ! "),
        ("#2030Goals_now.", " 2030 goals now #2030goalsnow . "),
        ("C'est aujourd'hui qu'il n'y a d'eau", " c est aujourdhui qu il n y a d eau "),
        ("jusqu'à lorsqu'on s’y fie, puisqu'à d’aujourd’hui", " jusqu a lorsqu on s y fie puisqu a d aujourdhui "),
        ("L'acqua dell'Italia, un'altra nell'aria sull'onda", " l acqua dell italia un altra nell aria sull onda "),
        ("all'inizio, dall'alto, c'è d'estate", " all inizio dall alto c e d estate "),
        ("L'aigua d'avui, n'hi ha, s'ha m'agrada t'estimo", " l aigua d avui n hi ha s ha m agrada t estimo "),
        ("don't rock'n'roll, I'd've, women's O'Neil", " dont rocknroll idve womens oneil "),
        ("one\ntwo\n\nthree\n• four\n", " one two \n three \n four \n "),
        ("ab\u200bcd", " abcd ab cd "),
    ],
)
def test_words_are_those_that_people_wrote(text: str, words: str) -> None:
    assert words_of(plain(text)) == words
