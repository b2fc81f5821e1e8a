"""Text that would move the cursor, turn the line round or hide, shown as what it is."""

from __future__ import annotations

import pytest

from pipelines.cli.terminal import complain, say, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ünïcödé 🌍", "plain ünïcödé 🌍"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("title\x07\x1b]0;gone\x07", "title␇␛]0;gone␇"),
        ("over\rwritten\x08", "over␍written␈"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("\u2066left\u2069", "\\u2066left\\u2069"),
        ("\x7f\x9b31m", "␡\\u009b31m"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("family 👩\u200d👩\u200d👧, a\tb", "family 👩\u200d👩\u200d👧, a\tb"),
        ("lone \ud800", "lone \\ud800"),
    ],
)
def test_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_lines_go_where_they_belong(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo\x1b")
    complain("first\nsecond")
    shown = capsys.readouterr()
    assert shown.out == "one\ntwo␛\n"
    assert shown.err == "seismograph: first\nseismograph: second\n"
