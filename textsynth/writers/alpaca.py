"""Instructions and their outputs as Alpaca has them, with history, and `dataset_info.json`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from textsynth.records import Message, Sample, Summary
from textsynth.writers import JsonLinesWriter
from textsynth.writers._llama_factory import INFO, enter, entries_of
from textsynth.writers._pairs import Form, holds_pairs, pair_of
from textsynth.writers._text import joined

_COLUMNS = {"prompt": "instruction", "query": "input"}


class Alpaca(JsonLinesWriter):
    """One row a sample: `instruction`, `input`, `output`, `system`, and `history`, the exchanges
    before as [asked, answered]. Pairs have `chosen` and `rejected` instead of `output`.

    The last request that was answered is the instruction. Turns of one role that follow each other
    become one; an opening by the assistant stands at the end of `system`. Calls of tools have no
    place in this form: a sample with any gives no row.
    """

    form: Form = "auto"
    """chat, pairs, or auto: what the first sample is."""

    input: str = ""
    """A column of the method that goes into `input`, such as `context`; else it is empty."""

    def write(self, samples: Iterable[Sample], folder: Path, summary: Summary) -> list[Path]:
        """The rows, and an entry `<job name>_alpaca` in `dataset_info.json`, beside others."""
        path = folder / INFO
        entries_of(path)  # what cannot be added to is told before anything is written
        pairs = holds_pairs(self.form, samples)
        own = self.model_copy(update={"form": "pairs" if pairs else "chat"})
        (target,) = JsonLinesWriter.write(own, samples, folder, summary)
        if pairs:
            columns = {**_COLUMNS, "chosen": "chosen", "rejected": "rejected"}
            entry: dict[str, Any] = {"ranking": True, "columns": columns}
        else:
            entry = {"columns": {**_COLUMNS, "response": "output"}}
        entry["columns"] |= {"system": "system", "history": "history"}
        return [target, enter(path, summary.name, self.part, target.name, entry)]

    def rows(self, sample: Sample) -> Iterator[dict[str, Any]]:
        """The sample in one row, or none."""
        given = str(sample.columns.get(self.input) or "") if self.input else ""
        if self.form == "pairs":
            pair = pair_of(sample)
            found = _exchanges([*pair.prompt, *pair.chosen]) if pair else None
            if pair and found:
                system, (*before, (asked, chosen)) = found
                yield {
                    "instruction": asked, "input": given, "chosen": chosen,
                    "rejected": joined(pair.rejected), "system": system,
                    "history": [list(turns) for turns in before],
                }  # fmt: skip
            return
        found = _exchanges(sample.messages)
        if found:
            system, (*before, (asked, answered)) = found
            yield {
                "instruction": asked, "input": given, "output": answered, "system": system,
                "history": [list(turns) for turns in before],
            }  # fmt: skip


def _exchanges(messages: Iterable[Message]) -> tuple[str, list[tuple[str, str]]] | None:
    """(system, [(asked, answered) …]); None where nothing was answered or tools were called."""
    system: list[str] = []
    made: list[list[str]] = []
    side = "assistant"
    for message in messages:
        role, text = message["role"], message["content"]
        if role == "tool" or message.get("tool_calls"):
            return None
        if role == "system":
            system.append(text)
        elif role == side and made:
            made[-1][-1] += f"\n\n{text}"
        elif role == "user":
            made.append([text])
        elif made:
            made[-1].append(text)
        else:
            system.append(f"assistant: {text}")
            continue
        side = role if role != "system" else side
    pairs = [(turns[0], turns[1]) for turns in made if len(turns) == 2]
    return ("\n\n".join(part for part in system if part.strip()), pairs) if pairs else None
