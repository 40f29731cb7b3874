"""Web pages without the text that no reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from textsynth.hidden import note
from textsynth.injection import scan

_SUSPECT = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size|opacity|text-indent|color"
    r"|position|clip|<!--|<template|\bhidden\b|aria-hidden|<img|<meta|title\s*=|\btransform\b"
    r"|(?:height|width)\s*:\s*0", re.I,
)  # fmt: skip
_WHITE = re.compile(
    r"white|#f[a-f]{2}\b|#f[a-f]f[a-f]f[a-f]\b|rgba?\(\s*25\d\s*,\s*25\d\s*,\s*25\d", re.I
)
_LENGTH = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|%|vw|vh)?")
_FAR = -500.0
_TINY = {"px": 2.0, "pt": 1.5, "em": 0.15, "rem": 0.15, "%": 15.0}
_RULE = re.compile(r"([^{}]{1,200})\{([^{}]{1,2000})\}")
_SIMPLE = re.compile(r"(?:([a-z][a-z0-9]*)?([.#])([\w-]+))", re.I)
_MOST_ARIA = 0.3
"""Share of a page's text that may go for `aria-hidden`, which people see all the same."""

_ATTRIBUTES = ("alt", "title", "content", "aria-label", "placeholder")


def visible_html(page: str, source: str) -> str:
    """The page without unseen text; the very same string where there is none.

    Rules of a style sheet, `aria-hidden` on large parts and white text whose ground is unknown
    take text out only where it tries to instruct: they also hide answers that unfold.
    """
    if not _SUSPECT.search(page):
        return page
    import lxml.etree
    import lxml.html

    try:
        parser = lxml.html.HTMLParser(encoding="utf-8")
        tree = lxml.html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (ValueError, lxml.etree.LxmlError):
        return page
    rules = _rules(tree)
    whole = len(tree.text_content()) or 1
    gone = False
    for element in list(tree.iter()):
        if _inside_removed(element, tree):
            continue
        if element.tag is lxml.etree.Comment:
            text = element.text or ""
            if scan(text):
                note(source, "comment", text)
                element.drop_tree()
                gone = True
            continue
        if not isinstance(element.tag, str):
            continue
        gone = _attributes(element, source) or gone
        kind = _hidden(element, rules)
        if kind is None or element.tag in ("html", "body", "head", "script", "style", "input"):
            continue
        text = element.text_content()
        sure = not kind.endswith("?") and not (
            kind == "aria-hidden" and len(text) > _MOST_ARIA * whole
        )
        if text.strip() and (sure or scan(text)):
            note(source, kind.rstrip("?"), text)
            element.drop_tree()
            gone = True
    return str(lxml.html.tostring(tree, encoding="unicode")) if gone else page


def _inside_removed(element: Any, tree: Any) -> bool:
    top = element
    while (above := top.getparent()) is not None:
        top = above
    return top is not tree


def _attributes(element: Any, source: str) -> bool:
    """Takes out what tries to instruct in an attribute; whether there was any."""
    gone = False
    for name in _ATTRIBUTES:
        text = element.get(name)
        if text and len(text) > 8 and scan(text):
            note(source, f"attribute {name}", text)
            del element.attrib[name]
            gone = True
    return gone


def _hidden(element: Any, rules: Mapping[str, Mapping[str, str]]) -> str | None:
    """How the element is hidden; with `?` where that is not sure."""
    if element.tag == "template":
        return "template"
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return "hidden"
    own = _declarations(element.get("style") or "")
    kind = _by_style(own) or _by_colour(element, own)
    if kind:
        return kind
    if element.tag == "font" and _WHITE.match((element.get("color") or "").strip()):
        return "white text" if _on_white(element) else "white text?"
    for name, style in _ruled(element, rules):
        if found := _by_style(style):
            return f"{found} by {name}?"
    return "aria-hidden" if element.get("aria-hidden") == "true" else None


def _by_style(style: Mapping[str, str]) -> str | None:
    if style.get("display", "").startswith("none"):
        return "display:none"
    if style.get("visibility", "").split(" ")[0] in ("hidden", "collapse"):
        return "visibility:hidden"
    if (size := _length(style.get("font-size", ""))) and size[0] <= _TINY.get(size[1], 0.0):
        return "font-size"
    opacity = _length(style.get("opacity", ""))
    if opacity and opacity[0] < 0.05:
        return "opacity"
    if style.get("position", "").split(" ")[0] in ("absolute", "fixed") and any(
        (place := _length(style.get(side, ""))) and place[0] <= _FAR
        for side in ("left", "top", "right", "bottom")
    ):
        return "off-screen"
    for side in ("text-indent", "margin-left", "margin-top"):
        if (place := _length(style.get(side, ""))) and place[0] <= _FAR:
            return "off-screen"
    shut = style.get("overflow", "").startswith("hidden") and any(
        (size := _length(style.get(name, ""))) and size[0] == 0
        for name in ("height", "width", "max-height", "max-width")
    )
    return "no size" if shut or "scale(0)" in style.get("transform", "") else None


def _by_colour(element: Any, style: Mapping[str, str]) -> str | None:
    colour = style.get("color", "")
    if colour.startswith("transparent") or re.match(r"rgba\([^)]*,\s*0?\.?0+\s*\)", colour):
        return "transparent text"
    ground = style.get("background-color", style.get("background", ""))
    if colour and colour == ground:
        return "text in the colour of its ground"
    if not _WHITE.match(colour):
        return None
    return "white text" if _on_white(element) else "white text?"


def _on_white(element: Any) -> bool:
    """Whether nothing around the element can give it another ground than white."""
    place = element
    while place is not None and isinstance(place.tag, str):
        style = _declarations(place.get("style") or "")
        ground = style.get("background-color", style.get("background", ""))
        if not ground:
            ground = place.get("bgcolor") or ""
        if ground:
            return bool(_WHITE.match(ground))
        if place.get("class") or place.get("id"):
            return False
        place = place.getparent()
    return True


def _declarations(style: str) -> dict[str, str]:
    parts = (part.partition(":") for part in style.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in parts if value}


def _length(value: str) -> tuple[float, str] | None:
    match = _LENGTH.match(value.strip())
    return (float(match[1]), match[2] or "px") if match else None


def _rules(tree: Any) -> dict[str, dict[str, str]]:
    """`.class`, `#id` → declarations, from the style sheets in the page."""
    found: dict[str, dict[str, str]] = {}
    for sheet in tree.iter("style"):
        for match in _RULE.finditer(sheet.text or ""):
            style = _declarations(match[2])
            for selector in match[1].split(","):
                if simple := _SIMPLE.fullmatch(selector.strip()):
                    found.setdefault(simple[2] + simple[3], {}).update(style)
    return found


def _ruled(
    element: Any, rules: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    names = [f".{name}" for name in (element.get("class") or "").split()]
    if element.get("id"):
        names.append(f"#{element.get('id')}")
    yield from ((name, rules[name]) for name in names if name in rules)
