"""Creative: what a piece is made from, constraints and forms that are checked, worn-out words."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.methods.samples import TOPIC, CutOnce, Script, as_ask, brief
from textsynth.errors import ReplyError
from textsynth.methods._limits import FITTING, Limit, drawn, sentences
from textsynth.methods._particles import settled
from textsynth.methods._pieces import bare, cliche, form_fault, missing, unquoted
from textsynth.methods._things import CONCEPTS, DOMAINS, NAMES, THINGS, WORDS
from textsynth.methods.creative import Creative
from textsynth.records import Brief, Closing, Draft, sample_of

STORY = (
    "{0} and {1} stood in the hall. Nobody had asked for either. "
    "By noon they were gone, and the floor was dry."
)


def made(technique: str, form: str, index: int = 0, language: str = "en", **fields: Any) -> Brief:
    one = brief(index, technique=technique, form=form)
    return replace(one, fields=fields, language=language)


def run(one: Brief, method: Creative | None = None, **replies: list[str]) -> tuple[Draft, Script]:
    script = Script(method or Creative(), one, replies, one.language)
    return asyncio.run(script.method.write(one, as_ask(script))), script


def things_of(one: Brief) -> list[str]:
    return list(Creative()._idea(one).things)


def story_of(one: Brief) -> str:
    return STORY.format(*things_of(one))


def asking(one: Brief) -> str:
    return f"Could I have a story with {' and '.join(things_of(one))}?"


def test_two_things_of_different_kinds_meet() -> None:
    one = made("combination", "story")
    draft, script = run(
        one, Creative(system="Be odd."), request=[asking(one)], piece=[story_of(one)]
    )
    assert [m["role"] for m in draft.messages] == ["system", "user", "assistant"]
    assert draft.columns["request"] == draft.messages[1]["content"] == asking(one)
    assert draft.columns["piece"] == story_of(one)
    assert (draft.columns["constraints"], draft.columns["request_by"]) == ([], "model")
    kinds = [{k for k, v in THINGS["en"].items() if thing in v} for thing in things_of(one)]
    assert not kinds[0] & kinds[1]
    # The writer is asked what the person asks, in the person's words.
    assert script.sent[-1][-1]["content"].startswith(asking(one))


def test_a_request_that_leaves_a_thing_out_is_asked_for_again_and_then_taken_from_the_list() -> (
    None
):
    one = made("combination", "story")
    draft, script = run(one, request=["Could I have a story?"], piece=[story_of(one)])
    assert script.steps() == ["request"] * 3 + ["piece"]
    assert draft.columns["request_by"] == "list"
    assert all(thing in draft.columns["request"] for thing in things_of(one))
    german = replace(one, language="de")
    with pytest.raises(ReplyError, match="wrote no request"):
        run(german, request=["As an AI language model, I cannot."], piece=[STORY])


TALE_ZH = "他把伞放在灯塔下。夜里没有人来！雨停了吗？第二天早上，伞不见了。他笑了。"
TALE_SW = "Asha aliweka mwavuli chini ya mnara. Usiku hakuja mtu. Asubuhi haukuwepo. Alicheka."


@pytest.mark.parametrize(
    ("language", "request_", "piece"),
    [
        ("zh", "请写一个有伞和灯塔的短篇故事，好吗？", TALE_ZH),
        ("sw", "Naomba hadithi fupi yenye mwavuli na mnara wa taa.", TALE_SW),
    ],
)
def test_other_languages_name_things_in_their_own_words(
    language: str, request_: str, piece: str
) -> None:
    one = made("combination", "story", language=language)
    draft, script = run(one, request=[request_], piece=[piece])
    assert (draft.columns["request"], draft.columns["piece"]) == (request_, piece)
    assert script.steps() == ["request", "piece"]
    # Nobody there is called Marlon or Ingrid.
    assert "needs a name" not in script.sent[-1][-1]["content"]


def test_constraints_of_other_languages_are_numbers_that_can_be_counted() -> None:
    found = {
        (form, limit.kind)
        for form in ("story", "scene", "poem", "dialogue", "a limerick")
        for index in range(30)
        for limit in drawn(made("constraint", form, index, "sw"), form, 3, "sw")
    }
    assert found == {
        ("story", "sentences"), ("scene", "sentences"), ("poem", "lines"), ("dialogue", "lines"),
        ("a limerick", "lines"),
    }  # fmt: skip
    assert {limit.kind for limit in drawn(made("constraint", "story", 0, "th"), "story", 1, "th")
            } == {"lines"}  # fmt: skip
    one = made("constraint", "story", 3, "zh")
    (limit,) = Creative()._idea(one).limits
    piece = "他走了。" * int(limit.value)
    draft, _ = run(one, request=[f"请写一个正好{limit.value}句话的故事。"], piece=[piece])
    assert draft.columns["piece"] == piece
    assert limit.fault("他走了。")
    assert Limit("lines", "5").told_by("أريد قصيدة من ٥ أسطر")
    assert not Limit("lines", "5").told_by("أريد قصيدة من ٦ أسطر")


def test_a_topic_named_in_another_language_is_not_looked_for_in_the_text() -> None:
    topic = {**TOPIC, "name": "Lost cards", "language": "en"}
    one = made("analogy", "story", language="ko", topic=topic)
    domain = things_of(one)[1]
    request = f"카드를 잃어버렸을 때 할 일을 '{domain}'에 빗대어 짧은 이야기로 써 주세요."
    piece = f"{domain} 앞에서 그는 멈췄다. 주머니가 비어 있었다. 그래서 바로 전화를 걸었다."
    draft, script = run(one, request=[request], piece=[piece])
    assert draft.columns["request_by"] == "model"
    assert script.steps() == ["request", "piece"]
    known = replace(one, fields={"topic": {**topic, "language": "ko"}})
    with pytest.raises(ReplyError, match="'Lost cards' is not in it"):
        run(known, request=[request], piece=[piece])


def test_a_piece_that_was_cut_is_asked_for_again() -> None:
    one = made("combination", "story")
    replies = {"request": [asking(one)], "piece": [story_of(one) + " And", story_of(one)]}
    script = CutOnce(Creative(), one, replies)
    draft = asyncio.run(script.method.write(one, as_ask(script)))
    assert draft.columns["piece"] == story_of(one)


@pytest.mark.parametrize(
    "words",
    [
        "Requesting a story with {}.", "Request: a story with {}.", "Could I have {}, please?",
        "What kind of story would you like with {}?",
    ],
)  # fmt: skip
def test_a_line_about_a_request_is_none(words: str) -> None:
    one = made("combination", "story")
    about = words.format(" and ".join(things_of(one)))
    draft, _ = run(one, request=[about, asking(one)], piece=[story_of(one)])
    assert draft.columns["request"] == asking(one)


def test_an_analogy_is_on_the_topic_where_there_is_one() -> None:
    assert things_of(made("analogy", "story", topic=TOPIC))[0] == "Bread"
    concept, domain = things_of(made("analogy", "story"))
    assert concept in CONCEPTS["en"]
    assert domain in DOMAINS["en"]
    assert things_of(made("analogy", "story", language="ko"))[0] in CONCEPTS["ko"]
    assert things_of(made("constraint", "poem", topic=TOPIC)) == ["Bread"]


def test_a_piece_that_breaks_its_constraint_is_asked_for_again_with_the_reason() -> None:
    one = next(
        other
        for other in (made("constraint", "poem", n) for n in range(40))
        if drawn(other, "poem", 1, "en")[0].kind == "lines"
    )
    limit = drawn(one, "poem", 1, "en")[0]
    good = "\n".join(["The kettle counts to nine"] * int(limit.value))
    request = [f"A poem of exactly {limit.value} lines, please."]
    draft, script = run(one, request=request, piece=[good + "\nand ten", good])
    assert draft.columns["piece"] == good
    assert draft.columns["constraints"] == [limit.words("en")]
    assert f"has {int(limit.value) + 1} lines" in script.sent[-1][-1]["content"]
    with pytest.raises(ReplyError, match="lines instead of"):
        run(one, request=request, piece=[good + "\nand ten"])


def test_a_worn_out_opening_is_refused_once_and_then_fails() -> None:
    one = made("combination", "story")
    worn = f"Once upon a time there was a town. {story_of(one)}"
    draft, script = run(one, request=[asking(one)], piece=[worn, story_of(one)])
    assert draft.columns["piece"] == story_of(one)
    assert "it opens with 'Once upon a time'" in script.sent[-1][-1]["content"]
    with pytest.raises(ReplyError, match="Once upon a time"):
        run(one, request=[asking(one)], piece=[worn, worn, story_of(one)])


def test_a_piece_without_its_things_fails() -> None:
    one = made("combination", "story")
    with pytest.raises(ReplyError, match="is not in it"):
        run(one, request=[asking(one)], piece=[STORY.format("Something", "nothing")])


@pytest.mark.parametrize(
    ("kind", "value", "good", "bad"),
    [
        ("lines", "3", "a\n\nb\nc", "a\nb"),
        ("sentences", "3", 'One. "Two?" Three', "One. Two."),
        ("most_words", "4", "Bea: one two three four", "one two three four five"),
        ("first_word", "Rain", '"Rain fell," he said.', "The rain fell."),
        ("last_word", "bread", "There was no bread.", "The bread was gone."),
        ("no_word", "heart", "The hearty soup.", "My heart, he said."),
        ("no_letter", "k", "Rain and sun.", "A Kite."),
        ("acrostic", "SNOW", "So it is\nNow\n\n- Out\nWhy not", "So it is\nNow\nOut\nHm"),
        ("acrostic", "AT", "At noon\nThe bell", "A - at noon\nT - the bell"),
        ("first_word", "비가", "비가 왔다.", "어제 비가 왔다."),
        ("last_word", "집", "모두 집으로", "집에서 잤다."),
        ("no_word", "마음", "속이 쓰렸다.", "마음이 아팠다."),
        ("no_letter", "꽃", "나무가 섰다.", "눈꽃이 폈다."),
        ("acrostic", "소나기", "소가 운다\n나무 밑에서\n기다린다", "소가 운다\n나무 밑\n운다"),
        ("most_words", "3", "비가 많이 왔다.", "어제 비가 많이 왔다."),
    ],
)
def test_each_constraint_is_checked(kind: str, value: str, good: str, bad: str) -> None:
    limit = Limit(kind, value)
    assert limit.fault(good) == ""
    assert limit.fault(bad)
    for language in ("en", "ko"):
        assert limit.told_by(limit.words(language))
    assert not limit.told_by("Write a poem, please.")


def test_a_number_may_be_told_in_words() -> None:
    assert Limit("lines", "6").told_by("Six lines on bread")
    assert Limit("lines", "6").told_by("여섯 줄로 부탁해요")
    assert not Limit("lines", "6").told_by("16 lines")
    assert not Limit("most_words", "60").told_by("600 words")


@pytest.mark.parametrize("form", [*FITTING, "a limerick"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_constraints_go_together(form: str, number: int) -> None:
    chosen = [drawn(made("constraint", form, n), form, number, "en") for n in range(60)]
    kinds = [[limit.kind for limit in limits] for limits in chosen]
    assert {kind for some in kinds for kind in some} == set(FITTING.get(form, FITTING[""]))
    for some in kinds:
        assert len(some) == len(set(some)) >= min(number, 2)
        assert not {"lines", "acrostic"} <= set(some)
    assert chosen == [drawn(made("constraint", form, n), form, number, "en") for n in range(60)]


@pytest.mark.parametrize(
    ("text", "form", "fault"),
    [
        ("A line\nand one\nand another", "poem", ""),
        ("A line and another", "poem", "short lines"),
        ("word " * 30 + "\na\nb", "poem", "short lines"),
        ("One thing. Two things. Three things.", "story", ""),
        ("Bea: Hi.\nIvo: Hello.", "story", "prose"),
        ("A thing.", "scene", "three sentences"),
        ("Bea: Hi.\nIvo: No.\nBea: Why?\nIvo: So.", "dialogue", ""),
        ("두현: 왔어?\n옥분: 응.\n두현: 비는?\n옥분: 와.", "dialogue", ""),
        ("Bea: Hi.\nIvo: No.\nBea: Why?", "dialogue", "four lines"),
        ("Bea: Hi.\nIvo: No.\nShe left.\nIvo: So.", "dialogue", "four lines"),
        ("Bea: Hi.\nBea: No.\nIvo: Why?\nBea: So.", "dialogue", "take turns"),
        ("A: a\nB: b\nC: c\nD: d", "dialogue", "two or three people"),
        ("Anything", "a limerick", ""),
    ],
)
def test_each_form_is_checked(text: str, form: str, fault: str) -> None:
    found = form_fault(text, form)
    assert bool(found) == bool(fault)
    assert fault in found


@pytest.mark.parametrize(
    "text",
    [
        "Once upon a time, a key lay there.", "In a small town, a key lay.", "옛날 옛적에 열쇠가 "
        "있었다.",
        "In the heart of the city a bell rang.", "어느 날 열쇠가 사라졌다.", "The key was Elara's.",
        "열쇠는 민수의 것이었다.", "Bea: Once upon a time.\nIvo: No.", "The sun had set.",
        "It was a dark night.",
    ],
)  # fmt: skip
def test_worn_out_openings_and_names_are_seen(text: str) -> None:
    assert cliche(text)


@pytest.mark.parametrize(
    "text",
    [
        "Seven keys lay on the floor.",
        "Rain. The lily was white.",
        "열쇠 일곱 개가 있었다.",
        "In May it froze.",
    ],
)
def test_other_openings_pass(text: str) -> None:
    assert not cliche(text)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_lists_are_long_have_no_entry_twice_and_no_worn_out_name(language: str) -> None:
    for lists in (
        *THINGS[language].values(),
        CONCEPTS[language],
        DOMAINS[language],
        NAMES[language],
    ):
        assert len(set(lists)) == len(lists)
    assert sum(map(len, THINGS[language].values())) == 200
    assert not [name for name in NAMES[language] if cliche(f"Then {name} came.")]
    for words in WORDS.values():
        assert len(set(words[language])) == len(words[language]) >= 10


def test_the_piece_is_taken_out_of_what_is_around_it() -> None:
    assert bare("Sure, here is a poem:\n\nA\nB\nC") == "A\nB\nC"
    assert bare("**The Key**\n\nIt lay there.\nStill.") == "It lay there.\nStill."
    assert bare("Title: The Key\nIt lay there.") == "It lay there."
    assert bare("The Lost Key\n\nIt lay there.") == "It lay there."
    assert bare("It lay there.\n\nI hope you like it!") == "It lay there."
    assert bare("Bea: Hi\n\nIvo: No") == "Bea: Hi\n\nIvo: No"
    assert bare("It lay there.\n\nStill.") == "It lay there.\n\nStill."


def test_what_is_said_in_a_dialogue_stands_without_quotation_marks() -> None:
    assert unquoted('Bea: "Hi, there. "\nIvo: No\nBea: "So') == "Bea: Hi, there.\nIvo: No\nBea: So"
    assert unquoted('Bea: The "key" is here') == 'Bea: The "key" is here'


def test_a_thing_is_named_by_its_longest_word() -> None:
    assert not missing("The umbrella flew.", ["an umbrella"])
    assert not missing("Two umbrellas.", ["an umbrella"])
    assert not missing("우산을 폈다.", ["우산"])
    assert not missing("전주에는 연이 떴다.", ["연"])
    assert "'an umbrella'" in missing("The kite flew.", ["an umbrella"])
    assert missing("비가 왔다.", ["우산"])


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("'우산'을(를) 들고", "'우산'을 들고"), ("'열쇠'을(를) 들고", "'열쇠'를 들고"),
        ("연이(가) 떴다", "연이 떴다"),
        ("'지도'와(과) 북", "'지도'와 북"), ("'연'와(과)", "'연'과"),
        ('"비가"(이)라는 말', '"비가"라는 말'), ('"집"(이)라는 말', '"집"이라는 말'),
        ("시(으)로", "시로"), ("물(으)로", "물로"), ("장면(으)로", "장면으로"),
        ("별은(는)", "별은"),
    ],
)  # fmt: skip
def test_korean_particles_fit(text: str, one: str) -> None:
    assert settled(text) == one


def test_a_piece_of_another_form_is_asked_for_again() -> None:
    one = made("combination", "dialogue")
    names = Creative()._idea(one).names
    first, other = things_of(one)
    line = f"{names[0]}: Take {first}.\n{names[1]}: No, {other}.\n"
    draft, script = run(one, request=[asking(one)], piece=[story_of(one), line * 3])
    assert draft.columns["piece"] == (line * 3).strip()
    assert "each with the speaker's name" in script.sent[-1][-1]["content"]


def test_sentences_are_counted_by_their_marks() -> None:
    assert sentences("One. Two! Three?") == 3
    assert sentences("He said 3.5 and left") == 1
    assert sentences("첫째다. 둘째다…") == 2


def test_what_is_drawn_differs_from_brief_to_brief_and_never_for_one() -> None:
    pairs = [tuple(things_of(made("combination", "story", n))) for n in range(60)]
    assert len(set(pairs)) == 60
    assert max(Counter(pair[0] for pair in pairs).values()) <= 4
    assert pairs == [tuple(things_of(made("combination", "story", n))) for n in range(60)]


def test_the_closing_counts_openings(tmp_path: Any) -> None:
    rows = [
        sample_of("creative", "en", made("combination", "poem", n), Draft([], {"piece": text}), ())
        for n, text in enumerate(["A b c d", "A b c e", "F g h i"])
    ]
    (table,) = Creative().closing(Closing(tmp_path, tmp_path, rows, []))
    assert table.rows == (("poem", 3, 2, "a b c (2)"),)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("technique", ["analogy", "constraint", "combination"])
@pytest.mark.parametrize("form", ["story", "poem", "scene", "dialogue", "a limerick"])
def test_requests_from_the_list_name_what_they_must(
    language: str, technique: str, form: str
) -> None:
    for index in range(12):
        one = made(technique, form, index, language)
        idea = Creative()._idea(one)
        limits = [limit.words(language) for limit in idea.limits]
        script = Script(Creative(), one, {"request": ["no"], "piece": ["no"]}, language)
        text, by = asyncio.run(Creative()._request(one, as_ask(script), idea))
        assert by == "list"
        assert "{" not in text
        assert not re.search(r"\([가-힣]\)", text)
        assert not missing(text, idea.things)
        assert all(limit.told_by(text) for limit in idea.limits)
        assert all(words in text for words in limits)


@pytest.mark.parametrize("text", ["하늘이 맑았다. 그는 걸었다.", "칠판을 지우는 소리가 났다."])
def test_a_word_that_looks_like_a_name_is_none(text: str) -> None:
    assert not cliche(text)
    assert "지우" in cliche("그날 지우가 왔다.")
