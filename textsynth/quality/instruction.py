"""Drops tasks that cannot be trained on: the elimination rules of Self-Instruct."""

from __future__ import annotations

from pydantic import Field

from textsynth.instructions import fault, media
from textsynth.minhash import normalised
from textsynth.quality import KEEP, Filter, Screen
from textsynth.quality._text import turns
from textsynth.records import Sample, Setting, Verdict, digest


class Instruction(Filter):
    """An instruction of 4 to 150 words that a text can answer, with an output that says something.

    Reads the columns `instruction`, `input` and `output`, or else the first turn of the user and
    the last of the assistant. Reasons: too_short, too_long, not_for_text (it names a picture, a
    file …), begins_with_a_sign, begins_in_another_script (English only), no_output,
    output_repeats_input, exact_repeat, other_output (an earlier row has the same instruction and
    input). In Korean, Chinese and Japanese every two letters count as a word. Memory: about 150
    bytes a row.
    """

    alone = True

    words: list[str] = Field(default_factory=list)
    """More words that rule an instruction out, beside those for pictures, files and the like."""

    def screen(self, setting: Setting) -> Screen:
        """Remembers what every instruction with its input was answered with."""
        pattern = media(self.words)
        seen: dict[str, str] = {}

        def verdict(sample: Sample) -> Verdict:
            parts = _parts(sample)
            reason = fault(parts[0], setting.language, pattern)
            instruction, given, output = map(normalised, parts)
            if not reason and not output:
                reason = "no_output"
            if not reason and output in (given, instruction):
                reason = "output_repeats_input"
            key, said = digest(instruction, given, size=8), digest(output, size=8)
            before = seen.get(key)
            if not reason and before is not None:
                reason = "exact_repeat" if before == said else "other_output"
            if not reason:
                seen[key] = said
            return Verdict(keep=False, reason=reason) if reason else KEEP

        return verdict


def _parts(sample: Sample) -> tuple[str, str, str]:
    """(instruction, input, output) of a row."""
    columns = sample.columns
    if isinstance(columns.get("instruction"), str):
        return (
            columns["instruction"],
            str(columns.get("input") or ""),
            str(columns.get("output") or ""),
        )
    said = turns(sample)
    first = next((text for role, text in said if role != "assistant"), "")
    last = said[-1][1] if len(said) > 1 else ""
    return first, "", last
