"""English names by what stands around them: titles, greetings, sign-offs, labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from textsynth.privacy.folding import Page
from textsynth.privacy.gates import some
from textsynth.privacy.name_gates import (
    SELF_WORDS,
    TITLES,
    greeted,
    known_after_space,
    labels,
    signed,
)
from textsynth.privacy.resolving import Candidate
from textsynth.privacy.wordlists import words

_CAP = r"[A-ZÀ-ÖØ-ÞŁŚŠŻŽČĆ]"
_REST = r"[A-Za-zÀ-ÖØ-öø-ž]"
_TOKEN = rf"(?:(?:O|D|Mc|Mac)['’]?)?{_CAP}{_REST}*(?:['’-]{_CAP}{_REST}+)*"
_LINK = r"(?:van der|van den|van de|van|von|de la|de|da|di|del|der|den|bin|ibn|al|el|le|la|ter)"
NAME = rf"{_TOKEN}(?:(?:(?<=(?<![A-Za-z])[A-Z])\. ?| )(?:{_LINK} )?{_TOKEN}){{0,3}}"
_E = rf"(?!{_REST}|['’]{_REST}{{2}})"
FULL = re.compile(rf"{NAME}{_E}")
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Madame|Nurse|Sgt|Sergeant|"
    r"Inspector|Officer|Captain|Rev|Reverend|Judge|Justice)"
)
TITLED = re.compile(
    rf"(?<![A-Za-z])(?:MR|MRS|MS|DR|{_TITLE})\.? ((?:{_CAP}\. ?)*(?:{_LINK} )?{NAME})"
    rf"{_E}"
)
# Cues are looked for in lower case, which is several times faster than ignoring case; what makes
# a name of the words after them is their case in the text itself.
_GREETED = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you(?: so much)?|"
    r"welcome(?: back)?|morning|sorry),? "
)
_AFTER_GREETING = re.compile(r" ?[,.!:;?\n-]|$| and ")
_SELF = re.compile(
    r"(?:my (?:full )?name(?:'s|’s| is)|name is|i am called|call me|i go by|"
    r"the name(?:'s| is)|(?:signed|sworn|witnessed|prepared|reported|approved|written|"
    r"submitted) by|on behalf of|in the name of|under the name(?: of)?|registered to|"
    r"made out to|made payable to|addressed to|named|spoke (?:to|with)|"
    r"speaking (?:to|with)|ask for|care of|c/o):? "
)
_THIS = re.compile(
    r"(?:this is|it'?s|i am|i'm|i’m|my (?:wife|husband|son|daughter|mother|father|brother|"
    r"sister|partner|colleague|manager|boss|neighbour|neighbor|friend|doctor|lawyer|"
    r"solicitor|client|patient|tenant|landlord)(?: is|,)?|patient|client|customer|"
    r"claimant|defendant|plaintiff|tenant|witness|nurse|colleague|agent|advisor|manager|"
    r"from|for|to|with|by) "
)
_SIGNED = re.compile(
    r"(?:regards|sincerely(?: yours)?|yours(?: (?:sincerely|faithfully|truly|ever))?|"
    r"best(?: wishes)?|thanks(?: again)?|thank you|cheers|respectfully|love|all the best|"
    r"cordially),?[!.]? *\n\s{0,4}(?:--? ?)?"
)
_AFTER_SIGNED = re.compile(r" *(?:\n|,|$|\||\()")
PERSON_LABELS = (
    r"full[ _-]?name|first[ _-]?name|last[ _-]?name|surname|given[ _-]?name|family[ "
    r"_-]?name|maiden name|"
    r"(?:customer|client|patient|guest|caller|buyer|seller|tenant|landlord|employee|"
    r"student|parent|member|policy[ _-]?holder|claimant|insured|contact|recipient|"
    r"sender|passenger|applicant|doctor|agent|billing|shipping|user|borrower|holder)(?"
    r":'s)?[ _-]?(?:full[ _-]?)?name|"
    r"(?:account|card|policy)[ _-]?holder|holder|cardholder|name on (?:card|account)|"
    r"contact(?: person)?|attn|attention|patient|client|customer|caller|guest|tenant|"
    r"landlord|claimant|defendant|plaintiff|petitioner|respondent|witness|beneficiary|"
    r"payee|payer|next of kin|emergency contact|guardian|spouse|deceased|executor|"
    r"recipient|deliver to|ship to|bill to|sold to|signed|signature|signed by|"
    r"prepared by|served by|cashier|agent|assigned to|assignee|attorney|counsel|"
    r"physician|referring (?:doctor|physician|gp)|seen by|gp|author|from|to|cc|re|"
    r"requested by|reported by|buyer|seller|lessee|lessor|driver|employee|manager|"
    r"advisor|adviser"
)
_LABEL = re.compile(
    rf"(?:{PERSON_LABELS}|name)[\"'*)]{{0,3}} ?(?:[:=|]|\t)[ \t\"'*|]{{0,6}}(?=[^\W0-9_])"
)
_SPEAKER = re.compile(
    rf"(?m:^)(?:[>*\- ]{{0,4}}(?:[\[(][^\])\n]{{3,25}}[\])] ?|[0-9]{{1,2}}[:.][0-9]"
    rf"{{2}}(?:[:.][0-9]{{2}})? ?(?:[AaPp]\.?[Mm]\.?)?,? ?(?:- ?|\| ?)?)?)\**({NAME})"
    rf"{_E}\**(?: ?[\[(][^\])\n]{{1,25}}[\])])? ?[:>] "
)
_OTHER = re.compile(
    r"(?i:product|file|brand|company|project|host|domain|item|model|trade|business|"
    r"table|column|server|class|event|course|app|team|branch|bank|street|school|dish|"
    r"recipe|drug|plan|package|display|host|common|brand|path|ship's|pet|song)[ _-]?$"
)
# Labels that stand before other things too: a speaker's line, a product, a company.
_LOOSE = frozenset(
    words(
        "from to cc re author agent customer client patient caller guest contact manager "
        "employee "
        "advisor adviser buyer seller driver witness attention recipient holder gp"
    )
)
_PERSONAL = re.compile(
    r"(?i:phone|e-?mail|address|dob|birth|mobile|\btel\b|ssn|account|gender|age\b)"
)
_FILLED = re.compile(r" *(?:\n|$|[|,;\"(\t\u00b7]|- )")
_ORGANISATION = frozenset(
    words(
        "ltd limited inc llc plc corp company group bank services service logistics department "
        "team office clinic hospital centre center university college school solutions partners "
        "associates holdings gmbh council court agency institute foundation"
    )
)
_CAPITAL = re.compile(_CAP)
_LINE_END = re.compile(r", ?\n")
_LAST_FIRST = re.compile(rf"({_TOKEN}), ({_TOKEN}(?: {_CAP}\.?)?){_E}")
_LOWER = re.compile(r"[a-z]{2,20}(?: [a-z]\.?)? [a-z'-]{2,20}(?![a-z])")
STOP = frozenset(
    words(
        """
    md phd esq rn cpa jd mba frcs obe qc kc dds
    customer sir madam team all colleagues colleague hiring manager friend friends valued members
    member parents parent santa diary guest guests everyone everybody there world again support
    bank ltd limited department dept services service office company group inc llc plc corp
    clinic hospital centre center whippy bean muscle kipling pepper potato right men martens
    oetker universe world america korea sloane jekyll hyde who strange seuss clean darcy sandman
    magoo fox toad incredible bond robot monday tuesday wednesday thursday friday saturday sunday
    january february march april june july august september october november december the a an
    and or of in on at for with from to this that these those your our my his her their its it i
    we you he she they not no yes ok okay sorry thanks thank please dear hi hello hey good
    morning afternoon evening best kind regards sincerely yours account order number date name
    address phone email mail mobile subject note notes total amount price item invoice agent
    client patient caller user admin administrator assistant system operator resident residents
    tenant tenants owner applicant student students doctor nurse teacher professor reader readers
    subscriber shareholder sales billing marketing finance accounts human resources legal counsel
    general reception street road avenue lane court house city county state school university
    college london england york american british english korean chinese french german european
    kingdom united states north south east west new royal national international global central
    online digital branch desk line help care delivery returns warranty premium standard basic
    pro plus max mini free monthly annual weekly happy merry christmas easter birthday holiday
    great big small high low first second third last next what when where why how who which if is
    are was were be been am do does did have has had can could will would shall should may might
    must
    """
    )
) - {"may"}


@cache
def first_names() -> frozenset[str]:
    """English given names in lower case."""
    from faker.providers.person.en_GB import Provider as British
    from faker.providers.person.en_US import Provider as American

    known = {str(name).lower() for kind in (American, British) for name in kind.first_names}
    return (
        frozenset(
            known
            | set(
                words(
                    """
    alex sam chris ben kate liz tom tim jim bob bill mike dave steve joe dan ed nick tony matt
    rob priya raj anil sanjay fatima ahmed mohammed muhammad omar aisha yusuf wei mei jun li chen
    hiroshi yuki sofia mateo diego lucia carlos jose juan maria luis ana pablo elena ivan olga
    dmitri svetlana niamh siobhan aoife liam sean ciaran oluwaseun chioma kwame amara zainab
    tunde nkechi minsu jiwon soyeon jihoon seoyeon minji oliver amelia isla harriet imogen
    rosalind beatrice clara eleanor
    """
                )
            )
        )
        - STOP
    )


@cache
def last_names() -> frozenset[str]:
    """English family names in lower case."""
    from faker.providers.person.en_GB import Provider as British
    from faker.providers.person.en_US import Provider as American

    return frozenset(str(n).lower() for kind in (American, British) for n in kind.last_names) - STOP


def english_names(page: Page) -> Iterator[Candidate]:
    """Names with a cue. What stands alone without one is left to the caller's second look."""
    text = page.text
    if not _CAPITAL.search(text) and "name" not in page.low:
        return
    low = page.low
    for match in TITLED.finditer(text) if some(text, TITLES) else ():
        yield from _person(text, *match.span(1), 0)
    for match in _cued(_SELF, page) if some(low, SELF_WORDS) else ():
        yield from _person(text, *match.span(), 0)
    for match in _cued(_SIGNED, page, _AFTER_SIGNED) if signed(low) else ():
        yield from _person(text, *match.span(), 0)
    for match in _cued(_GREETED, page, _AFTER_GREETING) if greeted(page) else ():
        sure = page.low.startswith("dear ", match.start() - 5) or bool(
            _LINE_END.match(text, match.end())
        )
        yield from _person(text, *match.span(), 0 if sure else 1)
    for match in _cued(_THIS, page) if known_after_space(text, first_names()) else ():
        yield from _person(text, *match.span(), 2)
    for match in _LABEL.finditer(low) if labels(low) else ():
        if not _inside(page.low, match.start()):
            yield from labelled(text, match)
    for match in _SPEAKER.finditer(text) if some(text, (": ", "> ")) else ():
        yield from _person(text, *match.span(1), 1)


def _cued(
    cue: re.Pattern[str], page: Page, after: re.Pattern[str] | None = None
) -> Iterator[re.Match[str]]:
    """The capitalised words right after a cue."""
    for match in cue.finditer(page.low):
        name = FULL.match(page.text, match.end())
        if not name or _inside(page.low, match.start()):
            continue
        if after is None or after.match(page.text, name.end()):
            yield name


def _inside(low: str, at: int) -> bool:
    """Whether a place is in the middle of a word."""
    return at > 0 and (low[at - 1] == "_" or (low[at - 1].isascii() and low[at - 1].isalpha()))


def labelled(text: str, match: re.Match[str]) -> Iterator[Candidate]:
    """The name after `Name:` and the like."""
    label = match[0].strip(" \t:=|\"'*)").lower()
    if label == "name" and _OTHER.search(text[max(0, match.start() - 12) : match.start()]):
        return
    if label == "name":
        personal = _PERSONAL.search(text, match.end(), match.end() + 160)
        yield from cell(text, match.end(), True, bool(personal))
    else:
        yield from cell(text, match.end(), label in _LOOSE or "|" in match[0])


def cell(text: str, start: int, doubtful: bool, alone: bool = True) -> Iterator[Candidate]:
    """A name that fills a cell: "Doe, Jane", "JANE DOE", "jane doe" or in plain case.

    `doubtful`: it must be a known name, or, where `alone` says so, two words and nothing else.
    """
    turned = _LAST_FIRST.match(text, start)
    if turned and turned[2].split()[0].lower() in first_names() - {turned[1].lower()}:
        yield Candidate("name", *turned.span(), 1)
    elif match := FULL.match(text, start):
        filled = alone and " " in match[0] and _FILLED.match(text, match.end())
        yield from _person(text, *match.span(), 1 if doubtful and not filled else 0)
    elif match := _LOWER.match(text, start):
        words = match[0].split()
        if words[0] in first_names() and words[-1] in last_names():
            yield Candidate("name", *match.span(), 1)


def _person(text: str, start: int, end: int, doubt: int) -> Iterator[Candidate]:
    """The span cut to what can be a name. `doubt` 1: a known name must be in it; 2: a known given
    name and a second word."""
    spans = [(m.start() + start, m.end() + start) for m in re.finditer(r"[^\s.]+", text[start:end])]
    kept: list[tuple[int, int]] = []
    for first, last in spans:
        word = text[first:last].lower()
        if word in _ORGANISATION:
            return
        if word in STOP:
            break
        kept.append((first, last))
    while kept and re.fullmatch(_LINK, text[kept[-1][0] : kept[-1][1]]):
        kept.pop()
    if not kept or all(last - first < 2 for first, last in kept):
        return
    lows = [text[first:last].lower() for first, last in kept]
    if doubt == 1 and not (
        lows[0] in first_names() or (len(lows) > 1 and lows[-1] in last_names())
    ):
        return
    if doubt == 2 and (lows[0] not in first_names() or len(lows) < 2):
        return
    yield Candidate("name", kept[0][0], kept[-1][1], 1 if doubt == 0 else 0)
