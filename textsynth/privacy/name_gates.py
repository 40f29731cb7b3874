"""What must be there for the patterns of English names to find anything; see `gates`."""

from __future__ import annotations

import re
from collections.abc import Collection

from textsynth.privacy import gates
from textsynth.privacy.folding import Page

CAPITALS = "A-ZÀ-ÖØ-ÞŁŚŠŻŽČĆ"
TITLES = (
    *("Mr", "Ms", "Miss", "Mx", "Dr", "Prof", "Sir", "Dame", "Madame", "Nurse", "Sgt", "Sergeant"),
    *("Inspector", "Officer", "Captain", "Rev", "Judge", "Justice", "MR", "MS", "DR"),
)
SELF_WORDS = (
    *("name", "i am called", "call me", "i go by", "signed by", "sworn by", "witnessed by", "c/o"),
    *("prepared by", "reported by", "approved by", "written by", "submitted by", "on behalf of"),
    *("registered to", "made out to", "made payable to", "addressed to", "spoke ", "speaking "),
    *("ask for", "care of"),
)
_GREETINGS = tuple(
    word + comma
    for word in (
        *("dear", "hi", "hello", "hey", "morning", "afternoon", "evening", "thanks", "thank you"),
        *("so much", "welcome", "welcome back", "sorry"),
    )
    for comma in ("", ",")
)
_TO_CAPITAL = re.compile(f" (?=[{CAPITALS}])")
_SIGN_OFFS = (
    *("regards", "sincerely", "yours", "faithfully", "truly", "ever", "best", "wishes", "thanks"),
    *("again", "thank you", "cheers", "respectfully", "love", "cordially"),
)
_SIGN = re.compile("[:=|\t]")
_LABEL_ENDS = (
    *("name", "holder", "on card", "on account", "contact", "person", "attn", "attention"),
    *("client", "patient", "customer", "caller", "guest", "tenant", "landlord", "claimant"),
    *("defendant", "plaintiff", "petitioner", "respondent", "witness", "beneficiary", "payee"),
    *("payer", "kin", "guardian", "spouse", "deceased", "executor", "recipient", "to", "signed"),
    *("signature", "by", "cashier", "agent", "assignee", "attorney", "counsel", "physician"),
    *("doctor", "gp", "author", "from", "cc", "re", "buyer", "seller", "lessee", "lessor"),
    *("driver", "employee", "manager", "advisor", "adviser"),
)
_AFTER_SPACE = re.compile(rf"(?<= )[{CAPITALS}](?:[A-Za-zÀ-ÖØ-öø-ž]|['’-])*")


def greeted(page: Page) -> bool:
    """Whether a capital stands right after a greeting."""
    if gates.OPEN:
        return True
    spaces = _TO_CAPITAL.finditer(page.text)
    return any(page.low.endswith(_GREETINGS, 0, match.start()) for match in spaces)


def signed(low: str) -> bool:
    """Whether a line ends as the one before a signature."""
    lines = low.split("\n")[:-1]
    return gates.OPEN or any(line.rstrip(" ,!.").endswith(_SIGN_OFFS) for line in lines)


def labels(low: str) -> bool:
    """Whether a word that can end a label stands before a sign."""
    if gates.OPEN:
        return True
    for match in _SIGN.finditer(low):
        head = low[max(0, match.start() - 28) : match.start()].rstrip(" \"'*)")
        if head.endswith(_LABEL_ENDS):
            return True
    return False


def known_after_space(text: str, known: Collection[str]) -> bool:
    """Whether one of the given names stands after a space."""
    if gates.OPEN:
        return True
    for match in _AFTER_SPACE.finditer(text):
        word = match[0].lower()
        if word in known or re.split("['’-]", word, maxsplit=1)[0] in known:
            return True
    return False
