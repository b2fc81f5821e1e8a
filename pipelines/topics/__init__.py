"""Tells which causes a text speaks of, and which of its words say so, by lists of terms: precise rather than sensitive.

A term is found as whole words in a row, in whatever case, punctuation, accents or script form it is written. A hashtag
is read as its words (`#ClimateAction`, `#climateaction`); links and mentions are not read. `terms.py` explains the
kinds of terms, `languages.py` the languages, `classify.py` the scores of labels. The lists are `topics.csv` and
`topic_terms.csv` in `sql/seeds/`.
"""

from pipelines.topics.classify import Reading, classifier_version, label, read
from pipelines.topics.matching import Label, TermMatcher, TermMatches, TopicTerms, is_about_causes, terms_in
from pipelines.topics.terms import Term, Topic, TopicError, read_terms, read_topics

__all__ = [
    "Label",
    "Reading",
    "Term",
    "TermMatcher",
    "TermMatches",
    "Topic",
    "TopicError",
    "TopicTerms",
    "classifier_version",
    "is_about_causes",
    "label",
    "read",
    "read_terms",
    "read_topics",
    "terms_in",
]
