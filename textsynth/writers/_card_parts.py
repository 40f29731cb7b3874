"""Parts of the card: how rows came to be at a glance, how to use them, terms, proof, redaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args

from textsynth.records import LANGUAGES, Summary
from textsynth.terms import Purpose, Term, Terms, terms
from textsynth.writers._columns import Column

GIVEN = "given"
"""The method of rows that were there before: a curation or a merge."""

MERGED = "What came from where"
"""The title of the table by which a merge is known."""

_MOST = 12
"""Sources that the flow names."""

Escape = Callable[[str], str]


def flow(summary: Summary, splits: Mapping[str, int]) -> str:
    """The way of the rows from what was read to the splits, with their numbers, as plain text."""
    (_, begun), *rest = summary.funnel or (("", 0),)
    if len(rest) < 2:
        return ""
    (_, made), *left = rest
    read = [one for one in summary.sources if not one.problem]
    first = [f"{one.path}: {one.rows:,} rows ({one.kind})" for one in read[:_MOST]]
    if more := read[_MOST:]:
        first.append(f"{len(more):,} more, {sum(one.rows for one in more):,} rows")
    if summary.method == GIVEN:
        work = ("read", [f"{begun:,} rows, of which {made:,} are conversations"])
    else:
        language = LANGUAGES.get(summary.language, summary.language)
        work = ("write", [f"{summary.method} in {language}: {begun:,} briefs, {made:,} rows"])
    filters, idle, before = [], [], made
    for name, rows in left[:-1]:
        if rows < before:
            filters.append(f"{name}: {before:,} → {rows:,}")
        else:
            idle.append(name)
        before = rows
    if idle:
        filters.append(f"nothing to drop: {', '.join(idle)}")
    kept = [f"{sum(splits.values()):,} rows"]
    parts = [f"{name}: {rows:,} rows" for name, rows in splits.items()] if len(splits) > 1 else []
    steps = [("from", first), work, ("filter", filters), ("keep", kept), ("split", parts)]
    blocks = [_block(name, lines) for name, lines in steps if lines]
    return "```text\n" + "\n          ↓\n".join(blocks) + "\n```"


def merged(summary: Summary) -> bool:
    """Whether the rows are those of several sources, which models may have written."""
    return any(table.title == MERGED for table in summary.tables)


def _block(name: str, lines: Sequence[str]) -> str:
    cleaned = [" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", one).split()) for one in lines]
    # Nothing in a fenced block needs escaping, save what would end it.
    shown = [one.replace("`", "'") for one in cleaned]
    return "\n".join(f"{name if n == 0 else '':8}{one}" for n, one in enumerate(shown))


def use(columns: Sequence[Column], splits: Mapping[str, int]) -> str:
    """How the rows are loaded, and trained on where they have columns that a trainer knows."""
    names = {column.name for column in columns}
    several = len(splits) > 1
    train = "train" if "train" in splits else next(iter(splits), "train")
    held = next((name for name in splits if name != train), "")
    whole = '"path/to/this/folder"' if several else f'"path/to/this/folder", split="{train}"'
    rows = f'data["{train}"]' if several else "data"
    show = f'{rows}[0]["messages"]' if "messages" in names or not names else f"{rows}[0]"
    text = (
        "```python\nfrom datasets import load_dataset\n\n"
        f'data = load_dataset({whole})  # or "owner/name" on the Hub\nprint({show})\n```'
    )
    pairs = ["prompt", "chosen", "rejected"]
    if names >= set(pairs):
        kind, wanted = "DPO", pairs
    elif "messages" in names or not names:
        kind, wanted = "SFT", ["messages"]
    else:
        return text
    columns_of = ", ".join(f'"{name}"' for name in wanted)
    evaluated = f'    eval_dataset=data["{held}"].select_columns([{columns_of}]),\n' if held else ""
    return (
        f"{text}\n\nTo train on it with [TRL](https://huggingface.co/docs/trl):\n\n"
        f"```python\nfrom trl import {kind}Config, {kind}Trainer\n\ntrainer = {kind}Trainer(\n"
        f'    model="Qwen/Qwen3-0.6B",\n    args={kind}Config(output_dir="trained"),\n'
        f"    train_dataset={rows}.select_columns([{columns_of}]),\n{evaluated})\n"
        "trainer.train()\n```"
    )


def terms_of(summary: Summary, licence: str | None) -> Terms:
    """What is known of the terms behind a run."""
    purpose: Any = summary.purpose if summary.purpose in get_args(Purpose) else None
    return terms(summary.models, summary.sources, purpose, licence)


def licences(
    summary: Summary, licence: str | None, table: Callable[..., str], escape: Escape
) -> str:
    """Terms of models and seeds in a table, and what does not go with what the rows are for."""
    found = terms_of(summary, licence)
    rows = [_row(one) for one in (*found.models, *found.sources)]
    if not rows:
        return ""
    said = [f"The licence of this dataset: {escape(licence) if licence else 'none chosen yet'}."]
    if summary.purpose:
        said.append(f"The job says that it is for: {escape(summary.purpose)}.")
    if found.warnings:
        said.append("\n".join(f"- **Mind:** {escape(words)}" for words in found.warnings))
    head = ("What", "Part", "Licence or terms", "What is known of them")
    return "\n\n".join(
        [
            " ".join(said[:2]) if not found.warnings else "\n\n".join(said),
            table(head, rows),
            f"As known in {found.known}, without any claim to be whole or right; terms change. "
            "This points at terms and is no legal advice: look at them yourself.",
        ]
    )


def _row(one: Term) -> tuple[str, str, str, str]:
    stated = one.stated or one.terms or "not stated"
    unknown = one.kind == "source" and not one.terms
    notes = "not known here: look it up" if unknown else one.notes()
    return one.name, one.kind, stated, notes


def lineage(columns: Sequence[Column], rows: int) -> str:
    """Which columns say where a row came from, and how the files are proved."""
    if not rows:
        return ""
    names = [column.name for column in columns]
    told = [n for n in ("source", "chunk", "persona", "origin", "origin_row", "models")
            if n in names]  # fmt: skip
    own = ""
    if told:
        listed = ", ".join(f"`{name}`" for name in told)
        own = f"Each row says where it came from, in {listed}. "
    return (
        f"{own}Whoever has the run asks `textsynth explain ID` for the prompts and replies behind "
        "a row. Where `manifest.json` stands beside this file, it has the hash of each data file, "
        "of the job, the prompts and the inputs:\n\n"
        "```python\nimport hashlib, json, pathlib\n\n"
        'files = json.loads(pathlib.Path("manifest.json").read_text("utf8"))["files"]\n'
        "for name, file in files.items():\n"
        "    found = hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest()\n"
        '    assert found == file["sha256"], name\n```'
    )


def redacted(summary: Summary, escape: Escape) -> str:
    """What was replaced in the seeds before a model saw them."""
    marks = next((t for t in summary.tables if t.title == "Redacted seeds"), None)
    if marks is not None:
        kinds = ", ".join(f"{escape(str(kind))} ({n:,})" for kind, n, *_ in marks.rows)
        return (
            f"Before any model saw the seeds, values of these kinds were replaced by stand-ins: "
            f"{kinds}. Neither they nor the values are in the rows on purpose; a program looked "
            "for them, so others may be left."
        )
    if summary.method == GIVEN or not any(not one.problem for one in summary.sources):
        return ""
    return "No value of the seeds was redacted: redaction was off, or it found none."


def split_rows(splits: Mapping[str, int]) -> Iterable[tuple[str, int, str]]:
    """(split, rows, share) where there are several."""
    whole = sum(splits.values()) or 1
    for name, rows in splits.items() if len(splits) > 1 else ():
        yield name, rows, f"{100 * rows / whole:.1f} %"
