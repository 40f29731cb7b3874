"""Markup: tags, entities, escapes and open ends in prose; talk has none, answers may have some."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.quality.samples import chat, verdict
from textsynth.quality.markup import Markup
from textsynth.records import Sample

ASK = "How do I close my account with you?"


def row(text: str, method: str = "qa", ask: str = ASK) -> Sample:
    return replace(chat(ask, text), method=method)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("html", "You can <b>close</b> it."),
        ("html", "Line one<br>line two"),
        ("html", "<p>Hello</p>"),
        ("html", 'Go to <a href="x">here</a>'),
        ("html", "<!-- note --> hi"),
        ("html", "카드는 <strong>앱</strong>에서 해지"),
        ("html", "Hello</span> there"),
        ("entities", "Hello&nbsp;there"),
        ("entities", "AT&amp;T works"),
        ("entities", "&#39;quoted&#39;"),
        ("bbcode", "[b]bold[/b] text"),
        ("bbcode", "[url=http://x.com]x"),
        ("escapes", "Open the app.\\nThen tap close."),
        ("escapes", "First\\n\\n1. Open"),
        ("escapes", "caf\\u00e9 is open"),
        ("escapes", "안녕하세요.\\n카드를 해지하려면"),
        ("escapes", 'He said \\"close it\\" to me'),
        ("unclosed", "This is **very important"),
        ("unclosed", "Use ```python\nprint(1)"),
        ("unclosed", "See [here](https://ex.com/a for more"),
        ("unclosed", "카드를 **해지하려면"),
        ("unclosed", "\\begin{itemize} \\item one"),
        ("unclosed", "So $$x = 5 it is"),
    ],
)
def test_drops_in_any_row(reason: str, text: str) -> None:
    for method in ("qa", "support"):
        said = verdict(Markup(), row(text, method))
        assert (said.keep, said.reason, said.details["turn"]) == (False, reason, 2)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("markdown", "**Close** it in the app."),
        ("markdown", "# Heading\nText"),
        ("markdown", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("markdown", "[link](https://x.com)"),
        ("code", "Use `close()` now"),
        ("latex", "The fraction \\frac{1}{2}"),
        ("markdown", "**앱**에서 해지하세요"),
    ],
)
def test_drops_in_talk_alone(reason: str, text: str) -> None:
    said = verdict(Markup(), row(text, "support"))
    assert (said.keep, said.reason) == (False, reason)
    assert verdict(Markup(), row(text, "dialogue")).reason == reason
    assert verdict(Markup(), row(text)).keep
    assert verdict(Markup(allow=["markdown", "code", "latex"]), row(text, "support")).keep
    assert not verdict(Markup(allow=[]), row(text)).keep


@pytest.mark.parametrize(
    "text",
    [
        "The value 2**3 = 8 and 2 ** 4 = 16.", "C:\\new\\table is the folder",
        "Path \\\\server\\new", "a < b and b > c", "I <3 you", "Press <Ctrl+C> now",
        "Use the <b> "
        "tag", "**Bold** and **more**", "중요**한** 것은 **앱**입니다", "R&D and x && y",
        "\\nabla and \\nu and \\theta", "```python\nx = '\\n'\nprint('<b>')\n```\nDone.",
        "`\\n` is a newline", "f***ing", "** Offer ends May 3", "- [x] done, see [1]",
        "**/*.py matches", "| a | b |\n|---|---|\n| 1<br>2 | H<sub>2</sub>O |",
    ],
)  # fmt: skip
def test_keeps_in_answers(text: str) -> None:
    assert verdict(Markup(), row(text)).keep


@pytest.mark.parametrize(
    "text",
    ["1. Open the app\n2. Tap close", "- one\n- two", "#1 bank!", "It's * great *",
     "네~~ 알겠습니다~~", "우와!!!! 5 > 3", "Total: 5|6", "^^ ^_^ -_- >_<", ">_< 아 진짜"],
)  # fmt: skip
def test_keeps_in_talk(text: str) -> None:
    assert verdict(Markup(), row(text, "support")).keep


def test_talk_about_signs_may_show_them() -> None:
    html = row("Write <b>bold</b>, or &nbsp; for a space.", ask="How do I write bold in HTML?")
    assert verdict(Markup(), html).keep
    escapes = row("Write one.\\nTwo.", ask="What does the escape for a newline look like?")
    assert verdict(Markup(), escapes).keep
