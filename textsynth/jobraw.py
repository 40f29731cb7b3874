"""The raw values of a job file, put in order before they become a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textsynth.apportion import share
from textsynth.cells import BY
from textsynth.errors import JobError
from textsynth.measures import known
from textsynth.methods import SHELF as METHODS
from textsynth.methods import Method
from textsynth.records import Shares
from textsynth.scenarios import FACET as SCENARIO
from textsynth.scenarios import Scenarios
from textsynth.walk import rounded


def text_keys(quotas: Any) -> Any:
    """Quotas with their values as text, as facets have them: {1: 4} means {"1": 4}."""
    if not isinstance(quotas, dict):
        return quotas
    return {
        str(facet): {str(value): rows for value, rows in cells.items()}
        if isinstance(cells, dict)
        else cells
        for facet, cells in quotas.items()
    }


def with_like(raw: dict[str, Any]) -> Any:
    """The inputs of a job, with `like`, which may stand beside them for short, among them."""
    inputs = raw.get("inputs")
    if "like" not in raw or not isinstance(inputs, dict | None):
        return inputs
    return {**(inputs or {}), "like": raw.pop("like")}


def put_shares(raw: dict[str, Any], shares: Shares | None) -> None:
    """Puts facets, quotas and count that an input brings under those that the job names."""
    if shares is None:
        return
    raw["vary"] = {**{f: rounded(w) for f, w in shares.vary.items()}, **raw["vary"]}
    quotas = dict(shares.quotas)
    if shares.count is not None and raw.setdefault("count", shares.count) != shares.count:
        # A count of its own makes a smaller (or larger) set in the same proportions.
        count = raw["count"] if isinstance(raw["count"], int) else 0
        quotas = {f: q if q == "exact" else share(q, count) for f, q in quotas.items()}
    raw["quotas"] = {**quotas, **raw["quotas"]}


def put_scenarios(raw: dict[str, Any], home: Path) -> Scenarios:
    """Reads the scenarios of a job, and makes them a facet whose shares hold among kept rows."""
    found = Scenarios.read(raw["scenarios"], home)
    if SCENARIO in raw["vary"]:
        raise JobError(
            f"vary has a facet '{SCENARIO}', and the job has scenarios", fix="keep one of them"
        )
    raw["vary"][SCENARIO] = rounded(found.shares())
    raw["quotas"].setdefault(SCENARIO, "exact")
    return found


def put_measured(raw: dict[str, Any]) -> dict[str, Any]:
    """Takes the quotas out that are on what is known only of written rows, and gives them back.

    A facet goes before a property of the same name; in a product, facets may stand beside one.
    """
    facets = {*raw["vary"], *getattr(raw.get("method"), "facets", {})}
    found = {}
    for name in list(raw["quotas"]):
        parts = [part.strip() for part in name.split(BY)]
        open_parts = [part for part in parts if part not in facets]
        if open_parts and all(known(part) for part in open_parts):
            found[name] = raw["quotas"].pop(name)
    return found


def roles_of(method: Method) -> list[str]:
    """The roles of a method and of the methods of its stages."""
    roles = set(method.roles.values())
    for stage in method.stages():
        roles |= set(METHODS.load(stage.method).roles.values())
    return sorted(roles)
