"""What a run looks like while it goes on."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

import textsynth as ts
from tests.conftest import Project
from tests.servers.chat import ChatServer
from textsynth.live import LiveView, PlainView, make_view, span
from textsynth.pipeline import Pipeline


class Watched(LiveView):
    """Keeps the panel as it was when half of the rows were kept."""

    panel = ""

    def update(self, pipeline: Pipeline) -> None:
        super().update(pipeline)
        if pipeline.counts.kept == 10 and not self.panel:
            paper = Console(file=io.StringIO(), width=100, color_system=None)
            with paper.capture() as shot:
                paper.print(self.draw(pipeline))
            self.panel = shot.get()


def test_the_panel_shows_what_matters_each_on_its_line(
    project: Project, server: ChatServer
) -> None:
    server.latency = 0.02
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    view = Watched(screen)
    ts.run(project(server.url), view=view)
    lines = view.panel.splitlines()
    assert "trial (qa)" in lines[0]
    assert re.search(r"10 / 20 kept +[\d.]+ rows/min +left \d+s +after \d+s", lines[1])
    assert "━" in lines[2]
    assert "yield" not in lines[2]
    assert re.search(
        r"yield \d+ % +dropped \d+ +failed \d+ +in flight \d+ +from journal 0", lines[3]
    )
    assert re.search(r"replies \d+ +tokens in [\d,]+ +out [\d,]+ +unknown price", lines[4])


def test_dropped_rows_stand_in_the_panel_with_their_reason(
    project: Project, server: ChatServer
) -> None:
    view = Watched(Console(file=io.StringIO(), force_terminal=True, width=100))
    quality = [{"length": {"max_chars": 220}}]
    ts.run(project(server.url, quality=quality, records=60), view=view)
    assert re.search(r"\d+ +length: too_long", view.panel)


def test_the_view_follows_the_console() -> None:
    assert isinstance(make_view(Console(force_terminal=True)), LiveView)
    assert isinstance(make_view(Console(file=io.StringIO())), PlainView)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (59.4, "59s"), (60, "1m00s"), (3725, "1h02m")]
)
def test_spans_of_time(seconds: float, words: str) -> None:
    assert span(seconds) == words
