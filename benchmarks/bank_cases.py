"""Invented messages to a bank, complaints and reports of fraud, from a grammar; and a writer of
such messages for a scripted endpoint, with words of its own and mistakes on purpose."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from tests.servers.scripts import prompt_texts

COMMON, RARE = "complaint", "fraud report"

_FILL = {
    "sum": "£12.50|£40|£64.99|£119|£250|£480|£735|£1,200|£2,150|£3,400|£9.99|£18|£310|£89.90",
    "day": "on Monday|last Tuesday|on the 3rd|yesterday|this morning|on Friday night|last week|"
    "two days ago|on the 28th|over the weekend|at 2 a.m.|on my birthday|during my holiday",
    "who": "my mother|my husband|my daughter|my business partner|my flatmate|my aunt|a friend|I",
    "shop": "a games site|a shoe shop|a petrol station|a hotel in Porto|an online market|a "
    "streaming service|a travel agency|a supermarket|a gym|an airline|a phone shop|a bookmaker",
    "city": "Leeds|Lisbon|Busan|Cardiff|Lagos|Austin|Utrecht|Derry|Malaga|Osaka|Exeter|Riga",
    "via": "by text|by email|on the phone|in the app|through a link|in a chat|by post|at the till",
}
_OPEN = (
    "Hello,|Hi there.|Good morning,|To whom it may concern,|Hi,|Dear team,|||||Sorry to bother you"
    " but|Urgent:|Please read this.|Second message today."
)
_CLOSE = (
    "Please help.|I want my {sum} back.|What happens now?|Please call me back.|I am waiting.|"
    "This is not acceptable.|Please block the card.|Can you refund it?|Thank you.|||||I have been a"
    " customer for nine years.|Please look into it today.|I am very upset."
)
# Both kinds speak of money that went, cards, texts and refunds: one clause tells them apart.
_SHARED = (
    "There is a payment of {sum} to {shop} on my account.|{sum} left my account {day}.|My card was "
    "declined {day}.|I got a message {via} about my account.|A payment of {sum} is missing.|"
    "The card is blocked now.|I noticed it {day} when I checked the app.|It says {shop}, {city}."
)
_KINDS: dict[str, tuple[tuple[int, str], ...]] = {
    COMMON: (
        (9, "You charged me {sum} for an overdraft I never agreed to.|I was billed {sum} twice for "
         "the same service {day}.|The monthly fee went up to {sum} without notice.|Why do I pay "
         "{sum} for a statement?|I cancelled the package and you still took {sum}."),
        (7, "I waited {day} for an hour and nobody picked up.|Your adviser hung up on {who}.|The "
         "branch in {city} was closed although the site said it was open.|Your agent was rude to "
         "{who} {day}.|I was passed on four times {via}."),
        (6, "I paid {shop} by mistake and want to take it back.|I returned the goods to {shop} and "
         "the refund of {sum} is not here.|{shop} took the subscription I forgot to cancel.|I "
         "bought it myself at {shop}, but the amount should be {sum}."),
        (5, "The transfer to {city} takes longer than you promised.|I typed one digit wrong and "
         "{sum} went to another account.|The standing order went out twice {day}.|My salary of "
         "{sum} still shows as pending."),
        (4, "Your security check stops every payment I make.|The card was frozen for no reason and "
         "I stood at the till in {city}.|Your fraud team blocked my own payment to {shop}.|I had "
         "to prove who I am three times {day}."),
        (3, "The app crashes when I open statements.|Since the update I cannot log in.|Face login "
         "fails {day}.|The app shows another balance than the machine in {city}."),
        (2, "I got five marketing texts {day} and asked you to stop.|The letter about my account "
         "came to the old address.|Your text about the new rates is misleading."),
    ),
    RARE: (
        (8, "I never bought anything from {shop} and did not give the card to anybody.|I do not "
         "know {shop} and was asleep at that time.|Someone used my card number in {city}; I was at "
         "home.|Three payments I never made: {sum} each."),
        (6, "A caller who said he was from your bank had me move {sum} to a safe account.|The man "
         "on the phone knew my address, so I read him the code.|They told {who} to transfer {sum} "
         "at once or lose it all."),
        (4, "I typed my password on a page that was not yours.|The link looked like your site and "
         "now somebody else is logged in.|After I tapped it my phone number was changed in the "
         "app."),
        (3, "My bag was stolen in {city} and somebody pays contactless with the card.|The wallet "
         "was taken {day} and {sum} was drawn at a machine.|My card never came and has been used."),
        (2, "A loan of {sum} was taken in my name.|An account was opened with my passport and not "
         "by me.|I get letters about a credit card I never asked for."),
        (2, "The seller vanished after I paid {sum} for a flat that does not exist.|The woman I "
         "met online asked for {sum} and is gone.|The invoice of my builder had been changed and "
         "{sum} went to strangers."),
        (1, "My phone went dead {day}, then somebody moved {sum}: the number had been taken over.|"
         "A device I do not own is listed under my account."),
        (1, "The cash machine in {city} had a strange slot, and then {sum} was gone.|A courier "
         "came for my card and the PIN."),
    ),
}  # fmt: skip


def _pick(rng: random.Random, options: str) -> str:
    line = rng.choice(options.split("|"))
    return re.sub(r"\{(\w+)\}", lambda m: rng.choice(_FILL[m[1]].split("|")), line)


def message(rng: random.Random, label: str) -> str:
    """One message; in two of five the clause that tells stands between shared ones."""
    kinds = _KINDS[label]
    core = _pick(rng, rng.choices([text for _, text in kinds], [n for n, _ in kinds])[0])
    parts = [_pick(rng, _OPEN), core, _pick(rng, _CLOSE)]
    if rng.random() < 0.6:
        parts.insert(rng.choice((1, 2)), _pick(rng, _SHARED))
    if rng.random() < 0.4:
        parts.insert(1, _pick(rng, _SHARED))
    if rng.random() < 0.15:  # a complaint that speaks of fraud, a report that opens as a complaint
        other = _KINDS[COMMON if label == RARE else RARE]
        words = _pick(rng, rng.choice(other)[1]).rstrip(".")
        lead = "I thought it was only this: " if label == RARE else "It is not that "
        parts.insert(1, f"{lead}{words[:1].lower()}{words[1:]}.")
    text = " ".join(part for part in parts if part)
    return text.lower() if rng.random() < 0.2 else text


def messages(seed: int, counts: dict[str, int], other_than: set[str]) -> list[tuple[str, str]]:
    """(text, label), shuffled; no text twice and none of `other_than`."""
    rng = random.Random(seed)
    found: dict[str, str] = {}
    for label, count in counts.items():
        wanted = len(found) + count
        while len(found) < wanted:
            text = message(rng, label)
            if text not in other_than:
                found.setdefault(text, label)
    rows = list(found.items())
    rng.shuffle(rows)
    return rows


# The scripted writer has seen the world too, but speaks of it in words of its own.
_WRITER = {
    RARE: (
        "Somebody has been spending with my details at {shop}, and it is not me.|There are "
        "withdrawals in {city} while I sit in my kitchen with the card in my hand.|I believe I "
        "fell for a scam: a person claiming to be your security department made {who} send "
        "{sum}.|I entered my login on a fake website and now {sum} is gone.|My purse was robbed "
        "{day} and the thief is paying with my card.|Criminals took out credit in my name.|I was "
        "tricked into paying {sum} for something that was never real.|My number was hijacked and "
        "then the account was emptied.|Unknown transactions of {sum} appeared and I authorised "
        "none of them."
    ),
    COMMON: (
        "Your fees are a joke, {sum} for nothing.|The service on the phone {day} was terrible.|The "
        "refund from {shop} has not arrived.|My transfer is late again.|The app keeps failing.|I "
        "was put on hold for an hour.|Why was I billed {sum} two times?|The branch closed early "
        "{day}.|You froze my own payment to {shop} for no reason.|Stop sending me offers {via}.|The"
        " interest I got is too low."
    ),
}
_AROUND = (
    "I only saw it {day}.|It concerns {sum}.|I am in {city} at the moment.|Please act quickly.|"
    "I already changed my password.|I have told {shop} as well.|Nobody replied so far."
)
WRONG = 0.1
"""Share of the scripted texts that are of the other label."""


def scripted(request: dict[str, Any]) -> str:
    """The reply of the scripted endpoint: a text of the label asked for, or a judge's word."""
    last = prompt_texts(request)[-1]
    rng = random.Random(json.dumps(request, sort_keys=True))
    if "Which kind is it?" in last:
        return _judge(last)
    wanted = RARE if f'new text of the kind "{RARE}"' in last else COMMON
    if rng.random() < WRONG:
        wanted = COMMON if wanted == RARE else RARE
    shown = [line[2:] for line in last.splitlines() if line.startswith("- ")]
    parts = [_pick(rng, _WRITER[wanted]), _pick(rng, _AROUND)]
    if shown:  # the manner of the rows shown: how one opens, how another ends
        opens, ends = rng.choice(shown), rng.choice(shown)
        first = re.match(r"[^,.:]{2,24}[,.:](?= )", opens)
        last_ = re.split(r"(?<=[.?]) ", ends)[-1]
        parts = [first[0] if first else "", *parts, last_ if len(last_.split()) < 8 else ""]
    text = " ".join(part for part in parts if part)
    return text.lower() if shown and all(row.islower() for row in shown[:1]) else text


def _judge(text: str) -> str:
    """A judge that goes by telling words, and so is sometimes wrong itself."""
    telling = "not me|scam|fake|thief|criminals|tricked|hijacked|authorised none|card in my hand"
    return RARE if any(word in text for word in telling.split("|")) else COMMON
