"""What a run looks like while it goes on: a live panel on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from textsynth.pipeline import Pipeline
from textsynth.prices import dollars
from textsynth.records import Summary

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LINE_EVERY = 10.0
"""Seconds between two plain lines."""


class View:
    """Shows nothing: for use from Python."""

    def update(self, pipeline: Pipeline) -> None:
        """Called after each decision."""

    def fault(self, words: str) -> None:
        """Called when a request is tried again."""

    def closed(self, path: Path, summary: Summary) -> None:
        """Called when the dataset is written."""

    @contextlib.contextmanager
    def watch(self, pipeline: Pipeline) -> Iterator[None]:
        """Surrounds the run."""
        yield


def done(pipeline: Pipeline) -> int:
    """How far the run is, out of the job's count: rows kept; with `count: all`, rows decided on."""
    return pipeline.counts.briefs if pipeline.job.whole else pipeline.counts.kept


class Pace:
    """Rate and time left, from rows done since the first request left, so replays do not count."""

    def __init__(self) -> None:
        self._since: tuple[float, int] | None = None

    def rows_per_second(self, pipeline: Pipeline) -> float:
        """Rows a second; 0 while nothing is known."""
        tally, now = pipeline.llm.tally, done(pipeline)
        if self._since is None:
            if not (pipeline.llm.in_flight or tally.asked):
                return 0.0
            self._since = (time.monotonic(), now)
        began, before = self._since
        return (now - before) / max(time.monotonic() - began, 1e-3)

    def left(self, pipeline: Pipeline) -> str:
        """`3m20s`, or `?` while nothing is known."""
        rate = self.rows_per_second(pipeline)
        return span((pipeline.job.count - done(pipeline)) / rate) if rate > 0 else "?"


def span(seconds: float) -> str:
    """`45s`, `3m20s`, `2h05m`."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


class PlainView(View):
    """A line now and then, without colour: for logs and pipes."""

    def __init__(self) -> None:
        self.pace, self._said = Pace(), time.monotonic()

    def update(self, pipeline: Pipeline) -> None:
        if time.monotonic() - self._said >= LINE_EVERY:
            self._said = time.monotonic()
            self.line(pipeline)

    def fault(self, words: str) -> None:
        # Single faults are part of any run; why nothing leaves, or less, is worth a line.
        if not words.startswith("trying again"):
            print(words, file=sys.stderr, flush=True)

    def line(self, pipeline: Pipeline) -> None:
        """One line of figures on standard error."""
        counts = pipeline.counts
        share = f"{100 * counts.kept // counts.briefs}%" if counts.briefs else "-"
        rate = 60 * self.pace.rows_per_second(pipeline)
        count = pipeline.job.count
        kept = f"kept {counts.kept}/{count}"
        if pipeline.job.whole:
            kept = f"rows {counts.briefs}/{count}  kept {counts.kept}"
        print(
            f"{kept}  dropped {counts.dropped}  "
            f"failed {counts.failed}  yield {share}  {rate:.1f} rows/min  "
            f"left {self.pace.left(pipeline)}  replies {pipeline.llm.tally.asked:,}  "
            f"tokens {counts.tokens_in + counts.tokens_out:,}  {dollars(counts.cost)}"
            f"  {pipeline.novelty.words()}".rstrip(),
            file=sys.stderr,
            flush=True,
        )

    @contextlib.contextmanager
    def watch(self, pipeline: Pipeline) -> Iterator[None]:
        try:
            yield
        finally:
            self.line(pipeline)


class LiveView(View):
    """A panel that is drawn anew four times a second."""

    def __init__(self, console: Console) -> None:
        self.console, self.pace = console, Pace()
        self._fault = ""

    def update(self, pipeline: Pipeline) -> None:
        self.pace.rows_per_second(pipeline)  # so that the pace is taken from the first request on

    def fault(self, words: str) -> None:
        self._fault = words

    @contextlib.contextmanager
    def watch(self, pipeline: Pipeline) -> Iterator[None]:
        from rich.live import Live

        with Live(
            get_renderable=lambda: self.draw(pipeline), console=self.console, refresh_per_second=4
        ):
            yield

    def draw(self, pipeline: Pipeline) -> RenderableType:
        """The panel as it is now."""
        from rich.console import Group
        from rich.panel import Panel
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        counts, tally, job = pipeline.counts, pipeline.llm.tally, pipeline.job
        share = f"{100 * counts.kept / counts.briefs:.0f} %" if counts.briefs else "-"
        head = Table.grid(padding=(0, 2))
        head.add_row(
            f"[b]{counts.briefs}[/b] / {job.count} rows, {counts.kept} kept"
            if job.whole
            else f"[b]{counts.kept}[/b] / {job.count} kept",
            f"{60 * self.pace.rows_per_second(pipeline):.1f} rows/min",
            f"left {self.pace.left(pipeline)}",
            f"after {span(time.monotonic() - pipeline.started)}",
        )
        figures = Table.grid(padding=(0, 2))
        figures.add_row(
            f"yield {share}", f"dropped {counts.dropped}", f"failed {counts.failed}",
            f"in flight {pipeline.llm.in_flight}", f"from journal {tally.replayed}",
        )  # fmt: skip
        figures.add_row(
            f"replies {tally.asked:,}", f"tokens in {counts.tokens_in:,}",
            f"out {counts.tokens_out:,}",
            dollars(counts.cost), f"retried {tally.retried}",
        )  # fmt: skip
        bar = Table.grid(expand=True)  # alone, a bar does not end its line
        bar.add_row(ProgressBar(total=job.count, completed=done(pipeline)))
        lines: list[RenderableType] = [
            head,
            bar,
            figures,
        ]
        if words := pipeline.novelty.words():
            lines.append(Text(words))
        for words in pipeline.novelty.warnings[-3:]:
            lines.append(Text(words, style="yellow"))
        for reason, rows in counts.reasons.most_common(5):
            lines.append(Text(f"  {rows:>5}  {reason}", style="yellow"))
        if self._fault:
            lines.append(Text(self._fault[:200], style="red"))
        if pipeline.stopping:
            lines.append(Text("stopping: saving what is under way (again: stop at once)"))
        return Panel(Group(*lines), title=f"{job.name} ({job.method.part})", title_align="left")


def make_view(console: Console | None) -> View:
    """The view for a console: none, live on a terminal, plain lines otherwise."""
    if console is None:
        return View()
    return LiveView(console) if console.is_terminal else PlainView()
