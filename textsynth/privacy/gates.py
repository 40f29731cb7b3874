"""What must stand in a text before a slow pattern is worth running: the same findings, sooner.

A gate is a necessary condition: it lets through all that its pattern can match, and more. Looking
for a few dozen short strings costs less than one alternation that is tried at every letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

OPEN = False
"""Whether every gate lets everything through; for the test that gates lose nothing."""


def some(text: str, strings: Iterable[str]) -> bool:
    """Whether any of the strings is in the text."""
    for one in strings:
        if one in text:
            return True
    return OPEN


def there(text: str, pattern: re.Pattern[str]) -> bool:
    """Whether a pattern, a fast one, finds anything."""
    return OPEN or pattern.search(text) is not None
