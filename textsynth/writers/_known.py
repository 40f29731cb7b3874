"""Columns that methods are known to bring: what each holds, and its kind where no row tells."""

from __future__ import annotations

ABOUT: dict[str, str] = {
    "question": "what is asked", "answer": "the answer", "context": "the passages it rests on",
    "quotes": "words of the passages that bear the answer out: chunk, source, text, start, end, "
    "and match (verbatim, aligned, found)",
    "yes_no": "what a yes-no question is answered by", "needed": "what an answer would need",
    "request": "what the reader asks for", "summary": "the summary",
    "compression": "length of the summary as a share of the passage's",
    "copied": "longest run of words taken over, as a share of the summary",
    "source_text": "the text before it was rewritten", "text": "the text",
    "entities": "the marked spans: start and end (characters), label, text",
    "tokens": "words and marks of the text", "tags": "a BIO tag for each of the tokens",
    "looks_like": "the other label that it was written to resemble",
    "label_confirmed": "whether a judge who did not know the label found it too",
    "label_judged": "what the judge found instead",
    "prompt": "the request, as turns", "chosen": "the better answer, as turns",
    "rejected": "the worse answer, as turns", "by": "where the worse answer comes from",
    "fault": "what the worse answer was asked to lack", "chosen_score": "the judge's score, 1 to 5",
    "rejected_score": "the judge's score, 1 to 5", "answers_scored": "different answers scored",
    "swapped": "whether the judge made the two change places",
    "turns": "how many turns it has", "partner": "id of the second persona",
    "needs": "what the customer asks for, in order", "rule": "what the last request goes against",
    "tools": "the tools that the assistant could call",
    "human": "per touched turn its number and what was done to it",
    "bursts": "the parts of turns that are several short messages",
    "outcome_found": "how the lines show it ended",
    "outcome_confirmed": "whether that is the outcome asked for",
    "outcome_evidence": "the line that shows it",
    "origin": "the run, file or dataset that it was merged from",
    "origin_row": "its id there, or its number where it had none",
}  # fmt: skip
"""Column → what it holds, in the words of the card."""

KINDS_UNTOLD: dict[str, str] = {
    "quotes": "json", "entities": "json", "bursts": "json", "label_confirmed": "boolean",
}  # fmt: skip
"""Column → its kind in a dataset all of whose values are missing or empty lists, so that two runs
of one job have the same types."""
