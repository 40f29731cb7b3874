"""Shows a fetch on the terminal: a bar where there is one, a line at each quarter where not."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from textsynth.engine.catalogue import Model
from textsynth.engine.fetch import Progress

log = logging.getLogger("textsynth")


@contextmanager
def fetching(model: Model) -> Iterator[Progress]:
    """A progress callback for fetching this model; silent when it is there already."""
    if model.path.is_file():
        yield lambda done, total: None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("fetching {task.description}"), BarColumn(), DownloadColumn())
        with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task(model.name, total=model.size * 1_000_000)
            yield lambda done, total: bar.update(task, completed=done, total=total)
    else:
        yield _Quarters(model)


class _Quarters:
    def __init__(self, model: Model) -> None:
        self.model, self.said = model, -1

    def __call__(self, done: int, total: int) -> None:
        quarter = 4 * done // max(total, 1)
        if quarter > self.said:
            self.said = quarter
            log.info("fetching %s: %d of %d MB", self.model.name, done // 10**6, total // 10**6)
