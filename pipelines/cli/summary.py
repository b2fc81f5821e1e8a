"""What a run says at its end: what was loaded, rejected and stored, what is incomplete, and which exit code follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.cli.app import DONE, FAILED, INCOMPLETE
from pipelines.cli.terminal import complain, say

if TYPE_CHECKING:
    from pipelines.archive import PassResult
    from pipelines.observatory import RunReport
    from pipelines.warehouse import LoadReport

SHOWN_ACCOUNTS = 10
SAID_CHECKS = frozenset(("accounts_have_one_company", "new_posts_are_stored", "threads_are_whole"))
"""Judgements of what a run could fetch: `run` says at once where they fail, with the first examples."""
REJECTS = """
    select source, record_type, reason, count(*) as rows from rejects
    group by source, record_type, reason order by rows desc, source, record_type, reason
"""
_SHOWN_REASONS = 5


def say_loaded(loaded: LoadReport) -> None:
    """Say how much was loaded."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(loaded.records.items())) or "none"
    say(f"responses   {loaded.responses:,} new")
    say(f"records     {kinds}")
    say(f"rejects     {loaded.rejects:,}")


def say_rejects(reasons: Sequence[dict[str, object]]) -> None:
    """Say why rows of the release's sources were rejected, the commonest reasons first, and where all are listed."""
    if not reasons:
        return
    say("rejected    by reason, of all that is loaded:")
    for it in reasons[:_SHOWN_REASONS]:
        say(f"{it['rows']:>10,}  {it['source']}, {it['record_type'] or 'a whole response'}: {it['reason']}")
    others = f"{len(reasons) - _SHOWN_REASONS:,} other reasons; " if len(reasons) > _SHOWN_REASONS else ""
    say(f'            {others}each with its place: seismograph sql "from rejects"')


def complain_of(passes: Sequence[PassResult], *, is_offline: bool = False, has_records: bool = False) -> int:
    """Name every company whose pass did not reach its end, by source and reason; the exit code that follows."""
    companies: dict[tuple[str, str], list[str]] = {}
    for result in passes:
        if not result.is_complete:
            why = (result.source, result.reason or "stopped before its end")
            companies.setdefault(why, []).append(result.company_id or "all companies")
    for (source, reason), names in sorted(companies.items()):
        complain(f"{source}: not all was fetched of {', '.join(sorted(names))}: {reason}")
    if not companies:
        return DONE
    complain("run again to go on where it stopped")
    is_nothing = not is_offline and not has_records and not any(result.is_complete for result in passes)
    return FAILED if is_nothing else INCOMPLETE


def say_what_is_stored(report: RunReport) -> None:
    """How many of the posts that profiles count are stored (a profile counts those before the window too).

    Then what checks found of what was fetched, and what a run of an earlier day cannot know.
    """
    if report.accounts:
        stored = sum(it.stored_count for it in report.accounts)
        counted = sum(it.counted_count for it in report.accounts)
        say(f"stored      {stored:,} of {counted:,} posts that the profiles count")
    short = [it for it in report.accounts if it.stored_count < it.counted_count]
    for it in short[:SHOWN_ACCOUNTS]:
        say(f"            {it.stored_count:,} of {it.counted_count:,}: {it.company_id}, {it.platform}:{it.handle}")
    if len(short) > SHOWN_ACCOUNTS:
        say(f"            … and {len(short) - SHOWN_ACCOUNTS:,} accounts more")
    for check in report.release.manifest.checks:
        if not check.passed and check.check_id in SAID_CHECKS:
            complain(f"{check.claim} Not so in {check.offenders:,}: {'; '.join(check.examples)}")
    for text in report.unknown:
        complain(text)
