"""The card of a dataset: what `README.md` says about a run, from its summary and its columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from textsynth.records import LANGUAGES, Summary, Table
from textsynth.writers._card_parts import (
    GIVEN,
    flow,
    licences,
    lineage,
    merged,
    redacted,
    split_rows,
    use,
)
from textsynth.writers._columns import KINDS, Column

_SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M",
          10_000_000: "1M<n<10M", 100_000_000: "10M<n<100M"}  # fmt: skip
_TASKS = {
    "qa": "question-answering", "knowledge": "question-answering",
    "classify": "text-classification",
}  # fmt: skip
_SPLITS = "Splits"
"""The title of the table that says how rows were dealt to splits."""

_SMALL = ("qwen2.5-coder", "smollm2")

_VALUES = 100
"""Values of a facet that are listed; a tree has thousands."""


_HOW = {
    (False, False): "How it was made", (True, False): "How it was curated",
    (True, True): "How it was merged",
}  # fmt: skip


def card(
    summary: Summary,
    columns: Sequence[Column],
    *,
    splits: Mapping[str, int],
    licence: str | None = None,
) -> str:
    """The whole of README.md. Same run, same text: there is no date in it, and no time.

    `splits`: split → its rows.
    """
    rows = sum(splits.values())
    given = summary.method == GIVEN
    sections = [
        ("", _what(summary, rows, licence)),
        ("At a glance", flow(summary, splits)),
        ("Splits", _splits(summary, splits)),
        (_HOW[given, given and merged(summary)], _made(summary)),
        ("From rows to kept rows" if given else "From briefs to rows", _funnel(summary)),
        ("What fell short", _bullets(escape(text) for text in summary.short)),
        ("What is in it", _shares(summary)),
        ("What was found", _findings(summary)),
        ("Columns", _columns(columns)),
        ("Licences and terms", licences(summary, licence, _table, escape)),
        ("What was redacted", redacted(summary, escape)),
        ("Known limits", _bullets(_limits(summary))),
        ("How to use it", use(columns, splits)),
        ("Where rows come from, and how to check the files", lineage(columns, rows)),
        ("The job", _job(summary.job_text)),
    ]
    parts = [f"---\n{_front(summary, splits, licence)}---", f"# {escape(_name(summary))}"]
    for title, body in sections:
        if body:
            parts += [f"## {title}", body] if title else [body]
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    """Text from outside as one line that Markdown shows as it is, in a table cell as elsewhere."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())
    line = re.sub(r"([\\`*\[\]<>|~$&#])", r"\\\1", line)
    line = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", line)
    line = re.sub(r"^([-+=:])", r"\\\1", line)
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", line)


def _name(summary: Summary) -> str:
    return " ".join(summary.name.split()) or "Synthetic dataset"


def _front(summary: Summary, splits: Mapping[str, int], licence: str | None) -> str:
    # As the Hub counts it: by the largest split.
    rows = max(splits.values(), default=0)
    size = next((name for below, name in _SIZES.items() if rows < below), "100M<n<1B")
    front: dict[str, Any] = {
        "license": licence,
        "language": [summary.language] if summary.language else None,
        "pretty_name": _name(summary),
        "tags": ["synthetic", "textsynth"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["machine-generated"],
        "source_datasets": ["original"],
        "size_categories": [size],
        "task_categories": [_TASKS.get(summary.method, "text-generation")],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": split, "path": f"data/{split}-*.parquet"} for split in splits
                ],
            }
        ],
    }
    if summary.method == GIVEN:
        # Who wrote the rows, and who had a hand in them, is not known here.
        unknown = ("annotations_creators", "language_creators", "source_datasets")
        front |= dict.fromkeys(unknown) | {"tags": _tags(summary)}
    given = {key: value for key, value in front.items() if value is not None}
    return yaml.safe_dump(given, allow_unicode=True, sort_keys=False, width=10_000)


def _tags(summary: Summary) -> list[str]:
    if not merged(summary):
        return ["curated", "textsynth"]
    return [*(["synthetic"] if summary.models else []), "merged", "textsynth"]


def _what(summary: Summary, rows: int, licence: str | None) -> str:
    language = escape(LANGUAGES.get(summary.language, summary.language))
    samples = "sample" if rows == 1 else "samples"
    written = f" in {language}" if language else ""
    tool = f"textsynth {escape(summary.version)}".strip()
    if summary.method == GIVEN:
        text = (
            f"{rows:,} of {summary.briefs:,} rows that were there before, "
            f"{'merged' if merged(summary) else 'curated'} with {tool}. "
            "Programs filtered them: do not take it that a person has read them."
        )
    else:
        text = (
            f"{rows:,} {samples}{written}, written by language models with {tool}. "
            "Programs wrote and filtered them: do not take it that a person has read them."
        )
    if licence is None:
        text += (
            "\n\nNo licence has been chosen for this dataset. Choose one before you share it, and "
            "mind the licences of what it was made from."
        )
    return text


def _written(summary: Summary) -> str:
    return (
        f"The method is **{escape(summary.method) or 'not named'}**. The job asked for "
        f"{summary.asked:,} kept rows, and {summary.briefs:,} briefs were written out. The models "
        f"read {summary.tokens_in:,} tokens and wrote {summary.tokens_out:,}."
    )


def _made(summary: Summary) -> str:
    if summary.method == GIVEN:
        text = "The rows were read as they are; filters decided which of them stay."
        if merged(summary):
            text = "Rows of several sources were put into one form; repeats were left out."
            if not summary.reasons:
                text = "Rows of several sources were put into one form."
            if summary.models:
                text += (
                    f" Models that wrote some of them read {summary.tokens_in:,} tokens for it and "
                    f"wrote {summary.tokens_out:,}."
                )
        elif summary.models:
            text += (
                f" For that, models read {summary.tokens_in:,} tokens and wrote "
                f"{summary.tokens_out:,}."
            )
    else:
        text = _written(summary)
    parts = [
        text,
        _table(("Model", "Requests"), _ranked(summary.models)),
    ]
    personas = [s.path for s in summary.sources if s.kind.startswith("persona") and not s.problem]
    if personas:
        files = ", ".join(map(escape, personas))
        parts.append(f"The people in it are played from descriptions in {files}.")
    read = [s for s in summary.sources if not s.problem]
    parts.append(
        _table(
            ("Source", "Kind", "Rows", "Licence", "SHA-256"),
            [(s.path, s.kind, s.rows, s.licence or "not stated", s.sha256) for s in read],
        )
    )
    notes = [f"{escape(s.path)}: {escape(s.note)}" for s in read if s.note]
    if notes:
        parts.append(f"Of these sources:\n\n{_bullets(notes)}")
    unread = [f"{escape(s.path)}: {escape(s.problem)}" for s in summary.sources if s.problem]
    if unread:
        parts.append(f"These sources could not be used:\n\n{_bullets(unread)}")
    return "\n\n".join(part for part in parts if part)


def _funnel(summary: Summary) -> str:
    parts = [_table(("Stage", "Rows left"), summary.funnel)]
    if summary.reasons:
        parts.append(
            f"{summary.dropped:,} rows were dropped by a filter and {summary.failed:,} failed, "
            "for these reasons:"
        )
        parts.append(_table(("Reason", "Rows"), _ranked(summary.reasons)))
    return "\n\n".join(part for part in parts if part)


def _shares(summary: Summary) -> str:
    parts = []
    for facet, counts in summary.facets.items():
        whole = sum(counts.values()) or 1
        ranked = _ranked(counts)
        shares = [(value, n, f"{100 * n / whole:.1f} %") for value, n in ranked[:_VALUES]]
        if rest := ranked[_VALUES:]:
            left = sum(n for _, n in rest)
            words = f"({len(rest):,} more values)"
            shares.append((words, left, f"{100 * left / whole:.1f} %"))
        parts.append(_table((escape(facet), "Rows", "Share"), shares))
    return "\n\n".join(part for part in parts if part)


def _splits(summary: Summary, splits: Mapping[str, int]) -> str:
    """The splits as they were dealt, where that is known; else their rows."""
    found = next((table for table in summary.tables if table.title == _SPLITS), None)
    if found is None:
        return _table(("Split", "Rows", "Share"), [*split_rows(splits)])
    return _found(found) + (
        "\n\nGroups are rows that have something in common, such as a document or most of their "
        "words; each group is whole in one split."
    )


def _found(table: Table) -> str:
    cells = [[c if isinstance(c, int) else _cell(c) for c in row] for row in table.rows]
    return _table([escape(column) for column in table.columns], cells)


def _findings(summary: Summary) -> str:
    """The tables of the job's parts, each under its title."""
    shown = [
        f"**{escape(found.title)}**\n\n{_found(found)}"
        for found in summary.tables
        if found.title != _SPLITS
    ]
    return "\n\n".join(shown)


def _cell(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else value


def _columns(columns: Sequence[Column]) -> str:
    return _table(("Column", "Type", "Holds"), [(c.name, KINDS[c.kind], c.about) for c in columns])


def _limits(summary: Summary) -> list[str]:
    if summary.method == GIVEN:
        return [
            "Filters took out what they could recognise. What the rows say was not checked.",
            "Who wrote the rows, and under which licence, stands with their source.",
        ]
    limits = [
        "A model wrote every text. What it says may be wrong, made up or out of date, even where "
        "it sounds sure.",
        "The texts carry the habits and leanings of the models named above, and are less varied "
        "than what people write.",
        "Filters took out what they could recognise. Rows that read alike, or that are off the "
        "subject, may be left.",
    ]
    small = [m for m in sorted(summary.models) if any(name in m.lower() for name in _SMALL)]
    if small:
        names = ", ".join(map(escape, small))
        limits.append(
            f"{names} is a small model made to run anywhere. It cannot be trusted on facts: use "
            "these rows to try things out, and write the real ones with a larger model."
        )
    return limits


def _job(text: str) -> str:
    if not text.strip():
        return ""
    runs = re.findall(r"`{3,}", text)
    fence = "`" * (max(map(len, runs), default=2) + 1)
    return (
        "<details>\n<summary>The job file, from which the same briefs can be drawn again</summary>"
        f"\n\n{fence}yaml\n{text.rstrip()}\n{fence}\n\n</details>"
    )


def _ranked(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """A Markdown table, numbers to the right; empty without rows. The head is Markdown already."""
    lines = [
        [f"{cell:,}" if isinstance(cell, int) else escape(cell) for cell in row] for row in rows
    ]
    if not lines:
        return ""
    marks = ["---:" if isinstance(cell, int) else "---" for cell in rows[0]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, marks, *lines])
