"""Stories, poems, scenes and dialogues, each from something drawn that no other row has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field

from textsynth.asking import Ask
from textsynth.errors import ReplyError
from textsynth.methods import Method
from textsynth.methods import _lines as lines
from textsynth.methods._limits import Limit, drawn
from textsynth.methods._pieces import FORMS, bare, cliche, form_fault, missing, unquoted, useless
from textsynth.methods._requests import plain_request
from textsynth.methods._things import CONCEPTS, DOMAINS, NAMES, THINGS
from textsynth.methods._turns import tidy
from textsynth.records import Brief, Closing, Draft, Table

TAKES = 4
"""Pieces that one brief tries."""

CLICHES = 2
"""Pieces with a worn-out opening or name after which the brief is given up."""

_ABOUT = re.compile(
    r"\W*(?:(?:the|a|my|their)?\s*request(?:s|ing)?\b"
    r"|(?:somebody|someone|they|the person|the user)\b|요청\s*:)"
    r"|.*\b(?:would you like|do you want|please provide|could you provide)\b",
    re.IGNORECASE,
)
"""How a line about a request begins, which is none."""


@dataclass(frozen=True, slots=True)
class Idea:
    """What a piece is made from: the things that it must name, and the limits that it keeps."""

    form: str
    things: Sequence[str] = ()
    limits: Sequence[Limit] = ()
    names: Sequence[str] = field(default=())
    """First names for whoever needs one; none in languages that no list is of."""

    def sought(self, brief: Brief, *more: str) -> list[str]:
        """What a text of this brief must name, by its letters; nothing that stands in another
        language than the text: an English word is no word of a Swahili story."""
        if brief.language not in lines.READ:
            return []
        topic = brief.fields.get("topic") or {}
        foreign = topic.get("language") or brief.language
        apart = {topic.get("name")} if foreign != brief.language else set()
        return [thing for thing in (*more, *self.things) if thing not in apart]


class Creative(Method):
    """A request as a person would put it, and the piece of writing.

    The facet `technique` says what makes the piece: an analogy (a concept, the topic where there is
    one, told through a familiar field), a combination (two things of different kinds, drawn from
    lists), or a constraint (such as a number of lines, a first word, a letter that may not occur,
    an acrostic), which is checked. `form`: story, poem, scene, dialogue, or words of your own, such
    as "a limerick", which are not checked. Worn-out openings and names are refused once. In
    languages other than English and Korean, texts are not searched for the things that they are to
    name, and constraints are numbers of lines or sentences; a topic that is named in another
    language than the job's is not searched for either.

    Columns: `request`, `piece`, `things`, `constraints`, `request_by` (model, or list where the
    model put the request wrongly three times and one of set wordings stands in).
    """

    constraints: int = Field(default=1, ge=1, le=3)
    """Constraints of a piece with the technique `constraint`."""

    system: str = ""
    """A system message to put before each row of the dataset; none when empty."""

    steps: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "request": ("kind_of_piece", "things", "limits", "pick"),
        "piece": ("request", "kind_of_piece", "limits", "names", "problem"),
    }
    roles: ClassVar[Mapping[str, str]] = {"request": "asker", "piece": "writer"}
    may_use: ClassVar[tuple[str, ...]] = ("topic", "persona", "examples")
    reads: ClassVar[tuple[str, ...]] = ("topic",)
    facets: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "technique": ("analogy", "constraint", "combination"),
        "form": ("story", "poem", "scene", "dialogue"),
    }
    closed: ClassVar[Mapping[str, tuple[str, ...]]] = {"technique": facets["technique"]}

    varies: ClassVar[bool] = True

    async def write(self, brief: Brief, ask: Ask) -> Draft:
        """One piece. Raises ReplyError, with the last fault, when none of the replies will do."""
        idea = self._idea(brief)
        request, by = await self._request(brief, ask, idea)
        piece = await self._piece(brief, ask, idea, request)
        turns = [("user", request), ("assistant", piece)]
        if self.system:
            turns.insert(0, ("system", self.system))
        columns = {
            "request": request, "piece": piece, "things": list(idea.things),
            "constraints": [limit.words(brief.language) for limit in idea.limits],
            "request_by": by,
        }  # fmt: skip
        return Draft([{"role": role, "content": said} for role, said in turns], columns)

    def _idea(self, brief: Brief) -> Idea:
        form, technique, code = brief.facets["form"], brief.facets["technique"], brief.language
        topic = (brief.fields.get("topic") or {}).get("name", "")

        def one(lists: Mapping[str, Sequence[str]], name: str) -> str:
            words = lists.get(code, lists["en"])
            return words[brief.number(name, 0, len(words) - 1)]

        if technique == "constraint":
            things: list[str] = [topic] if topic else []
            limits = drawn(brief, form, self.constraints, code)
        elif technique == "analogy":
            things, limits = [topic or one(CONCEPTS, "concept"), one(DOMAINS, "domain")], []
        else:
            lists = THINGS.get(code, THINGS["en"])
            kinds = list(lists)
            first = brief.number("kind", 0, len(kinds) - 1)
            other = (first + 1 + brief.number("other kind", 0, len(kinds) - 2)) % len(kinds)
            things = [
                lists[kinds[at]][brief.number(f"thing {n}", 0, len(lists[kinds[at]]) - 1)]
                for n, at in enumerate((first, other))
            ]
            limits = []
        return Idea(form, things, limits, _names(brief))

    async def _request(self, brief: Brief, ask: Ask, idea: Idea) -> tuple[str, str]:
        """(what the person writes, who put it so)."""
        called, code = (
            FORMS.get(brief.language, FORMS["en"]).get(idea.form, idea.form),
            brief.language,
        )
        limits = [limit.words(code) for limit in idea.limits]
        raw, named = "", idea.sought(brief, called.split()[-1])
        for take in range(3):
            reply = await ask(
                "request", take=take, kind_of_piece=called, things=list(idea.things),
                limits=limits, pick=brief.number("wording", 0, 999) + take,
            )  # fmt: skip
            raw, text = reply.text, tidy(reply.text)
            wrong = lines.refuses(text) or "\n\n" in text or len(text.split()) > 80
            wrong = wrong or bool(_ABOUT.match(text))
            told = all(limit.told_by(text) for limit in idea.limits)
            if text and told and not wrong and not missing(text, named):
                return text, "model"
        plain = plain_request(brief, called, idea.things, limits)
        if not plain:
            raise ReplyError("the model wrote no request with all that it is to name", raw)
        return plain, "list"

    async def _piece(self, brief: Brief, ask: Ask, idea: Idea, request: str) -> str:
        called = FORMS.get(brief.language, FORMS["en"]).get(idea.form, idea.form)
        limits = [limit.words(brief.language) for limit in idea.limits]
        problem, raw, worn = "", "", 0
        for take in range(TAKES):
            reply = await ask(
                "piece", take=take, request=request, kind_of_piece=called, limits=limits,
                names=list(idea.names), problem=problem,
            )  # fmt: skip
            raw, text = reply.text, bare(reply.text)
            text = unquoted(text) if idea.form == "dialogue" else text
            problem = useless(text, request) or form_fault(text, idea.form)
            problem = problem or next((f for x in idea.limits if (f := x.fault(text))), "")
            problem = problem or missing(text, idea.sought(brief))
            if reply.finish == "length":
                problem = "it is too long: it was cut"
            if not problem and (found := cliche(text)):
                problem, worn = found, worn + 1
                if worn == CLICHES:
                    break
            if not problem:
                return text
        raise ReplyError(f"the piece is of no use: {problem}", raw)

    def closing(self, closing: Closing) -> Sequence[Table]:
        """Per form: rows, and how many of them open with words that no other row opens with."""
        found: dict[str, list[str]] = {}
        for sample in closing.kept:
            opening = " ".join(sample.columns["piece"].split()[:3]).casefold()
            found.setdefault(sample.facets.get("form", ""), []).append(opening)
        made = []
        for form, openings in sorted(found.items()):
            often = max(sorted(set(openings)), key=openings.count)
            same = openings.count(often)
            shown = f"{often} ({same})" if same > 1 else ""
            made.append((form, len(openings), len(set(openings)), shown))
        head = ("form", "rows", "different openings", "most frequent")
        return [Table("First three words of the pieces", head, tuple(made))] if made else []


def _names(brief: Brief) -> list[str]:
    """Two first names that are not the ones that models always use."""
    pool = NAMES.get(brief.language, ())
    if not pool:
        return []
    start = brief.number("name", 0, len(pool) - 1)
    step = brief.number("next name", 1, len(pool) - 1)
    return [pool[start], pool[(start + step) % len(pool)]]
