"""Labels in place of personal data: what verdicts and tables may show of a row."""

from __future__ import annotations

import re

from textsynth.privacy import find

MOST = 120
"""Characters of an excerpt."""


def excerpt(text: str, start: int, end: int, most: int = MOST) -> str:
    """`text[start:end]` with `[KIND]` for each personal value, on one line, cut to `most`.

    The whole text is looked through, for what makes a value known may stand before the excerpt.
    """
    end = min(end, start + 2 * most)
    parts, at = [], start
    for one in find(text):
        if one.end <= start or one.start >= end:
            continue
        parts += [text[at : max(at, one.start)], f"[{one.kind.upper()}]"]
        at = max(at, min(one.end, end))
    line = re.sub(r"\s+", " ", "".join([*parts, text[at:end]])).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
