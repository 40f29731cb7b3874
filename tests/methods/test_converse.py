"""Converse: a method lifted to several turns, finished rows carried on, ties to the answers."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from tests.methods.samples import CutOnce, Script, as_ask, brief
from textsynth.errors import JobError, ReplyError
from textsynth.methods import Method
from textsynth.methods._followups import KINDS, SHOWN, fault, restates, tie
from textsynth.methods.converse import Converse
from textsynth.methods.curriculum import Curriculum
from textsynth.methods.knowledge import Knowledge
from textsynth.methods.preference import Preference
from textsynth.methods.qa import Qa
from textsynth.methods.self_instruct import SelfInstruct
from textsynth.records import Brief, Closing, Draft, Message, Sample, Table, sample_of

ASKED = "What is a savings account?"
ANSWER = "A savings account pays interest, which compounds monthly. Withdrawals may need notice."
LINES = {
    "clarification": "What do you mean by compounds?",
    "deeper": "Why would withdrawals need notice?",
    "example": "Can you show an example of compounding?",
    "doubt": "But doesn't interest always compound daily?",
    "constraint": "And if I only have one year, does the notice still matter?",
    "application": "I move house in May; would my withdrawals need notice too?",
    "summary": "Can you sum that up in one sentence?",
}
REPLIES = [
    "It means that interest earns interest itself.",
    "Banks lend the money on, so they plan with it.",
    "Take 100 pounds at 5 percent: after a year it is 105.",
    "That depends on the bank.",
]
ROW = {"id": "s", "instruction": ASKED, "reply": ANSWER, "messages": None, "source": "a.jsonl"}


def given(index: int = 0, language: str = "en", **row: Any) -> Brief:
    one = brief(index)
    fields = {"sample": {**ROW, **row}, "persona": one.fields["persona"]}
    return replace(one, fields=fields, language=language)


def run(method: Converse, one: Brief, **replies: list[str]) -> tuple[Draft, Script]:
    usual = {"followup": ["What do you mean by compounds?"], "reply": list(REPLIES)}
    script = Script(method, one, {**usual, **replies}, one.language)
    return asyncio.run(method.write(one, as_ask(script))), script


def kinds_of(method: Converse, index: int) -> list[str]:
    return method._chosen(given(index))


def lines_for(method: Converse, one: Brief) -> list[str]:
    return [LINES[kind] for kind in method._chosen(one)]


def test_a_finished_row_is_carried_on() -> None:
    method, one = Converse.model_validate({"turns": 3}), given()
    draft, script = run(method, one, followup=lines_for(method, one))
    said = [m["content"] for m in draft.messages]
    assert [m["role"] for m in draft.messages] == ["user", "assistant"] * 3
    assert said[:2] == [ASKED, ANSWER]
    assert said[2::2] == lines_for(method, one)
    assert script.steps() == ["followup", "reply"] * 2
    assert draft.columns["instruction"] == ASKED
    assert draft.columns["followups"] == kinds_of(method, 0)
    assert draft.columns["tries"] == [1, 1]
    # Who answers sees the whole conversation, the follow-up last.
    assert [m["content"] for m in script.sent[-1]][-5:] == said[:5]
    assert said[3] in script.sent[2][-1]["content"]


def test_a_row_with_turns_and_a_system_message_is_carried_on_behind_them() -> None:
    turns: list[Message] = [
        {"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi?"},
        {"role": "assistant", "content": "Hello."}, {"role": "user", "content": ASKED},
        {"role": "assistant", "content": ANSWER},
    ]  # fmt: skip
    method = Converse.model_validate({"turns": 2, "kinds": ["clarification"]})
    draft, script = run(method, given(messages=turns))
    assert list(draft.messages[:5]) == turns
    assert len(draft.messages) == 7
    sent = script.sent[-1]
    assert sent[0]["content"].startswith("Be brief.")
    assert [m["role"] for m in sent] == ["system", "user", "assistant", "user", "assistant", "user"]


def test_a_row_that_ends_with_a_question_is_refused() -> None:
    turns: list[Message] = [{"role": "user", "content": ASKED}]
    with pytest.raises(ReplyError, match="does not end with an answer"):
        run(Converse(), given(messages=turns))


def test_the_first_pair_is_written_by_another_method_from_its_own_prompts() -> None:
    method = Converse.model_validate({"of": {"preference": {"by": "degraded"}}, "turns": 2})
    one = replace(brief(), fields={"persona": brief().fields["persona"]})
    line = [LINES[kind] for kind in method._chosen(one)]
    draft, script = run(
        method, one, followup=line,
        **{"preference/request": [ASKED], "preference/answer": [ANSWER],
           "preference/degraded": ["It is a thing that banks have, ask there."]},
    )  # fmt: skip
    assert script.steps() == [
        "preference/request", "preference/answer", "preference/degraded", "followup", "reply",
    ]  # fmt: skip
    assert draft.columns["chosen"] == [{"role": "assistant", "content": ANSWER}]
    assert draft.columns["ties"] in (["words"], ["reference"], ["both"])
    assert len(draft.messages) == 4


def test_what_the_method_within_declares_is_declared() -> None:
    method = Converse(of=Qa())
    assert set(method.steps) == {f"qa/{s}" for s in Qa.steps} | {"followup", "reply", "verify"}
    assert method.steps["qa/question"] == Qa.steps["question"]
    assert set(method.roles.values()) == {*Qa.roles.values(), "asker", "answerer", "judge"}
    assert method.needs == Qa.needs
    assert set(method.may_use) == {*Qa.may_use, "chunk", "persona"}
    assert (method.facets, method.closed) == (Qa.facets, Qa.closed)
    assert Converse().needs == ("sample",)
    assert (Converse(of=Knowledge()).varies, method.varies, Converse().varies) == (
        True,
        False,
        False,
    )
    assert set(Converse.steps) == {"followup", "reply", "verify"}
    several = Converse(of=Preference(by="models"))
    assert several.roles_of_their_own() == ("rejected",)
    hop = {"kind": "multi_hop"}
    assert method.takes_other(hop) == Qa().takes_other(hop) == "needed"


def test_every_hook_of_a_method_is_handed_on() -> None:
    own = {name for name, kind in vars(Method).items() if callable(kind) and name[0] != "_"}
    named = {name for name, kind in Method.__annotations__.items() if "ClassVar" in str(kind)}
    assert own - {"model_post_init"} | named <= set(vars(Converse))


def test_what_a_course_declares_is_handed_on() -> None:
    method = Converse(of=Curriculum(sessions=6))
    assert method.counts == "difficulty"
    assert [stage.name for stage in method.stages()] == ["subjects", "syllabi"]
    assert method.stages()[1].options["sessions"] == 6
    assert (Converse().counts, Converse().stages(), Converse().filters) == ("", (), ())
    tasks = Converse(of=SelfInstruct())
    assert tasks.filters == ("rouge_l", "instruction")
    assert tasks.lacking["examples"] == SelfInstruct.lacking["examples"]
    assert "converse: {of: qa}" in Converse().lacking["sample"]


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ("classify", "end with a label"),
        ({"evolve": {"answer": False}}, "`answer: false`"),
        ("persona_infer", "its rows are personas"),
        ("subjects", "lists of subjects"),
        ("dialogue", "raise its own `turns`"),
        ("support", "come to their outcome"),
        ("converse", "several turns already"),
    ],
    ids=str,
)
def test_rows_that_nobody_can_ask_about_are_not_carried_on(of: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Converse.model_validate({"of": of})


@pytest.mark.parametrize("answer", ["", "no reply"])
def test_a_row_that_the_method_within_eliminated_is_left_to_its_filters(answer: str) -> None:
    class Eliminating(Preference):
        """A method whose filters drop the rows that it gave up."""

        filters: ClassVar[tuple[str, ...]] = ("evolved",) if not answer else ()

        async def write(self, brief: Brief, ask: Any) -> Draft:
            return Draft([{"role": "user", "content": ASKED}], {"eliminated": "unchanged"})

    method = Converse.model_validate({"of": Eliminating(), "turns": 2})
    if answer:
        with pytest.raises(ReplyError, match="does not end with an answer"):
            run(method, given())
        return
    draft, script = run(method, given())
    assert draft.columns == {"eliminated": "unchanged", "followups": [], "ties": [], "tries": []}
    assert (len(draft.messages), script.steps()) == (1, [])


class Learning(Preference):
    """A method with generations, for what is handed on."""

    seen: tuple[int, ...] = ()
    """Turns of the rows that it learned from."""

    def visits(self) -> int:
        return 3

    def generation(self) -> int | None:
        return 5

    def learned(self, kept: Any) -> Learning:
        return self.model_copy(update={"seen": tuple(len(s.messages) for s in kept)})

    def ends(self) -> str:
        return "enough" if self.seen else ""

    def closing(self, closing: Closing) -> Any:
        walks = [[len(s.messages) for s in closing.kept] for _ in range(2)]
        return [Table(f"{walks} {[len(s.messages) for s in closing.dropped]}", (), ())]

    def ready(self, around: Any) -> Learning:
        return self.model_copy(update={"seen": (99,)})


def sample(added: int = 2) -> Sample:
    turns: list[Message] = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    row = {"followups": ["deeper"] * added, "ties": ["words"] * added, "tries": [1, 3][:added]}
    columns = {**row, "chosen": [turns[1]], "rejected": [turns[1]], "by": "best_of"}
    return sample_of("converse", "en", brief(), Draft(turns * (added + 1), columns), ())


def test_generations_are_those_of_the_method_within_which_sees_its_own_turns() -> None:
    method = Converse(of=Learning())
    assert (method.visits(), method.generation(), method.ends()) == (3, 5, "")
    after = method.learned([sample(2), sample(1)])
    assert isinstance(after.of, Learning)
    assert after.of.seen == (2, 2)
    assert after.ends() == "enough"
    ready = method.ready(None)  # type: ignore[arg-type]
    assert isinstance(ready.of, Learning)
    assert ready.of.seen == (99,)
    plain = Converse()
    assert (plain.visits(), plain.generation(), plain.ends()) == (1, None, "")
    assert plain.learned([sample()]) is plain


def test_the_closing_tells_how_follow_ups_hang_on_the_answers(tmp_path: Any) -> None:
    closing = Closing(tmp_path, tmp_path, [sample(2)], [sample(1)])
    table, inner = Converse(of=Preference()).closing(closing)
    assert table.rows == (("deeper", 3, "100 %", "0 %", "67 %", 1.67),)
    assert "depend on the answer before" in table.title
    assert inner.title == "Pairs"
    (_, walked) = Converse(of=Learning()).closing(closing)
    assert walked.title == "[[2], [2]] [2]"
    (judged,) = Converse(verify="model").closing(closing)
    assert judged.title.endswith("confirmed by the judge")


def test_kinds_come_evenly_and_never_twice_in_a_conversation() -> None:
    method = Converse.model_validate({"turns": 4})
    chosen = [kinds_of(method, index) for index in range(70)]
    assert all(len(set(kinds)) == 3 for kinds in chosen)
    counts = Counter(kind for kinds in chosen for kind in kinds)
    assert set(counts) == set(KINDS)
    assert set(counts.values()) == {30}
    assert all("summary" not in kinds[:-1] for kinds in chosen)
    assert chosen == [kinds_of(method, index) for index in range(70)]


def test_turns_are_drawn_from_their_range() -> None:
    method = Converse.model_validate({"turns": "2-4"})
    assert {len(kinds_of(method, index)) for index in range(40)} == {1, 2, 3}
    assert Converse.model_validate({"turns": [2, 4]}).turns == (2, 4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"turns": 1}, "a number from 2"),
        ({"turns": "4-2"}, "the fewest first"),
        ({"turns": "2-9"}, "9 turns have 8 follow-ups"),
        ({"kinds": ["deeper", "deeper"]}, "stands twice"),
        ({"kinds": ["deepr"], "turns": 2}, "did you mean 'deeper'"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Converse.model_validate(options)


def test_the_method_within_is_read_from_every_form() -> None:
    specs: list[Any] = ["qa", {"qa": {}}, {"qa": None}, Qa()]
    for spec in specs:
        assert Converse.model_validate({"of": spec}).of == Qa()
    assert Converse.model_validate({"of": {"knowledge": {"concepts": 3}}}).of == Knowledge(
        concepts=3
    )
    with pytest.raises(JobError, match="no 'qaa' among methods"):
        Converse.model_validate({"of": "qaa"})


def test_kinds_of_ones_own_are_asked_in_their_words() -> None:
    own = {"price": "asks what something in the answer costs"}
    method = Converse.model_validate({"turns": 2, "kinds": own})
    draft, script = run(method, given(), followup=["What does such notice cost?"])
    assert draft.columns["followups"] == ["price"]
    assert "It asks what something in the answer costs." in script.sent[0][-1]["content"]


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("Sure! Here is what I think of it.", "deeper", "not what the person would write"),
        ("How can I help you today?", "deeper", "not what the person would write"),
        ("why " * 80, "deeper", "too long"),
        (ANSWER, "deeper", "says the answer again"),
        ("What is a savings account, please?", "clarification", "asked before"),
        ("Why is the sky blue?", "deeper", "does not take up the answer"),
        ("Why is it possible to open an account?", "deeper", "does not take up the answer"),
        ("Withdrawals need notice, good.", "example", "no example"),
    ],
)
def test_each_rule_refuses_its_own_fault(line: str, kind: str, words: str) -> None:
    assert words in fault(line, kind, ANSWER, [ASKED], "en")


@pytest.mark.parametrize("kind", KINDS)
def test_good_follow_ups_pass(kind: str) -> None:
    assert fault(LINES[kind], kind, ANSWER, [ASKED], "en") == ""
    assert SHOWN[kind].search(LINES[kind])


KOREAN = "적금은 매달 돈을 넣는 상품으로, 만기에 이자를 받습니다. 중도 해지하면 이율이 낮아집니다."


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ("중도 해지가 무슨 뜻인가요?", "clarification", ""),
        ("왜 이율이 낮아지나요?", "deeper", ""),
        ("방금 말씀하신 만기의 예를 하나 들어 주실래요?", "example", ""),
        ("그런데 중도 해지해도 이자는 받는 거 아닌가요?", "doubt", ""),
        ("석 달밖에 시간이 없다면 만기는 어떻게 되나요?", "constraint", ""),
        ("제가 5월에 이사하는데 중도 해지를 해야 할까요?", "application", ""),
        ("지금까지 내용을 짧게 요약해 주세요.", "summary", ""),
        ("적금 이자가 얼마예요?", "clarification", "asked before"),
        ("왜 하늘은 파란가요?", "deeper", "does not take up the answer"),
        ("만기에 이자를 받는군요.", "example", "no example"),
        ("물론입니다. 설명해 드릴게요.", "deeper", "not what the person would write"),
    ],
)
def test_korean_follow_ups(line: str, kind: str, words: str) -> None:
    found = fault(line, kind, KOREAN, ["적금 이자는 얼마인가요?"], "ko")
    assert bool(found) == bool(words)
    assert words in found


def test_words_of_the_question_are_no_tie() -> None:
    assert tie("What fees do savings accounts have?", ANSWER, [ASKED]).how == "none"
    assert tie("Does interest change?", ANSWER, [ASKED]).shared == ("interest",)
    assert tie("Does it change?", ANSWER, [ASKED]).how == "reference"
    assert tie("Does that interest change?", ANSWER, [ASKED]).how == "both"
    assert tie("Is there a bank that opens early?", ANSWER, [ASKED]).how == "none"


def test_a_question_asked_before_in_other_order_is_one() -> None:
    assert restates("So what are savings accounts?", [ASKED])
    assert not restates("What is a current account?", [ASKED])


def test_a_line_that_does_not_pass_is_asked_for_again_with_the_reason() -> None:
    method = Converse.model_validate({"turns": 2, "kinds": ["deeper"]})
    draft, script = run(method, given(), followup=["Why is the sky blue?", LINES["deeper"]])
    assert draft.columns["tries"] == [2]
    assert "does not take up the answer" in script.sent[1][-1]["content"]
    with pytest.raises(ReplyError, match=r"follow-up \(deeper\).*does not take up"):
        run(method, given(), followup=["Why is the sky blue?"])


def test_the_label_before_a_line_and_what_the_model_answers_itself_are_left_out() -> None:
    method = Converse.model_validate({"turns": 2, "kinds": ["deeper"]})
    line = f"Person: {LINES['deeper']}\nAssistant: Because they do."
    draft, _ = run(method, given(), followup=[line])
    assert draft.messages[2]["content"] == LINES["deeper"]


def test_an_answer_that_was_cut_is_asked_for_again() -> None:
    method = Converse.model_validate({"turns": 2, "kinds": ["deeper"]})
    one = given()
    script = CutOnce(method, one, {"followup": [LINES["deeper"]], "reply": REPLIES[:2]})
    draft = asyncio.run(method.write(one, as_ask(script)))
    assert draft.messages[-1]["content"] == REPLIES[1]


def test_a_label_as_answer_is_no_label_once_it_is_talked_about() -> None:
    class Labelled(Preference):
        """A method whose answers are labels."""

        async def write(self, brief: Brief, ask: Any) -> Draft:
            turns: list[Message] = [
                {"role": "user", "content": ASKED}, {"role": "assistant", "content": ANSWER},
            ]  # fmt: skip
            return Draft(turns, {}, {"assistant": "label", "user": "customer"})

    method = Converse.model_validate({"of": Labelled(), "turns": 2, "kinds": ["deeper"]})
    draft, _ = run(method, given(), followup=[LINES["deeper"]])
    assert draft.speakers == {"user": "customer"}


def test_languages_that_are_not_read_go_without_the_rules_of_words() -> None:
    method = Converse.model_validate({"turns": 2, "kinds": ["deeper"]})
    draft, _ = run(method, given(language="de"), followup=["Wieso ist der Himmel blau?"])
    assert len(draft.messages) == 4
    with pytest.raises(ReplyError, match="asked before"):
        run(method, given(language="de"), followup=[ASKED])


def test_the_judge_refuses_what_could_be_asked_without_the_answer() -> None:
    method = Converse.model_validate({"turns": 2, "kinds": ["deeper"], "verify": "model"})

    def verdicts(*without: bool) -> list[str]:
        key = "possible_without_the_answer"
        return [json.dumps({"reason": "so", key: one}) for one in without]

    draft, script = run(method, given(), followup=[LINES["deeper"]], verify=verdicts(True, False))
    assert script.steps() == ["followup", "verify", "followup", "verify", "reply"]
    assert draft.columns["tries"] == [2]
    with pytest.raises(ReplyError, match="without the answer"):
        run(method, given(), followup=[LINES["deeper"]], verify=verdicts(True))


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("deeper", "I'm sorry, but I can't assist with that."),
        ("deeper", ANSWER),
        ("deeper", ""),
        ("summary", "In short, the bank keeps your money and gives some of it back. " * 3),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(kind: str, bad: str) -> None:
    method = Converse.model_validate({"turns": 2, "kinds": [kind]})
    draft, _ = run(method, given(), followup=[LINES[kind]], reply=[bad, REPLIES[0]])
    assert draft.messages[-1]["content"] == REPLIES[0]
    with pytest.raises(ReplyError, match="was not answered"):
        run(method, given(), followup=[LINES[kind]], reply=[bad])


SAVINGS = (
    "A savings account pays interest, which compounds monthly. The bank lends your deposits to "
    "other customers and keeps a reserve. Withdrawals above 500 pounds may need seven days' "
    "notice, and the deposit guarantee covers 85,000 pounds per bank."
)
SAVING_KO = (
    "적금은 매달 정한 금액을 넣고 만기에 이자와 함께 돌려받는 상품입니다. 이자에는 15.4%의 세금이 "
    "붙고, 중도에 해지하면 약정 금리 대신 낮은 금리가 적용됩니다. 예금자보호는 은행마다 5천만 "
    "원까지입니다."
)


@pytest.mark.parametrize(
    ("language", "line", "hangs"),
    [
        ("en", "What does compounding mean?", True),
        ("en", "Why seven days?", True),
        ("en", "Really? My sister took 600 out the same afternoon.", True),
        ("en", "85,000 sounds low, doesn't everybody have more?", True),
        ("en", "What if I had a week less than that?", True),
        ("en", "I run a bakery, so would mine be covered as well?", True),
        ("en", "What is a current account?", False),
        ("en", "Why do shops close so early on Saturdays?", False),
        ("en", "I have 2,000 pounds and a dog; should I open a savings account?", False),
        ("en", "It seems to me that saving is not worth it.", False),
        ("en", "But isn't it better to buy shares?", False),
        ("ko", "약정 금리가 정확히 무슨 뜻인가요?", True),
        ("ko", "정말인가요? 저는 낸 적이 없는데요.", True),
        ("ko", "그런 예를 하나 보여 주실래요?", True),
        ("ko", "15.4%는 어떤 건가요?", True),
        ("ko", "그 점은 왜 그런가요?", True),
        ("ko", "그런데 주식이 더 낫지 않나요?", False),
        ("ko", "펀드의 이점은 무엇인가요?", False),
        ("ko", "이점이 뭔가요?", False),
        ("ko", "마지막으로 주식은 어떤가요?", False),
        ("ko", "회사 앞에서 담배를 피워도 되나요?", False),
        ("ko", "약은 하루에 3번 먹어도 되나요?", False),
        ("ko", "옷장 정리 방법이 궁금해요.", False),
    ],
)
def test_what_hangs_on_an_answer_is_told_from_what_does_not(
    language: str, line: str, hangs: bool
) -> None:
    asked, answer = (ASKED, SAVINGS) if language == "en" else ("적금이 무엇인가요?", SAVING_KO)
    assert (tie(line, answer, [asked]).how != "none") == hangs
