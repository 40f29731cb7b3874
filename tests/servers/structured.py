"""Structured replies of the test chat server: `response_format` and `tools`, by mode."""

from __future__ import annotations

import re
from typing import Any

from .bodies import ApiError, dumps
from .schemas import schema_value
from .scripts import (
    SCRIPTS,
    Reply,
    Request,
    Script,
    prompt_texts,
    request_digest,
)
from .strict_schemas import strict_error

# What each mode honours; what it does not is refused, but "ignore" takes everything and
# leaves it all to the script.
_HONOURED = {
    "schema": ("text", "json_object", "json_schema", "tools"),
    "tools": ("text", "tools"),
    "object": ("text", "json_object"),
    "refuse": (),
}
MODES = ("ignore", *_HONOURED)
_FORMATS = ("text", "json_object", "json_schema")
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ASKING = ("response_format", "tools", "tool_choice", "parallel_tool_calls")
_NO_PARAMETERS = {"type": "object", "properties": {}}
_WORDS = (
    "amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jolly",
    "kiosk", "lemon", "maple", "north", "ocean", "prism", "quill", "river", "slate", "tulip",
    "umbra", "vivid", "wheat", "zebra", "birch", "coral", "dune", "heron", "lotus", "moss",
)  # fmt: skip


def check_format(mode: str, request: Request) -> None:
    """Raise `ApiError` for a `response_format` or `tools` that the mode does not take."""
    honoured = _HONOURED[mode]
    wanted = request.get("response_format")
    if wanted is not None:
        kind = wanted.get("type") if isinstance(wanted, dict) else None
        if kind not in _FORMATS:
            message = f"Invalid value: {kind!r}. Supported values are: {', '.join(_FORMATS)}."
            raise ApiError(400, message, "invalid_value", "response_format.type")
        if kind not in honoured:
            raise _unsupported("response_format", f" of type '{kind}'")
        if kind == "json_object" and "json" not in " ".join(prompt_texts(request)).lower():
            message = (
                "'messages' must contain the word 'json' in some form, to use "
                "'response_format' of type 'json_object'."
            )
            raise ApiError(400, message, param="messages")
        if kind == "json_schema":
            _check_schema(wanted.get("json_schema"))
    for name in ("tools", "tool_choice"):
        if request.get(name) is not None and "tools" not in honoured:
            raise _unsupported(name)
    _check_tools(request)


def _unsupported(name: str, which: str = "") -> ApiError:
    message = f"Unsupported parameter: '{name}'{which} is not supported with this model."
    return ApiError(400, message, "unsupported_parameter", name)


def _check_name(name: Any, param: str) -> None:
    if name is None:
        message = f"Missing required parameter: '{param}'."
        raise ApiError(400, message, "missing_required_parameter", param)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        message = f"Invalid '{param}': string does not match pattern '^[a-zA-Z0-9_-]+$'."
        raise ApiError(400, message, "invalid_value", param)


def _check_schema(given: Any) -> None:
    at = "response_format.json_schema"
    given = given if isinstance(given, dict) else {}
    _check_name(given.get("name"), f"{at}.name")
    schema = given.get("schema")
    if not isinstance(schema, dict):
        message = f"Missing required parameter: '{at}.schema'."
        raise ApiError(400, message, "missing_required_parameter", f"{at}.schema")
    if given.get("strict") is True and (fault := strict_error(schema)):
        message = f"Invalid schema for response_format '{given['name']}': {fault}"
        raise ApiError(400, message, param="response_format")


def _check_function(function: Any, at: str) -> None:
    function = function if isinstance(function, dict) else {}
    _check_name(function.get("name"), f"{at}.name")
    schema = function.get("parameters", _NO_PARAMETERS)
    fault = None if isinstance(schema, dict) else f"{schema!r} is not of type 'object'."
    if fault is None and function.get("strict") is True:
        fault = strict_error(schema)
    if fault:
        message = f"Invalid schema for function '{function['name']}': {fault}"
        raise ApiError(400, message, "invalid_function_parameters", f"{at}.parameters")


def _check_tools(request: Request) -> None:
    tools, choice = request.get("tools"), request.get("tool_choice")
    if tools is None:
        if choice is not None:
            message = "Invalid value for 'tool_choice': it is only allowed with 'tools'."
            raise ApiError(400, message, param="tool_choice")
        return
    if not isinstance(tools, list) or not tools:
        raise ApiError(400, "'tools' must be a list, not empty", param="tools")
    for i, tool in enumerate(tools):
        _check_function(
            tool.get("function") if isinstance(tool, dict) else None, f"tools[{i}].function"
        )
    if choice in (None, "auto", "none", "required"):
        return
    forced = choice.get("function") if isinstance(choice, dict) else None
    names = [tool["function"]["name"] for tool in tools]
    if not isinstance(forced, dict) or forced.get("name") not in names:
        message = "Tool choice 'function.name' not found in 'tools' parameter."
        raise ApiError(400, message, param="tool_choice")


def _forced_tool(request: Request) -> dict[str, Any] | None:
    """Return the function that must be called, or None when none must."""
    choice = request.get("tool_choice")
    functions: list[dict[str, Any]] = [tool["function"] for tool in request.get("tools") or ()]
    if choice == "required":
        return functions[0]
    if isinstance(choice, dict):
        return next(f for f in functions if f["name"] == choice["function"]["name"])
    return None


def _short_words(schema: dict[str, Any], digest: bytes) -> str:
    """Return one to three short words, as many as the schema's lengths want."""
    count = 1 + digest[1] % 3
    text = " ".join(_WORDS[byte % len(_WORDS)] for byte in digest[2 : 2 + count])
    text = text.ljust(int(schema.get("minLength", 0)), ".")
    return text[: schema.get("maxLength", len(text))]


def honouring(script: Script) -> Script:
    """Return a script that gives checked requests the structured reply they ask for.

    What the script says is taken instead where it is JSON to look at (it begins with a brace
    or bracket) or a whole message (a dict), so that a test can have any wrong reply it wants.
    """
    named = script in SCRIPTS.values()

    def reply(request: Request) -> Reply:
        function = _forced_tool(request)
        wanted = request.get("response_format") or {}
        kind = wanted.get("type", "text")
        # The named scripts would write JSON themselves if they saw that it is asked for.
        seen = {k: v for k, v in request.items() if k not in _ASKING} if named else request
        said = script(seen)
        if not isinstance(said, str) or (function is None and kind == "text"):
            return said
        digest = request_digest(request)
        schema: Any = None
        if function is not None:
            schema = function.get("parameters", _NO_PARAMETERS)
        elif kind == "json_schema":
            schema = wanted["json_schema"]["schema"]
        if said.startswith(("{", "[")):
            text = said
        elif schema is None:
            text = dumps({"reply": said})
        else:
            text = dumps(schema_value(schema, digest, _short_words))
        return text if function is None else _call(request, function["name"], text, digest)

    return reply


def _call(request: Request, name: str, arguments: str, digest: bytes) -> dict[str, Any]:
    call = {
        "id": f"call_{digest.hex()[:24]}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    # OpenAI ends the call of a function that was named with "stop", any other as a call.
    finish = "tool_calls" if request["tool_choice"] == "required" else "stop"
    return {"content": None, "tool_calls": [call], "finish_reason": finish}
