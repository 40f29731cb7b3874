"""Reads a job file: YAML to a `Job`; a complaint names line, field and the nearest valid name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from textsynth.errors import JobError, nearest
from textsynth.inputs import SHELF as INPUTS
from textsynth.inputs import Input
from textsynth.job import Job, Weights
from textsynth.jobraw import put_measured, put_scenarios, put_shares, roles_of, text_keys, with_like
from textsynth.measures import MEASURES
from textsynth.methods import SHELF as METHODS
from textsynth.methods import Method
from textsynth.prices import Prices
from textsynth.providers import SHELF as PROVIDERS
from textsynth.providers import Provider
from textsynth.quality import SHELF as QUALITY
from textsynth.quality import Filter
from textsynth.quality.balance import Balance
from textsynth.quotas import Apportioned, check_quota, check_together, uneven_quota
from textsynth.scenarios import FACET as SCENARIO
from textsynth.shelf import Part, Shelf
from textsynth.writers import SHELF as WRITERS

P = TypeVar("P", bound=Part)
_BRANCHES = ("literal", "list[", "dict[", "tuple[", "constrained-", "function-")
"""How pydantic names the branches of a union, which no job file has."""
Path_ = tuple[str | int, ...]

DEFAULT_QUALITY: tuple[Any, ...] = (
    "length", {"unicode": {"repair": True}}, "language", "truncated", "refusal", "scaffolding",
    "repetition", "role_flip", "copied_question", "exact_duplicates", "near_duplicates",
)  # fmt: skip


def load_job(
    path: str | Path, overrides: Mapping[str, Any] | None = None, home: Path | None = None
) -> Job:
    """Reads and checks a job file; `overrides` replace top-level fields (None: leave as written).

    Its paths are relative to its folder, or to `home`.

    Raises JobError with the line, the field and the fix.
    """
    file = Path(path)
    if file.is_dir():
        file = file / "job.yaml"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        near = nearest(file.name, [p.name for p in file.parent.glob("*.y*ml")])
        raise JobError(
            f"there is no job file '{file}'", near, "make one with `textsynth init my-project`"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise JobError(f"the job file '{file}' cannot be read: {error}") from None
    return _parsed(text, file, overrides or {}, (home or file.parent).resolve())


def made_job(fields: Mapping[str, Any], home: Path) -> Job:
    """A job from plain JSON or YAML values, as a file would hold them; paths relative to `home`.

    Raises JobError as `load_job` does, but names no line: nobody wrote the file.
    """
    text = yaml.safe_dump(dict(fields), sort_keys=False, allow_unicode=True)
    try:
        return _parsed(text, Path("job.yaml"), {}, home.resolve())
    except JobError as error:
        words = re.sub(r"^job\.yaml, line \d+: ", "", error.asked)
        raise JobError(words, error.exists, error.fix) from None


def _parsed(text: str, file: Path, overrides: Mapping[str, Any], folder: Path) -> Job:
    raw, lines = _read_yaml(text, file)
    given = {name: value for name, value in overrides.items() if value is not None}
    raw.update(given)
    reader = _Reader(file, lines, folder, given)
    job = reader.job(raw)
    where = {name: reader.at(("quotas", name)) for name in job.quotas}
    return job.placed(folder, text, given, where)


def _read_yaml(text: str, file: Path) -> tuple[dict[str, Any], dict[Path_, int]]:
    lines: dict[Path_, int] = {}

    def walk(node: yaml.Node, path: Path_) -> None:
        lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                step = (*path, str(key.value))
                if step in lines:
                    raise JobError(
                        f"{file.name}, line {key.start_mark.line + 1}: '{key.value}' stands twice",
                        f"the first is on line {lines[step]}",
                    )
                walk(value, step)
                lines[step] = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                walk(value, (*path, number))

    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        if tree is not None:
            walk(tree, ())
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise JobError(
            f"{file.name}{where} is not valid YAML: {problem}",
            fix="check the indentation and put values with ':' or '#' in quotes",
        ) from None
    if not isinstance(raw, dict):
        raise JobError(
            f"{file.name} is not a job: it must be a mapping with name, method and count",
            fix="`textsynth init my-project` writes one to start from",
        )
    return {str(k): v for k, v in raw.items()}, lines


class _Reader:
    """Turns the raw mapping into a Job, and every complaint into words with a line number."""

    def __init__(
        self, file: Path, lines: dict[Path_, int], home: Path, given: Mapping[str, Any]
    ) -> None:
        self.file, self.lines, self.home, self.given = file, lines, home, given
        self.language = "en"

    def job(self, raw: dict[str, Any]) -> Job:
        raw = dict(raw)
        self.language = str(raw.get("language") or "en")
        raw.setdefault("provider", "local")
        raw.setdefault("quality", list(DEFAULT_QUALITY))
        if "method" in raw:
            raw["method"] = self.part(METHODS, raw["method"], ("method",))
        raw["provider"] = self.part(PROVIDERS, raw["provider"], ("provider",))
        if "like" in raw:
            # Complaints go by the line where it stands, which is not among the inputs.
            own = {("inputs", *at): line for at, line in self.lines.items() if at[:1] == ("like",)}
            self.lines.update(own)
        raw["inputs"] = self.inputs(with_like(raw))
        raw["quality"] = self.parts(QUALITY, raw["quality"], "quality")
        raw["quality"] = self.with_implied(raw)
        raw["models"] = self.models(raw)
        if "prices" in raw:
            try:
                raw["prices"] = Prices.read(raw["prices"], self.home)
            except JobError as error:
                where = self.at(("prices",))
                raise JobError(f"{where}: {error.asked}", error.exists, error.fix) from None
        raw["export"] = self.parts(WRITERS, raw.get("export"), "export")
        raw["vary"] = self.vary(raw.get("vary"))
        raw["quotas"] = text_keys(raw.get("quotas") or {})
        if raw.get("scenarios") is not None:
            try:
                raw["scenarios"] = put_scenarios(raw, self.home)
            except JobError as error:
                where = self.at(("scenarios",))
                raise JobError(f"{where}: {error.asked}", error.exists, error.fix) from None
        raw["quotas"] = {facet: quota for facet, quota in raw["quotas"].items() if quota}
        shares = {name: part.shares(self.home) for name, part in raw["inputs"].items()}
        for brought in shares.values():
            put_shares(raw, brought)
        if raw.get("count") == "all":
            self.check_whole(raw, [name for name, own in shares.items() if own and own.quotas])
            raw |= {"count": 1, "whole": True}
        elif "whole" in raw:
            raise JobError(
                f"{self.at(('whole',))}: there is no field 'whole'", "write `count: all`"
            )
        measured = put_measured(raw)
        if measured:
            raw["quality"] = self.balanced(raw["quality"], measured)
        try:
            job = Job.model_validate(raw)
        except ValidationError as error:
            raise self.explain(error, (), Job) from None
        self.check_quotas(job)
        for name, cells in measured.items():
            if isinstance(cells, dict) and sum(cells.values()) != job.count:
                raise uneven_quota(self.at(("quotas", name)), name, cells, job.count)
        return job

    def balanced(self, filters: Sequence[Filter], rows: Mapping[str, Any]) -> tuple[Filter, ...]:
        """The filters with one that holds quotas on what is measured, ahead of those that cost."""
        own = next((part for part in filters if isinstance(part, Balance)), None)
        made = self.part(QUALITY, {"balance": {"rows": dict(rows)}}, ("quotas",))
        if own is not None:
            both = {**own.rows, **rows}
            return tuple(
                part.model_copy(update={"rows": both}) if part is own else part for part in filters
            )
        at = next((n for n, part in enumerate(filters) if part.asked()), len(filters))
        return (*filters[:at], made, *filters[at:])

    def part(self, shelf: Shelf[P], spec: Any, path: Path_) -> P:
        try:
            name, options = shelf.spec(spec)
            kind = shelf.load(name)
        except JobError as error:
            key = next(iter(spec)) if isinstance(spec, dict) and spec else ""
            where = self.at((*path, str(key)))
            raise JobError(f"{where}: {error.asked}", error.exists, error.fix) from None
        for option in kind.holds:
            if options.get(option) is not None:
                options[option] = self.part(shelf, options[option], (*path, name, option))
        try:
            context = {
                "home": self.home, "language": self.language, "methods": list(METHODS.names()),
            }  # fmt: skip
            return kind.model_validate(options, context=context)
        except ValidationError as error:
            raise self.explain(error, (*path, name), kind) from None

    def parts(self, shelf: Shelf[P], specs: Any, field: str) -> tuple[P, ...]:
        if specs is None:
            return ()
        if not isinstance(specs, list):
            specs = [specs]
        made = tuple(self.part(shelf, spec, (field, i)) for i, spec in enumerate(specs))
        names = [part.part for part in made]
        for i, name in enumerate(names):
            if name in names[:i]:
                raise JobError(f"{self.at((field, i))}: '{name}' is listed twice under {field}")
        return made

    def with_implied(self, raw: Mapping[str, Any]) -> tuple[Filter, ...]:
        """The filters, with those that other parts of the job call for and it does not name."""
        named, method = {part.part for part in raw["quality"]}, raw.get("method")
        before = method.filters if isinstance(method, Method) else ()
        after = [name for name in raw["inputs"] if name == "like"]
        first, last = (
            tuple(self.part(QUALITY, n, ("quality",)) for n in names if n not in named)
            for names in (before, after)
        )
        return (*first, *raw["quality"], *last)

    def inputs(self, raw: Any) -> dict[str, Input]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            raise JobError(
                f"{self.at(('inputs',))}: inputs must be a mapping",
                nearest("", INPUTS.names()),
                "write for example `inputs: {documents: docs/*.md}`",
            )
        return {
            str(name): self.part(INPUTS, {name: options}, ("inputs",))
            for name, options in raw.items()
        }

    def models(self, job: Mapping[str, Any]) -> dict[str, Provider]:
        """Role → provider; a bare name is another model of the job's own provider."""
        raw, provider, method = job.get("models"), job["provider"], job.get("method")
        raw = {} if raw is None else raw
        if not isinstance(raw, dict):
            raise JobError(
                f"{self.at(('models',))}: models must be a mapping of roles to models",
                fix="write for example `models: {customer: gpt-5-mini}`",
            )
        roles = roles_of(method) if isinstance(method, Method) else []
        roles += [role for part in job["quality"] for role in part.played() if role not in roles]
        found: dict[str, Provider] = {}
        for role, spec in raw.items():
            if role not in roles:
                raise JobError(
                    f"{self.at(('models', str(role)))}: there is no role '{role}' in this job",
                    nearest(str(role), roles) or "the method and the filters have no roles",
                )
            if isinstance(spec, str) and spec not in PROVIDERS.names():
                name, options = provider.part, provider.model_dump(exclude_unset=True)
                spec = {name: {**options, "model": spec}}
            found[role] = self.part(PROVIDERS, spec, ("models", str(role)))
        brought = {role: spec for part in job["quality"] for role, spec in part.brings().items()}
        for role, spec in brought.items():
            found.setdefault(role, self.part(PROVIDERS, dict(spec), ("quality",)))
        for role, one in {"": provider, **found}.items():
            if one.chats == (role in brought):
                raise JobError(
                    f"{self.at(('models', role) if role else ('provider',))}: the provider "
                    f"{one.part} cannot {'be the ' + role if role else 'write rows'}",
                    "it answers in words" if one.chats else "it only scores texts",
                    f"name another provider for {role or 'provider'}",
                )
        for role in method.roles_of_their_own() if isinstance(method, Method) else ():
            if found.get(role, provider) == provider:
                raise JobError(
                    f"{self.at(('models',))}: the role '{role}' needs a model of its own",
                    f"it would be played by {provider.model_id()}, as all others are",
                    f"add `models: {{{role}: another-model}}`",
                )
        return found

    def vary(self, raw: Any) -> dict[str, Weights]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            raise JobError(
                f"{self.at(('vary',))}: vary must be a mapping",
                fix="write for example `vary: {mood: [angry, polite]}`",
            )
        facets: dict[str, Weights] = {}
        for facet, values in raw.items():
            where = self.at(("vary", str(facet)))
            if any(isinstance(value, bool) for value in values or ()):
                raise JobError(
                    f"{where}: YAML reads yes, no, on and off as true and false",
                    fix=f"put the values of '{facet}' in quotes",
                )
            if isinstance(values, list) and values:
                values = {str(value): 1.0 for value in values}
            if not isinstance(values, dict) or not values:
                raise JobError(
                    f"{where}: the facet '{facet}' has no values",
                    fix="give a list of values, or value: weight",
                )
            for value, weight in values.items():
                good = isinstance(weight, int | float) and not isinstance(weight, bool)
                if not good or not 0 <= weight < 1e6:
                    raise JobError(
                        f"{where}: '{value}' has the weight '{weight}'",
                        fix="a weight is a number from 0 to a million",
                    )
            if not sum(values.values()):
                raise JobError(f"{where}: the weights of '{facet}' add up to 0")
            facets[str(facet)] = {str(value): float(weight) for value, weight in values.items()}
        return facets

    def check_whole(self, raw: Mapping[str, Any], bring: Sequence[str]) -> None:
        """With `count: all` the rows are what they are: no quota can hold, save that of scenarios,
        whose shares the briefs have anyway."""
        raw["quotas"].pop(SCENARIO, None)
        if bring:
            raise JobError(
                f"{self.at(('inputs', bring[0]))}: `count: all` and {bring[0]} do not go together",
                f"the input {bring[0]} says how many rows of each kind are to be kept",
                f"leave count out where {bring[0]} brings one, or give a count",
            )
        for name, there in (("quotas", raw["quotas"]), ("max_briefs", raw.get("max_briefs"))):
            if there:
                raise JobError(
                    f"{self.at((name,))}: `count: all` and {name} do not go together",
                    "all means one row for each row of the inputs, and whatever is good is kept",
                    f"leave {name} out, or give a count",
                )

    def check_quotas(self, job: Job) -> None:
        """Those on facets that rows carry wait until the rows are read."""
        later = any(part.carries() for part in job.inputs.values())
        odds = job.odds
        where = {name: self.at(("quotas", name)) for name in job.quotas}
        for name, quota in job.quotas.items():
            if odds.parts(name) or not later:
                check_quota(where[name], name, quota, job.count, odds, MEASURES)
        check_together(where, Apportioned(job.quotas, odds, job.count))

    def explain(self, error: ValidationError, path: Path_, model: type[BaseModel]) -> JobError:
        """The first complaint of pydantic in our words, and how many more there are."""
        # A key that nobody knows comes first: a field that is missing is often that key misspelt.
        # Of the branches of a union, the one that reads furthest is the one that was meant.
        found = sorted(
            error.errors(), key=lambda e: (e["type"] != "extra_forbidden", -len(e["loc"]))
        )
        first, more = found[0], len(found) - 1
        loc = tuple(step for step in first["loc"] if not str(step).startswith(_BRANCHES))
        full = (*path, *loc)
        field = ".".join(str(step) for step in full)
        rest = f"{more} more in the same place" if more else ""
        known = [f.alias or n for n, f in model.model_fields.items()]
        if first["type"] == "extra_forbidden":
            asked = f"{self.at(full)}: there is no field '{field}'"
            return JobError(asked, nearest(str(loc[-1]), known), rest)
        if first["type"] == "missing":
            return JobError(f"{self.at(full)}: the field '{field}' is missing", rest)
        text = first["msg"].removeprefix("Value error, ")
        given = first["input"]
        # What a validator of ours refuses may be a secret in the wrong place: it is not repeated.
        harmless = first["type"] != "value_error" and isinstance(given, int | float | str)
        shown = f" (given: {given!r})" if harmless else ""
        return JobError(f"{self.at(full)}: {field}: {text}{shown[:120]}", rest)

    def at(self, path: Path_) -> str:
        """`job.yaml, line 7` for the deepest known step of the path, or the option it came by."""
        if path and path[0] in self.given:
            return f"the option '{path[0]}'"
        while path and path not in self.lines:
            path = path[:-1]
        line = self.lines.get(path, 1)
        return f"{self.file.name}, line {line}"
