"""What language the rows of a run came in, by who speaks, when it was not the one asked for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from textsynth.quality._text import turns
from textsynth.records import LANGUAGES, Sample, Table, Verdict, percent

Failed = Callable[[str], Verdict | None]
"""The filter's word on one text: None if it is in the language."""

SHOWN = 4
"""Other languages that a line of the table names."""


def drift(
    code: str,
    rows_found: Iterable[tuple[Sample, bool, bool]],
    failed: Failed,
    named: Callable[[str], str],
) -> Table | None:
    """Per role, the share of rows that are in the language, and what the others were.

    `rows_found`: each row with whether it was kept, and whether it passed the filter; only those
    that did not are looked at again. `named` gives the language of a text that failed. Memory: a
    number per role and language.
    """
    rows: dict[str, Counter[bool]] = defaultdict(Counter)
    others: dict[str, Counter[str]] = defaultdict(Counter)
    for sample, kept, passed in rows_found:
        if passed:
            for role in {role for role, _ in turns(sample)}:
                rows[role][kept] += 1
            continue
        strayed: dict[str, str] = {}
        for role, text in turns(sample):
            word = failed(text)
            if word is None:
                strayed.setdefault(role, "")
            elif not strayed.get(role):
                mixed = word.reason == "mixed_script"
                strayed[role] = "mixed script" if mixed else named(text)
        for role, name in strayed.items():
            rows[role][False] += 1
            if name:
                others[role][name] += 1
    lines = tuple(
        (
            role or "text", found[True], found[False],
            percent(found.total() - others[role].total(), found.total()),
            ", ".join(f"{name} {n}" for name, n in _first(others[role])) or "-",
        )
        for role, found in sorted(rows.items(), reverse=True)
    )  # fmt: skip
    columns = ("who", "rows kept", "rows dropped", f"in {LANGUAGES[code]}", "the others")
    return Table("Language drift", columns, lines) if lines else None


def _first(others: Counter[str]) -> list[tuple[str, int]]:
    found = sorted(others.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(n for _, n in found[SHOWN:])
    return [*found[:SHOWN], *([("more", rest)] if rest else [])]
