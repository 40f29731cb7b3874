"""The strictest equivalent of a JSON schema, and whether OpenAI's strict mode takes it."""

from __future__ import annotations

import re
from typing import Any

from textsynth.schema import MAPS, Schema, is_a, kinds_of, nodes

# What OpenAI's strict mode refuses: the list of openai-node 6 (src/lib/transform.ts), and of
# pydantic-ai, which tried lengths, bounds and patterns against the API and found them accepted.
_REFUSED = {
    "allOf", "contains", "contentSchema", "dependencies", "dependentRequired", "dependentSchemas",
    "else", "if", "maxProperties", "minProperties", "not", "patternProperties", "prefixItems",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
}  # fmt: skip
_FORMATS = {
    "date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uuid",
}  # fmt: skip
_LOOKAROUND = re.compile(r"(?<!\\)\(\?<?[=!]")
# To close one part of an object that these describe would forbid what the other part names.
_PARTS = {"dependentSchemas", "if", "not", "patternProperties", "unevaluatedProperties"}
_NOISE = ("$schema", "$id", "title", "discriminator")


def tighten(schema: Schema, *, implied: bool) -> tuple[Schema, bool]:
    """The schema without what it leaves open for no reason; whether OpenAI's strict mode takes it.

    Objects get `additionalProperties: false` unless they say otherwise; a property that may be
    null is required, null standing for its absence. `implied`: an object without `required` means
    all of its properties.
    """
    if any(_PARTS & node.keys() or len(node.get("allOf", ())) > 1 for node in nodes(schema)):
        return schema, False
    tightener = _Tightener(implied)
    return tightener.node(schema), tightener.strict


class _Tightener:
    """`strict` falls when something is met that strict mode refuses."""

    def __init__(self, implied: bool) -> None:
        self.strict, self._implied = True, implied

    def node(self, given: Any) -> Any:
        if not isinstance(given, dict):
            self.strict = False
            return given
        made = {key: part for key, part in given.items() if key not in _NOISE}
        for only in made.pop("allOf", ()):
            made = {**only, **made}
        if "oneOf" in made and "anyOf" not in made:
            made["anyOf"] = made.pop("oneOf")
        if "$ref" in made and len(made) > 1:
            # Strict mode wants a reference to stand alone.
            made = {"anyOf": [{"$ref": made.pop("$ref")}], **made}
        if "type" not in made:
            made = _typed(made)
        if "object" in kinds_of(made):
            self._object(made)
        self._judge(made)
        for key in MAPS:
            if isinstance(made.get(key), dict):
                made[key] = {name: self.node(child) for name, child in made[key].items()}
        for key in ("anyOf", "prefixItems"):
            if key in made:
                made[key] = [self.node(child) for child in made[key]]
        for key in ("items", "additionalProperties"):
            if isinstance(made.get(key), dict):
                made[key] = self.node(made[key])
        return made

    def _object(self, made: Schema) -> None:
        if "properties" in made and "anyOf" not in made:
            made.setdefault("additionalProperties", False)
        if made.get("additionalProperties") is not False:
            self.strict = False
        known = made.get("properties", {})
        meant = [name for name, child in known.items() if self._implied and "default" not in child]
        given = made.get("required", meant)
        if not known.keys() >= set(given):
            self.strict = False
            return
        required, properties = [], {}
        for name, child in known.items():
            wanted = name in given or (_nullable(child) and child.get("default") is None)
            if wanted:
                required.append(name)
                if isinstance(child, dict):
                    child = {key: part for key, part in child.items() if key != "default"}
            else:
                self.strict = False
            properties[name] = child
        if "properties" in made:
            made["properties"], made["required"] = properties, required

    def _judge(self, made: Schema) -> None:
        known = made.keys() & {"type", "$ref", "anyOf"}
        items = made.get("items")
        if (
            not known
            or _REFUSED & made.keys()
            or "default" in made
            or made.get("format", "date") not in _FORMATS
            or _LOOKAROUND.search(str(made.get("pattern", "")))
            or ("array" in kinds_of(made) and not isinstance(items, dict))
        ):
            self.strict = False


def _typed(made: Schema) -> Schema:
    """With the type that its other keywords imply, first, where they do."""
    if "properties" in made:
        return {"type": "object", **made}
    values = made["enum"] if "enum" in made else [made["const"]] if "const" in made else []
    for name in ("string", "boolean", "integer", "number", "null"):
        if values and all(is_a(value, name) for value in values):
            return {"type": name, **made}
    return made


def _nullable(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    branches = (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
    return "null" in kinds_of(schema) or any(map(_nullable, branches))
