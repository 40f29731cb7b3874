"""Words by how they begin, in any script: what one text shares with another, roughly.

Languages that write without spaces have no words to cut out: there it is pairs of characters of
Han and Katakana (Hiragana is mostly endings) and triples of Thai.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_RUN = re.compile(
    "[a-z\u00c0-\u024f]+|[\uac00-\ud7a3]+|[\u30a1-\u30ff]+|[\u3400-\u9fff]+|[\u0e01-\u0e5b]+"
    "|[\u0370-\u052f\u0590-\u06ff\u0900-\u0dff]+"
)


def stems(text: str, least: int, keep: int) -> Iterator[tuple[str, str]]:
    """(word, stem) of each word of a text, in small letters.

    Alphabets: words of `least` letters by their first `keep`, one less where not Latin.
    Hangul: words of two syllables by their first two. Han, Katakana, Thai: each pair or triple is
    a word and its own stem.
    """
    for run in _RUN.findall(text.lower()):
        if "\uac00" <= run[0] <= "\ud7a3":
            if len(run) > 1:
                yield run, run[:2]
        elif size := 2 if "\u30a1" <= run[0] <= "\u9fff" else 3 * ("\u0e01" <= run[0] <= "\u0e5b"):
            for place in range(max(1, len(run) - size + 1)):
                yield run[place : place + size], run[place : place + size]
        elif len(run) >= least:
            # Cyrillic and its like bend their words more than they are long.
            yield run, run[: keep - (run[0] > "\u024f")]
