"""The command that shows what the topic classifier makes of a text: topics."""

from __future__ import annotations

from pipelines.cli.common import Misuse
from pipelines.cli.terminal import say


def topics(*text: str) -> int:
    """Show which causes texts speak of, and what says so.

    Parameters
    ----------
    text
        Texts, each in quotes.
    """
    if not text:
        raise Misuse('give a text in quotes: seismograph topics "Net zero by 2040"')
    from pipelines import ROOT
    from pipelines.topics import is_about_causes, label, read_topics, terms_in

    titles = {topic.topic_id: topic.title for topic in read_topics(ROOT / "sql" / "seeds").values()}
    for number, (found, labels) in enumerate(zip(terms_in(text), label(text), strict=True)):
        if number:
            say()
        if not found.is_covered:
            say(f"language    {found.language}: not covered, so nothing is known of its causes")
            continue
        say(f"language    {'undetermined: all lists are read' if found.language == 'und' else found.language}")
        say(f"causes      {'yes' if is_about_causes(found) else 'no'}")
        for it in labels:
            score = "not measured" if it.score is None else f"{it.score:.2f}"
            say(f"label       {score}  {titles[it.topic_id]}: {it.evidence}")
        for hit in found.hints:
            say(f"too little        {titles[hit.topic_id]}: {'; '.join(hit.terms)}")
        if found.cancelled:
            say(f"not meant   {'; '.join(found.cancelled)}")
    return 0
