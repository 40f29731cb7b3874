"""What filters plant in the documents of a job, to see whether it comes out in the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textsynth.canaries import plant
from textsynth.errors import JobError
from textsynth.inputs import Items
from textsynth.job import Job


def planted(job: Job, items: Mapping[str, Items]) -> dict[str, Items]:
    """The inputs with what filters plant; as they are where none does.

    After redaction, so that no planted string is taken for a value. Ids and sources stay. Raises
    JobError where there are no documents to plant in.
    """
    sentences = [text for part in job.quality for text in part.plants(job.seed, job.language)]
    made = dict(items)
    if not sentences:
        return made
    names = [name for name, part in job.inputs.items() if part.field == "chunk"]
    rows = {str(row["id"]): str(row["text"]) for name in names for row in items[name].rows}
    if not rows:
        raise JobError(
            "quality asks for canaries to be planted, and the job has no documents",
            f"inputs holds: {', '.join(job.inputs) or 'nothing'}",
            "add `documents`, or name strings that your seeds hold already: "
            "`canaries: {strings: [...]}`",
        )
    changed = plant(sentences, rows, job.seed)
    for name in names:
        new = [
            {**row, "text": changed[str(row["id"])]} if str(row["id"]) in changed else row
            for row in items[name].rows
        ]
        made[name] = replace(items[name], rows=new)
    return made
