"""What exact_duplicates and near_duplicates share: their options, and the screen that remembers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._fields import On, fields_of, text_of
from textsynth.quality._known import FOLDER, check, index_path, rows_mark, take_known
from textsynth.quality._seen import Match, Seen
from textsynth.quality._text import CONVERSATION
from textsynth.records import Sample, Setting, Verdict


class _Repeats(Filter):
    """Drops a row one of whose fields says the same as that field of an earlier or a known row."""

    on: On = Field(default=CONVERSATION, min_length=1)
    """What is compared: conversation (all turns), first_turn, question (what the user says last),
    answer (all the assistant says), the name of a column, which comes first, or a list of these: a
    row goes if any of them says the same as that field of an earlier row."""

    against: tuple[str, ...] = ()
    """Other datasets that nothing may repeat: files, folders, globs, run folders such as
    outputs/v1, job files, names on the Hub. Of a run the kept rows count."""

    empty: Literal["drop", "keep"] = "drop"
    """What becomes of a row all of whose fields are empty. One that is empty beside others is
    skipped."""

    save_index: bool = True
    """Whether a run that is closed keeps its index in index/, for `against` of later jobs. It holds
    hashes and ids, no text."""

    @field_validator("against", mode="before")
    @classmethod
    def _one_or_more(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    def seen(self) -> Seen:
        """A fresh index."""
        raise NotImplementedError

    def group(self, sample: Sample, field: str) -> int:
        """Rows of different groups are not compared; 0: the one of most rows."""
        return 0

    def apart(self) -> dict[str, Any]:
        """What decides on groups: an index that was saved under something else does not fit."""
        return {}

    def screen(self, setting: Setting) -> Screen:
        """Puts every sample it sees into one index a field, also those it drops."""
        return Repeats(self, setting)

    def cautions(self, setting: Setting) -> Sequence[str]:
        """Nothing, once all of `against` is there."""
        check(self.against, setting.home, self.part)
        return ()


class Repeats:
    """The texts seen so far, field by field; those of other datasets came before all others."""

    def __init__(self, options: _Repeats, setting: Setting) -> None:
        self.options = options
        self._part, self._reason = options.part, options.part.removesuffix("s")
        self._entered: dict[int, list[tuple[Seen, int]]] = {}
        """Number of a row → what of it entered which index, until it is known whether it stays."""
        self._twins: tuple[str, dict[int, Verdict]] = "", {}
        """The flipped pair whose turn it is: its id, and the verdict on each of its rows so far."""
        self.seen = {field: self.fresh() for field in fields_of(options.on)}
        take_known(self.seen, options, setting.home, self.fresh)
        for one in self.seen.values():
            one.begin()

    def fresh(self) -> Seen:
        """An empty index."""
        return self.options.seen()

    def __call__(self, sample: Sample) -> Verdict:
        """Which field of which earlier row decides, if any; every field enters its index.

        The rows of a flipped pair are alike by intention: one that is like another of them goes
        only if that one does, else whichever is written first would be the favoured one.
        """
        verdict = self._verdict(sample)
        pair = _pair(sample)
        if pair:
            seen = self._twins[1] if self._twins[0] == pair else {}
            self._twins = pair, {**seen, sample.index: verdict}
        return verdict

    def _verdict(self, sample: Sample) -> Verdict:
        found: tuple[str, Match] | None = None
        twins, empty, entered = KEEP, True, []
        for field, one in self.seen.items():
            text = one.form(text_of(sample, field, self._part))
            if not text:
                continue
            empty = False
            group = self.options.group(sample, field)
            match = one.add(text, sample.id, sample.index, group=group)
            if one.last is not None:
                entered.append((one, one.last))
            if match and (twin := self._twin(sample, match)):
                twins = twins if not twins.keep else twin
            elif match and (found is None or match.known > found[1].known):
                found = field, match
        if entered:
            self._entered[sample.index] = entered
        if empty:
            return KEEP if self.options.empty == "keep" else Verdict(keep=False, reason="empty")
        if found is None:
            return twins
        field, match = found
        reason = "known" if match.known else self._reason
        return Verdict(False, reason, match.score, details={"field": field, **match.details})

    def foresees(self, sample: Sample) -> bool:
        """Whether a row that says the same was seen already."""
        texts = self.texts(sample)
        if not any(texts.values()):
            return self.options.empty == "drop"
        for field, text in texts.items():
            match = self.seen[field].find(text, self.options.group(sample, field)) if text else None
            if match and not ((twin := self._twin(sample, match)) and twin.keep):
                return True
        return False

    def _twin(self, sample: Sample, match: Match) -> Verdict | None:
        """The verdict on the row that was found, where it is of the same flipped pair."""
        if match.known or self._twins[0] != _pair(sample):
            return None
        return self._twins[1].get(int(match.details.get("index", -1)))

    def texts(self, sample: Sample) -> dict[str, str]:
        """The text of each field, as its index wants it."""
        part = self._part
        return {field: one.form(text_of(sample, field, part)) for field, one in self.seen.items()}

    def settled(self, sample: Sample, keep: bool) -> None:
        """Notes whether a sample was kept; others may have come since."""
        for one, entry in self._entered.pop(sample.index, ()):
            if keep:
                one.keep(entry)

    def save(self, folder: Path) -> None:
        """Writes the index of each field into a run's folder, when the run is closed."""
        paths = {index_path(folder, self._part, field): one for field, one in self.seen.items()}
        for path in (folder / FOLDER).glob(f"{self._part}.*.bin"):
            if path not in paths or not self.options.save_index:
                path.unlink()  # what an earlier form of the job compared
        if self.options.save_index:
            for path, one in paths.items():
                one.save(path, {"rows": rows_mark(folder), **self.options.apart()})


def _pair(sample: Sample) -> str:
    return str(sample.seeds.get("pair") or "")
