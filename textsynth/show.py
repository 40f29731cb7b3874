"""How results look on a terminal: tables, samples and explanations for the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from textsynth.forecast import Forecast, Range, chance
from textsynth.funnel import FILTERS
from textsynth.job import Job
from textsynth.live import span
from textsynth.prices import dollars
from textsynth.project import PartInfo
from textsynth.reading import as_json, funnel_rows
from textsynth.records import Source, Summary, percent
from textsynth.records import Table as Finding
from textsynth.rendering import Rendered
from textsynth.runner import Result, Trial
from textsynth.show_verdicts import verdict_lines

VALUES = 20
"""Values of a facet that are shown one by one; a tree has thousands."""
_WORDS = ("text", "description", "instruction")
"""What people read of a row that went into a brief: the first of these that it has."""


def funnel(out: Console, summary: Summary) -> None:
    """Stage by stage: rows left, rows lost, why."""
    table = Table("stage", "rows left", "lost", "why", box=None, pad_edge=False)
    for name in ("rows left", "lost"):
        table.columns[["stage", "rows left", "lost", "why"].index(name)].justify = "right"
    for stage, left, lost, why in funnel_rows(summary):
        table.add_row(stage, str(left), str(lost or ""), escape(why))
    out.print(table)


def finding(out: Console, found: Finding) -> None:
    """What a part found out: a title and a table, numbers to the right."""
    table = Table(*map(escape, found.columns), box=None, pad_edge=False)
    for number, column in enumerate(table.columns):
        if all(isinstance(row[number], int | float) for row in found.rows):
            column.justify = "right"
    for row in found.rows:
        table.add_row(*(f"{c:g}" if isinstance(c, float) else escape(str(c)) for c in row))
    out.print(f"\n[bold]{escape(found.title)}[/]")
    out.print(table)


def result(out: Console, found: Result) -> None:
    """The end of a run."""
    summary = found.summary
    out.print()
    funnel(out, summary)
    for facet, values in summary.facets.items():
        shares = [f"{value} {rows}" for value, rows in values.items()]
        if len(shares) > VALUES:
            fewest, most = min(values.values()), max(values.values())
            shares = [f"{len(shares):,} values with {fewest:,} to {most:,} rows"]
        out.print(f"{facet}: {escape(', '.join(shares))}")
    for table in summary.tables:
        if table.title != FILTERS:
            finding(out, table)
    for run in found.stages:
        out.print(
            f"stage {run.stage}: {run.made} files made in {span(run.seconds)} ({run.asked} "
            f"requests asked now, {run.replayed} from the journal); {run.tokens_in:,} tokens in, "
            f"{run.tokens_out:,} out; {dollars(run.cost)}"
        )
    used = ", ".join(f"{model} ({n} requests)" for model, n in summary.models.items())
    out.print(
        f"\n{summary.kept} rows kept in {span(found.seconds)} ({found.asked} requests asked now, "
        f"{found.replayed} from the journal); {summary.tokens_in:,} tokens in, "
        f"{summary.tokens_out:,} out; {dollars(found.cost)}; {escape(used)}"
    )
    out.print(escape(f"The dataset is in {found.path}"))
    out.print(escape(f'  datasets.load_dataset("{found.path}")'))


def result_json(found: Result) -> dict[str, Any]:
    """A result as plain JSON."""
    return {
        "path": str(found.path), "asked": found.asked, "replayed": found.replayed,
        "seconds": round(found.seconds, 2), "cost": found.cost, "summary": as_json(found.summary),
        "stages": [asdict(run) for run in found.stages],
    }  # fmt: skip


def messages(out: Console, turns: Iterable[Mapping[str, Any]], indent: str = "  ") -> None:
    """Chat messages, one role a line."""
    for turn in turns:
        calls = [call["function"] for call in turn.get("tool_calls") or ()]
        said = [turn["content"], *(f"{call['name']}({call['arguments']})" for call in calls)]
        text = escape("\n".join(filter(None, said))).replace("\n", f"\n{indent}  ")
        out.print(f"{indent}[bold]{turn['role']}:[/] {text}")


def sample(out: Console, row: Mapping[str, Any]) -> None:
    """A kept row."""
    facets = ", ".join(f"{name}: {value}" for name, value in row["facets"].items())
    seeds = row["seeds"]
    source = f"from {seeds['source']}" if "source" in seeds else ""
    persona = f"as {seeds['persona']}" if "persona" in seeds else ""
    words = "  ".join(part for part in (facets, source, persona) if part)
    out.print(f"\n[bold cyan]{row['id']}[/]  {escape(words)}")
    messages(out, row["messages"])


def trial_json(trial: Trial) -> dict[str, Any]:
    """A previewed brief as plain JSON."""
    plain = asdict(trial)
    return {**plain, "kept": trial.sample is not None and all(v.keep for v in trial.verdicts)}


def trials(out: Console, found: Sequence[Trial], job: Job) -> None:
    """Previewed samples with prompts and replies, then what a whole run may take."""
    kept = tokens_in = tokens_out = 0
    cost: float | None = 0.0
    for trial in found:
        out.print(f"\n[bold]brief {trial.index}[/]")
        for entry in trial.exchanges:
            exchange(out, asdict(entry.reply), entry.step, entry.messages, entry.reply.text)
            tokens_in += entry.reply.tokens_in
            tokens_out += entry.reply.tokens_out
            more = entry.reply.usd
            cost = None if cost is None or more is None else cost + more
        if trial.sample is None:
            out.print(f"[red]failed:[/] {escape(trial.error)}")
            continue
        sample(out, trial.sample.to_json())
        lost = [f"{v.filter}: {v.reason}" for v in trial.verdicts if not v.keep]
        kept += not lost
        out.print(f"[red]dropped by {', '.join(lost)}[/]" if lost else "[green]kept[/]")
    n = max(len(found), 1)
    if filtered := yields(found):
        finding(out, filtered)
    out.print(
        f"\n{kept} of {n} kept; {tokens_in // n:,} tokens in and {tokens_out // n:,} out a brief"
    )
    if kept and job.whole:
        out.print("what all rows of the inputs would take: `textsynth estimate`")
    elif kept:
        briefs = job.count * n / kept
        whole = None if cost is None else cost / n * briefs
        out.print(
            f"{job.count:,} kept rows would take about {briefs:,.0f} briefs, "
            f"{(tokens_in + tokens_out) / n * briefs:,.0f} tokens and {dollars(whole)} "
            f"(from {n} samples: a rough guess)"
        )


def yields(found: Sequence[Trial]) -> Finding | None:
    """What each filter let through of previewed samples, with a 90 % interval."""
    words = [verdict for trial in found if trial.sample is not None for verdict in trial.verdicts]
    judged, passed = Counter(v.filter for v in words), Counter(v.filter for v in words if v.keep)
    if not judged:
        return None
    rows = []
    for name, of in judged.items():
        share = chance(passed[name], of)
        low, high = share.low or 0.0, share.high or 0.0
        rows.append((name, of, passed[name], f"{100 * low:.0f} to {100 * high:.0f} %"))
    heads = ("filter", "looked at", "let through", "so of all, with 90 % certainty")
    return Finding("Yield by filter, each for itself", heads, tuple(rows))


def forecast(out: Console, found: Forecast) -> None:
    """What a run will take, per step and model, each with its 90 % interval."""
    table = Table("step", "model", "requests", "tokens in", "tokens out", "cost", box=None)
    whole = found.total is not None
    rows = [(s.step, s.model, s.total if whole else s.per_brief) for s in found.steps]
    for step, model, one in [*rows, ("all", "", found.total or found.per_brief)]:
        if one is not None:
            table.add_row(
                step, model, span_of(one.requests), span_of(one.tokens_in),
                span_of(one.tokens_out), "unknown price" if one.usd is None
                else span_of(one.usd, money=True),
            )  # fmt: skip
    out.print(
        f"{found.kept} of {found.taken} sampled briefs were kept; "
        + (f"{found.count:,} rows take" if whole else "one brief takes")
        + " (90 % interval):"
    )
    out.print(table)
    if found.briefs is not None:
        out.print(f"briefs: {span_of(found.briefs)}")
    if found.per_kept is not None:
        tokens, usd = found.per_kept
        paid = "" if usd is None else f", {span_of(usd, money=True)}"
        out.print(f"a kept row, lost ones in it: {span_of(tokens)} tokens{paid}")
    if found.note:
        out.print(f"[yellow]{escape(found.note)}[/]")


def span_of(found: Range, *, money: bool = False) -> str:
    """`1,200 (1,050 to 1,400)`."""

    def word(number: float) -> str:
        if money:
            return dollars(number)
        return f"{number:,.0f}" if number >= 10 else f"{number:.3g}"

    if found.low is None or found.high is None:
        return word(found.point)
    return f"{word(found.point)} ({word(found.low)} to {word(found.high)})"


def exchange(
    out: Console, reply: Mapping[str, Any], step: str, sent: Iterable[Mapping[str, Any]], text: str
) -> None:
    """One request and its reply."""
    out.print(
        f"\n[bold magenta]{step}[/]  {reply['model']}, {reply['tokens_in']} tokens in, "
        f"{reply['tokens_out']} out, finish: {reply['finish']}"
    )
    messages(out, sent)
    out.print(f"  [bold green]reply:[/] {escape(text)}")


def explanation(out: Console, found: Mapping[str, Any]) -> None:
    """Where a row came from."""
    out.print(f"[bold cyan]{found['id'] or 'brief'}[/]  {found['kind']}, brief {found['index']}")
    for facet, value in found["facets"].items():
        out.print(f"{facet}: {escape(value)}")
    if found["note"]:
        out.print(f"[yellow]{escape(found['note'])}[/]")
    for name, value in (found["fields"] or found["seeds"]).items():
        if isinstance(value, dict):
            words = next((value[k] for k in _WORDS if value.get(k)), str(value))
            where = f" ({value['source']})" if name in ("chunk", "sample") else ""
            out.print(f"[bold]{name}[/] {escape(str(value['id']) + where)}\n  {escape(words)}")
        else:
            out.print(f"[bold]{name}[/] {escape(str(value))}")
    for entry in found["exchanges"]:
        exchange(out, entry, entry["step"], entry["messages"], entry["reply"])
    out.print("\n[bold]row[/]")
    messages(out, found["messages"])
    for table in found["tables"]:
        finding(out, table)
    if found["error"]:
        out.print(f"[red]{escape(found['error'])}[/]")
    if found["verdicts"]:
        out.print("\n[bold]verdicts[/]")
    for verdict in found["verdicts"]:
        for number, line in enumerate(verdict_lines(verdict)):
            style = "red" if not verdict["keep"] and not number else None
            out.print(escape(line), style=style, highlight=False)
    total_in = sum(entry["tokens_in"] for entry in found["exchanges"])
    total_out = sum(entry["tokens_out"] for entry in found["exchanges"])
    out.print(f"tokens: {total_in:,} in, {total_out:,} out")


def status(out: Console, found: Mapping[str, Any]) -> None:
    """How a run stands."""
    out.print(f"[bold]{found['name']}[/] is {found['status']}: {found['path']}")
    out.print(
        f"kept {found['kept']} of {found['asked']}, dropped {found['dropped']}, failed "
        f"{found['failed']}, {found['briefs']} briefs; {found['replies']:,} replies on disk; "
        f"{found['tokens_in']:,} tokens in, {found['tokens_out']:,} out; {dollars(found['cost'])}"
    )
    if found["status"] in ("running", "died"):
        out.print(
            f"last sign {found['seconds_since_update']} s ago; {found['in_flight']} in flight"
        )
    for stage in found["stages"]:
        out.print(
            f"stage {escape(stage['stage'])}: {stage['replies']:,} replies on disk; "
            f"{stage['tokens_in']:,} tokens in, {stage['tokens_out']:,} out; "
            f"{dollars(stage['cost'])}"
        )
    if found["tokens_per_kept_row"] is not None:
        usd = found["usd_per_kept_row"]
        paid = "" if usd is None else f" and {dollars(usd)}"
        out.print(f"a kept row took {found['tokens_per_kept_row']:,} tokens{paid}, lost ones in it")
    if told := found["novelty"]:
        left = told["openings_to_come"]
        out.print(
            f"new text {percent(told['novelty'], 1)} of the last {told['window']} rows, duplicates "
            f"{percent(told['duplicates'], 1)}; the next opening is new in "
            f"{percent(told['next_opening_new'], 1)}"
            + ("" if left is None else f", and {left:,} are still to come at least")
        )
    for line in [*found["warnings"], *found["short"]]:
        out.print(f"[yellow]{escape(line)}[/]")
    for table in found["tables"]:
        if table["title"] != FILTERS:
            finding(out, Finding.from_json(table))
    if found["last_fault"]:
        out.print(f"last fault: {escape(found['last_fault'])}")


def rendered(out: Console, found: Rendered) -> None:
    """What a tokenizer makes of the rows."""
    sizes = ", ".join(f"{name} {size:,}" for name, size in found.quantiles.items())
    out.print(f"{found.rows:,} rows, {found.tokens:,} tokens; a row has: {sizes or 'none'}")
    if not found.faults:
        out.print(f"every row fits in {found.longest:,} tokens, and the template takes it")
        return
    table = Table("what is wrong", "rows", "such as", box=None, pad_edge=False)
    for name, rows in sorted(found.faults.items(), key=lambda item: -item[1]):
        table.add_row(name.replace("_", " "), f"{rows:,}", ", ".join(found.examples[name]))
    out.print(table)


def lost(out: Console, found: Mapping[str, Any]) -> None:
    """What kept and lost rows cost, and dropped rows by reason."""
    finding(out, Finding.from_json(found["costs"]))
    for one in found["lost"]:
        out.print(f"\n[bold]{escape(one['filter'])}: {escape(one['reason'])}[/]  {one['rows']:,}")
        for row in one["examples"]:
            score = "" if row["score"] is None else f"  score {row['score']:g}"
            evidence = f"  {row['evidence']}" if row["evidence"] else ""
            out.print(f"  [cyan]{row['id']}[/]{score}{escape(evidence)}")
            out.print(f"    {escape(row['text'])}")


def sources(out: Console, found: Sequence[Source]) -> None:
    """What was read, and what could not be."""
    table = Table("input", "kind", "rows", "remarks", box=None, pad_edge=False)
    for source in found:
        remarks = "; ".join(words for words in (source.problem, source.note) if words)
        table.add_row(escape(source.path), source.kind, f"{source.rows:,}", escape(remarks))
    if found:
        out.print(table)


def ingested(out: Console, found: Sequence[Source]) -> None:
    """Per file what was read, and in words what could not be."""
    columns = ("file", "kind", "pages", "chunks", "repeats left out", "characters", "")
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns[2:6]:
        column.justify = "right"
    for source in found:
        pages = f"{source.pages:,}" if source.pages else ""
        pages += f" ({source.ocr_pages:,} by OCR)" if source.ocr_pages else ""
        left_out = source.duplicates + source.near_duplicates
        table.add_row(
            escape(source.path), escape(source.kind), pages, f"{source.rows:,}",
            f"{left_out:,}" if left_out else "", f"{source.characters:,}",
            "[red]problem[/]" if source.problem else "",
        )  # fmt: skip
    out.print(table)
    for source in found:
        if source.problem:
            out.print(f"[yellow]{escape(source.path)}:[/] {escape(source.problem)}")
    rows = sum(source.rows for source in found)
    unread = sum(1 for source in found if source.problem)
    words = f"; {unread} could not be used" if unread else ""
    out.print(f"{rows:,} chunks from {len(found) - unread} of {len(found)} files{words}")


def parts(out: Console, found: Sequence[PartInfo]) -> None:
    """Shelves, parts and their options."""
    shelf = ""
    for part in found:
        if part.shelf != shelf:
            shelf = part.shelf
            out.print(f"\n[bold magenta]{shelf}[/]")
        origin = "" if part.origin == "textsynth" else f" (from {part.origin})"
        out.print(f"  [bold]{part.name}[/]{origin}: {escape(part.help)}")
        for name, kind, default, words in part.options:
            out.print(f"      {name} ({escape(kind)}, {escape(default)}): {escape(words)}")


def models(out: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """The embedded models."""
    table = Table("name", "size", "memory", "here", "use", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            row["name"], f"{row['megabytes']} MB", f"{row['memory_megabytes']} MB",
            "yes" if row["fetched"] else "no", escape(row["use"]),
        )  # fmt: skip
    out.print(table)
