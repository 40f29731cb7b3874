"""A conversation between two personas, turn by turn, each with its own view of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textsynth.asking import Ask
from textsynth.methods import Method, _human
from textsynth.methods import _lines as lines
from textsynth.methods._human import Humans, humanised, reached
from textsynth.methods._turns import Turn, Turns, as_messages, converse, line_of, view_of
from textsynth.records import Brief, Closing, Draft, Reply, Table

NAMES = ("A", "B")


class Dialogue(Method):
    """Two personas talk: about a chunk where the job has documents, else about what they share."""

    turns: Turns = (4, 8)
    """Fewest and most turns (2 to 20); it ends earlier when both have said goodbye."""

    topic: str = ""
    """What they talk about, when it is not a document or a facet named `topic`."""

    human: Humans = None
    """Shares of the first person's turns with typos, fragments, bursts, code_switching (into
    second_language), lowercase, fillers; or one number for a sensible mix."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "open": ("subject", "pick"),
        "turn": ("subject", "me", "other", "left"),
        **_human.STEPS,
    }
    needs: ClassVar[tuple[str, ...]] = ("persona", "partner")
    may_use: ClassVar[tuple[str, ...]] = ("chunk",)

    def cannot_go_on(self) -> str:
        """They are no conversation with somebody who answers."""
        return "in its rows two people talk; for longer ones raise its own `turns`"

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One conversation; the first persona is the user's side."""
        people = (brief.fields["persona"], brief.fields["partner"])
        subject = brief.facets.get("topic") or self.topic

        async def speak(side: int, turns: Sequence[Turn], left: int) -> Reply:
            def fits(line: str) -> bool:
                bad = lines.refuses(line) or lines.offers(line) or lines.of_a_machine(line)
                return not bad and not any(lines.echoes(line, turn.text) for turn in turns)

            if not turns:
                pick = brief.number("open", 0, 999)
                return await line_of(ask, "open", fits, names=NAMES, subject=subject, pick=pick)
            return await line_of(
                ask,
                "turn",
                fits,
                names=NAMES,
                history=view_of(side, turns),
                subject=subject,
                me=people[side],
                other=people[1 - side],
                left=left,
            )

        planned = brief.number("turns", *self.turns)
        turns = await converse(speak, NAMES, self.turns[0], planned)
        turns, touched = await humanised(self.human, brief, ask, turns)
        columns = {"turns": len(turns), "partner": people[1]["id"], **touched}
        return Draft(as_messages(turns), columns, {"user": "first", "assistant": "second"})

    def closing(self, closing: Closing) -> Sequence[Table]:
        """What shares of human touches were reached."""
        return reached(self.human, closing)
