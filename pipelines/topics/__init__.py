"""Which causes a text speaks of, and the words that say so: a transparent list of terms, precise rather than sensitive.

A term is found as whole words in a row, whatever case, punctuation or script form it is written in; a hashtag is read
as its words (`#ClimateAction`, `#climateaction`), links and mentions are not read. The lists are `topics.csv` and
`topic_terms.csv` in `sql/seeds/`; how often they err is for calibration to say, so every label scores 1.
"""

from pipelines.topics.matching import Label, TermMatcher, label
from pipelines.topics.terms import Term, TopicError, read_terms

__all__ = ["Label", "Term", "TermMatcher", "TopicError", "label", "read_terms"]
