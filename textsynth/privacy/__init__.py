"""Personal data in English and Korean text: where it stands, and stand-ins in its place."""

from textsynth.privacy.finding import find
from textsynth.privacy.kinds import KINDS, Finding, Redacted, Replaced
from textsynth.privacy.normal import normal
from textsynth.privacy.pseudonyms import Pseudonyms

__all__ = ["KINDS", "Finding", "Pseudonyms", "Redacted", "Replaced", "find", "normal"]
