"""How a model's tokenizer sees the rows: rendered by its chat template, counted in its tokens."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from textsynth.errors import JobError
from textsynth.records import Sample, spoken
from textsynth.runfolder import SampleRows, find_run
from textsynth.writers._template import ChatTemplate

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH = 256
SHOWN = 5
"""Rows that are named for each fault."""


@dataclass(frozen=True)
class Rendered:
    """What a tokenizer makes of the rows of a run."""

    rows: int
    tokens: int
    """In all, without rows that the template refuses."""
    quantiles: dict[str, int]
    """Tokens of a row: least, median, 95 %, most."""
    longest: int
    """The limit that rows were held against."""
    faults: dict[str, int]
    """Fault → rows: refused (by the template), over_limit, not_alternating, no_answer, text_lost (a
    turn does not come out as it was)."""
    examples: dict[str, list[str]]
    """Fault → ids of some of those rows."""


def rendered(target: str | Path, tokenizer: str | Path, *, longest: int = 2048) -> Rendered:
    """Renders every kept row of a run. `tokenizer`: a tokenizer.json with a chat template beside it
    (tokenizer_config.json or chat_template.jinja), or their folder; `longest`: tokens that a row
    may have.

    Raises JobError where either cannot be read, and what `find_run` raises.
    """
    path = find_run(target)
    file, folder = _files(Path(tokenizer))
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    sizes = array("q")

    def fault(name: str, sample: Sample) -> None:
        counts[name] += 1
        if len(examples.setdefault(name, [])) < SHOWN:
            examples[name].append(sample.id)

    rows = 0
    made, template = _tokenizer(file), ChatTemplate.of(folder)
    for batch in _batches(SampleRows(path / "rows" / "kept.jsonl")):
        rows += len(batch)
        written: list[tuple[Sample, str]] = []
        for sample in batch:
            for name in _faults(sample):
                fault(name, sample)
            try:
                text = template.render(sample)
            except JobError:
                fault("refused", sample)
                continue
            if any(turn["content"].strip() not in text for turn in spoken(sample.messages)):
                fault("text_lost", sample)
            written.append((sample, text))
        encoded = made.encode_batch_fast([text for _, text in written], add_special_tokens=False)
        for (sample, _), one in zip(written, encoded, strict=True):
            sizes.append(len(one.ids))
            if len(one.ids) > longest:
                fault("over_limit", sample)
    return Rendered(rows, sum(sizes), _quantiles(sizes), longest, dict(counts), examples)


def _faults(sample: Sample) -> Iterator[str]:
    roles = [turn["role"] for turn in spoken(sample.messages)]
    if "assistant" not in roles:
        yield "no_answer"
    twice = any(one == other for one, other in pairwise(roles))
    if twice or roles[:1] == ["assistant"]:
        yield "not_alternating"


def _files(path: Path) -> tuple[Path, Path]:
    """(tokenizer.json, where its chat template is)."""
    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise JobError(
            f"there is no tokenizer at '{path}'",
            fix="name the tokenizer.json of a model that was downloaded, or its folder",
        )
    return file, file.parent


def _tokenizer(file: Path) -> Tokenizer:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise JobError(
            "counting tokens needs the package tokenizers",
            fix="install it with `pip install tokenizers`",
        ) from None
    try:
        made: Tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001 - the package raises nothing more precise
        raise JobError(f"'{file}' is no tokenizer: {str(error)[:200]}") from None
    made.no_truncation()
    made.no_padding()
    return made


def _batches(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    walk = iter(samples)
    while batch := list(islice(walk, _BATCH)):
        yield batch


def _quantiles(sizes: Sequence[int]) -> dict[str, int]:
    if not sizes:
        return {}
    order = sorted(sizes)
    last = len(order) - 1
    shares = {"least": 0.0, "median": 0.5, "95 %": 0.95, "most": 1.0}
    return {name: order[round(share * last)] for name, share in shares.items()}
