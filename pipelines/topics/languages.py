"""Tells the language of a text, as far as the lists of terms need to know.

Function words, those of hashtags too, tell English. A text that they do not settle goes to `py3langid`, which is slower
and takes half a second to load. A text of fewer than three words besides links, mentions and hashtags, or one that the
library is not sure of, is `UNDETERMINED`: every list is read for it, since silence would count as "none".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from pipelines.topics.words import prose_of

COVERED = ("en", "de", "fr", "es", "nl")
"""The languages that have lists of terms; a text in another is "language not covered", which is not "none"."""

UNDETERMINED = "und"


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


_OTHERS = _words("it pt ca da sv no fi pl cs ro hu hr tr id tl vi ru uk bg el ar he fa ur hi bn ta te mr th ja ko zh")
_SURE = 0.6
_FEWEST_WORDS = 3
_LONGEST_READ = 1_000
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")

FUNCTION_WORDS = {
    "en": _words(
        "the and of to with our your you we are is this that from they their been has have for by how what who about "
        "it its be will can on at as not more all us my were was which when where if into than them these those"
    ),
    "de": _words(
        "der das und ist ein eine einen einem einer wir uns unser unsere unseren unserer nicht mit fur auf auch von "
        "zum zur den dem des im sich sind bei aus wie nach uber sie ihr ihre werden wird haben mehr als zu noch"
    ),
    "fr": _words(
        "le la les des du de et est une un nous vous notre nos votre pour avec dans sur qui que pas plus au aux ce "
        "cette ces sont par en son sa ses leur leurs mais ont etre"
    ),
    "es": _words(
        "el la los las de del y es una un nosotros nuestro nuestra nuestros nuestras para con en por que no mas al se "
        "su sus como esta este son muy pero ya lo"
    ),
    "nl": _words(
        "het een en van de wij onze ons met voor op niet zijn naar ook bij aan dat deze dit wordt worden heeft hebben "
        "meer om uit maar als wat hoe je jouw"
    ),
}
"""Frequent small words of each language, as `words_of` writes them: without accents."""

_ENGLISH = FUNCTION_WORDS["en"]
_FOREIGN = (
    _words("il di che per della nel gli os da do das dos uma com och att av det er af og til ikke yang dan").union(
        *FUNCTION_WORDS.values()
    )
    - _ENGLISH
)


class _Classifier(Protocol):
    def classify(self, text: str) -> tuple[str, float]: ...


def language_of(text: str, words: str) -> str:
    """Tells a text's ISO 639-1 code, or `UNDETERMINED`; `words` is what `words_of` makes of the text."""
    distinct = set(words.split())
    english = len(distinct & _ENGLISH)
    if english >= 2 and english > 2 * len(distinct & _FOREIGN):
        return "en"
    prose = prose_of(text)[:_LONGEST_READ]
    if len(_WORD.findall(prose)) < _FEWEST_WORDS and not _NOT_LATIN.search(prose):
        return UNDETERMINED
    language, confidence = _classifier().classify(prose)
    return language if confidence >= _SURE else UNDETERMINED


@cache
def _classifier() -> _Classifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([*COVERED, *_OTHERS])
    classifier: _Classifier = identifier
    return classifier
