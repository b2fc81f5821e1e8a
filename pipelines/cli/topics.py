"""The command that shows what the topic classifier makes of a text: topics."""

from __future__ import annotations

from pipelines.cli.common import Misuse
from pipelines.cli.terminal import say


def topics(*text: str) -> int:
    """Show which causes a text is about, and the words that say so.

    Parameters
    ----------
    text
        One text or several, each in quotes.
    """
    if not text:
        raise Misuse('give a text in quotes: seismograph topics "Net zero by 2040"')
    from pipelines.records import SEEDS
    from pipelines.topics import is_about_causes, label, read_topics, terms_in

    titles = {topic.topic_id: topic.title for topic in read_topics(SEEDS).values()}
    for number, (terms, labels) in enumerate(zip(terms_in(text), label(text), strict=True)):
        if number:
            say()
        if not terms.is_covered:
            say(f"language    {terms.language}: not covered, so nothing is known of its causes")
            continue
        is_unknown = terms.language == "und"
        say(f"language    {'undetermined, so the terms of all languages are read' if is_unknown else terms.language}")
        say(f"causes      {'yes' if is_about_causes(terms) else 'no'}")
        for cause in labels:
            score = "not measured" if cause.score is None else f"{cause.score:.2f}"
            say(f"label       {score}  {titles[cause.topic_id]}: {cause.evidence}")
        for hit in terms.hints:
            say(f"too little        {titles[hit.topic_id]}: {'; '.join(hit.terms)}")
        if terms.cancelled:
            say(f"not meant   {'; '.join(terms.cancelled)}")
    return 0
