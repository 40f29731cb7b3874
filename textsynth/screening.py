"""The filters of one run at work: what may be done at once, what is asked, what waits its turn."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textsynth.asking import Ask
from textsynth.guard import Used
from textsynth.quality import Filter, Judge, Mend, Screen
from textsynth.records import Brief, ReplyRef, Sample, Setting, Verdict, digest

AskFor = Callable[[Filter], tuple[Ask, Used]]
"""How a filter asks about one sample, and where its replies are noted."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A sample with what was found before its turn: mended, and the verdicts that need none.

    Depends on the sample and on replies alone. Can be pickled.
    """

    sample: Sample
    verdicts: Mapping[str, Verdict]
    """By filter; only of filters that look at a sample alone, or that asked."""
    replies: Mapping[str, tuple[ReplyRef, ...]]
    """Of each filter that asked."""
    mended: Mapping[str, Mapping[str, Any]]
    """What each filter changed, for its verdict."""


class Screening:
    """The filters in the order of the job.

    `look` and `judge` may be called side by side and in any order, `look` in other processes too;
    `decide` once for each sample, in the order of the briefs. What is kept depends on that order
    alone, so streaming, batch and any concurrency keep the same.
    """

    def __init__(self, filters: Iterable[Filter], setting: Setting) -> None:
        self.filters: Sequence[Filter] = tuple(filters)
        self._mends: list[tuple[str, Mend]] = []
        self._alone: list[tuple[str, Screen]] = []
        self._judges: dict[str, Judge] = {}
        self._screens: dict[str, Screen] = {}
        self._passing = {part.part: Verdict(keep=True, filter=part.part) for part in self.filters}
        self.seconds: dict[str, float] = defaultdict(float)
        """Processor time of each filter, of those that ask nothing; mends count with theirs."""
        for part in self.filters:
            mend, judge = _mend(part, setting), part.judging(setting)
            if mend is not None:
                self._mends.append((part.part, mend))
            if judge is not None:
                self._judges[part.part] = judge
            elif part.alone:
                self._alone.append((part.part, _screen(part, setting)))
            else:
                self._screens[part.part] = part.screen(setting)
        self._ahead: dict[str, Callable[[Sample], Awaitable[None]]] = {
            name: screen.ahead for name, screen in self._screens.items() if hasattr(screen, "ahead")
        }
        # Those wait for what is paid for, or go by what was kept before.
        self._late = {n for n, s in self._screens.items() if n in self._ahead or hasattr(s, "kept")}
        found = (getattr(screen, "settled", None) for screen in self._screens.values())
        self._settled: list[Callable[[Sample, bool], None]] = [
            one for one in found if one is not None
        ]

    @property
    def names(self) -> list[str]:
        """The filters, in their order."""
        return [part.part for part in self.filters]

    @property
    def asks(self) -> bool:
        """Whether any filter asks a model."""
        return bool(self._judges or self._ahead)

    def save(self, folder: Path) -> None:
        """Lets filters that remember write that into the folder of a run that is closed."""
        for screen in self._screens.values():
            save = getattr(screen, "save", None)
            if save is not None:
                save(folder)

    def look(self, sample: Sample) -> Looked:
        """Mends the sample, and passes the verdicts that depend on it alone."""
        mended: dict[str, Mapping[str, Any]] = {}
        began = time.thread_time()
        for name, mend in self._mends:
            changed, details = mend(sample)
            began = self._took(name, began)
            if details:
                mended[name] = details
            if changed is not sample:
                # The id is a hash of the messages: what was taken out must not stand in it either.
                sample = replace(changed, id=digest(changed.brief, list(changed.messages), size=8))
        verdicts: dict[str, Verdict] = {}
        for name, screen in self._alone:
            verdicts[name] = screen(sample)
            began = self._took(name, began)
        return Looked(sample, verdicts, {}, mended)

    def _took(self, name: str, began: float) -> float:
        """Counts the time since then for a filter; the time now."""
        now = time.thread_time()
        self.seconds[name] += now - began
        return now

    def certain(self, looked: Looked, before: str = "") -> bool:
        """Whether a filter (of those before the one named) will drop the sample for certain."""
        for name in self.names:
            if name == before:
                return False
            verdict = looked.verdicts.get(name)
            if verdict is not None:
                if not verdict.keep:
                    return True
                continue
            foresees = getattr(self._screens.get(name), "foresees", None)
            if foresees is not None and foresees(looked.sample):
                return True
        return False

    async def judge(
        self,
        looked: Looked,
        brief: Brief,
        ask_for: AskFor,
        lost: Callable[[Exception | None], Verdict] | None = None,
    ) -> Looked:
        """Asks for each filter that asks, in order, until the sample will be dropped for certain.

        Of what was asked only that counts which `decide` comes to. Raises as `ask` does; `lost`
        may give a verdict in place of that, or raise. With `lost` no screen pays either: it gives
        the verdict on a sample for which one would have to, called with None.
        """
        for part in self.filters:
            if part.part in self._ahead and not self.certain(looked, part.part):
                if lost is None or self._held(part.part, looked.sample):
                    await self._ahead[part.part](looked.sample)
                else:
                    found = {part.part: lost(None)}
                    looked = replace(looked, verdicts={**looked.verdicts, **found})
            judge = self._judges.get(part.part)
            if judge is None or self.certain(looked, part.part):
                continue
            ask, used = ask_for(part)
            try:
                verdict = await judge(looked.sample, brief, ask)
            except Exception as error:
                if lost is None:
                    raise
                verdict = lost(error)
            looked = replace(
                looked,
                verdicts={**looked.verdicts, part.part: verdict},
                replies={**looked.replies, part.part: used.in_order()},
            )
        return looked

    def _held(self, name: str, sample: Sample) -> bool:
        """Whether a screen that pays has all that it needs for a sample already."""
        held: Callable[[Sample], bool] | None = getattr(self._screens[name], "held", None)
        return held is not None and held(sample)

    def recall(self, looked: Looked) -> Looked:
        """With the verdicts of the filters that remember: once for each sample, in order.

        They go by samples alone, so all of them may be passed before any judge is asked; those that
        do not are left to `settle`.
        """
        found, began = {}, time.thread_time()
        for name, screen in self._screens.items():
            if name in self._late:
                continue
            found[name] = screen(looked.sample)
            began = self._took(name, began)
        if not found:
            return looked
        verdicts = {**looked.verdicts, **found}
        return Looked(looked.sample, verdicts, looked.replies, looked.mended)

    def decide(
        self, looked: Looked, *, dropped: bool = False
    ) -> tuple[Sample, list[Verdict], tuple[ReplyRef, ...]]:
        """The sample as it stays, every filter's word, and the replies of those that asked.

        Filters that remember see every sample, so that duplicates of dropped rows go too. A filter
        that pays has no word on a sample that one before it drops (or that was `dropped` before
        all of them), whether it was asked or not.
        """
        return self.settle(self.recall(looked), dropped=dropped)

    def settle(
        self, looked: Looked, *, dropped: bool = False
    ) -> tuple[Sample, list[Verdict], tuple[ReplyRef, ...]]:
        """As `decide`, for a sample that was recalled; in the order of the samples too."""
        found: list[Verdict] = []
        replies: list[ReplyRef] = []
        for name in self.names:
            if name in self._judges:
                if dropped:
                    continue
                replies += looked.replies.get(name, ())
                verdict = looked.verdicts[name]
            elif name in self._late:
                if dropped and name in self._ahead:
                    continue
                verdict = looked.verdicts.get(name) or self._screens[name](looked.sample)
            else:
                verdict = looked.verdicts[name]
            mended = looked.mended.get(name)
            noted = verdict.reason or verdict.score is not None or verdict.details or mended
            if verdict.keep and not noted:
                # The most frequent word by far; made once, which is worth 10 us a row.
                found.append(self._passing[name])
                continue
            details = {**mended, **verdict.details} if mended else verdict.details
            found.append(Verdict(verdict.keep, verdict.reason, verdict.score, name, details))
            dropped = dropped or not verdict.keep
        for settled in self._settled:
            settled(looked.sample, not dropped)
        sample = looked.sample
        if replies:
            sample = replace(sample, replies=(*sample.replies, *replies))
        for kept in () if dropped else self._counting:
            sample = kept(sample)
        return sample, found, tuple(replies)

    @property
    def _counting(self) -> list[Callable[[Sample], Sample]]:
        found = (getattr(screen, "kept", None) for screen in self._screens.values())
        return [kept for kept in found if kept is not None]

    def short(self) -> list[str]:
        """What filters that count kept samples still lack, in words."""
        found = (getattr(screen, "short", list) for screen in self._screens.values())
        return [words for short in found for words in short()]


def _screen(part: Filter, setting: Setting) -> Screen:
    """The screen of a filter that looks at a sample alone: the one with the options of the row."""
    screens = {key: own.screen(setting) for key, own in part.variants().items()}
    if len(screens) == 1:
        return screens["", ""]
    return lambda sample: screens[part.which(sample)](sample)


def _mend(part: Filter, setting: Setting) -> Mend | None:
    mends = {key: own.mend(setting) for key, own in part.variants().items()}
    if not any(mends.values()):
        return None

    def mend(sample: Sample) -> tuple[Sample, Mapping[str, Any]]:
        own = mends[part.which(sample)]
        return own(sample) if own else (sample, {})

    return mend
