"""How fast a store of personas is built and searched, how large it is, and what memory it takes.

    python -m benchmarks.personas 1000000

Personas are made by grids, row after row: half of them English and a quarter Korean from wide
grids (hundreds of trades, towns and habits), a quarter from the grids that textsynth brings. A
search is timed over 300 different questions after 20 to warm up, ten results each, with the rows
read from disk. CPU is what the process itself used: on a busy machine the clock shows the waiting
too. Build and search are processes of their own; memory is the peak of each.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from textsynth.people.grid import Grid
from textsynth.people.gridfile import GridFile
from textsynth.people.schema import Row
from textsynth.people.store import Store

ROOT = Path(__file__).parents[1]
QUESTIONS, WARM = 300, 20


def listed(text: str) -> list[str]:
    """What stands between commas."""
    return [part for piece in text.split(",") if (part := " ".join(piece.split()))]


TRADES = listed(
    """
    nurse, teacher, baker, plumber, clerk, farmer, pilot, welder, tailor, gardener, surveyor,
    cook, courier, librarian, printer, roofer, optician, vet, barber, editor
    """
)
PLACES = listed(
    """
    harbour clinic, night school, mountain hostel, city archive, fish market, bus depot, paper
    mill, toy museum, ferry terminal, grain cooperative, dental practice, film studio, county
    court, seed bank, bicycle workshop, airport kitchen, weather station, opera house, car
    park, animal shelter
    """
)
VERBS = listed(
    """
    collects, repairs, paints, restores, photographs, trades, catalogues, studies, sells,
    races
    """
)
THINGS = listed(
    """
    radios, kites, stamps, clocks, maps, boats, bicycles, mushrooms, orchids, lamps, quilts,
    violins, chairs, postcards, telescopes, pigeons, coins, bells, puppets, teapots
    """
)
MATTERS = listed(
    """
    a lost card, an overdraft, a mortgage offer, exchange rates, a rent deposit, pension
    dates, a disputed payment, savings for a wedding, insurance for a van, cash takings, a
    joint account, fees abroad, a forgotten passcode, a student loan, tax papers, a standing
    order
    """
)
SYLLABLES = listed(
    """
    ba, ke, mo, ri, ta, lu, ven, dor, sil, mar, ton, gra, pel, fin, os, ha, jin, zo, wu, ek
    """
)
KO_PLACES = listed(
    """
    항구 병원, 야간 학교, 산장, 시청 기록관, 수산 시장, 버스 차고지, 제지 공장,
    장난감 박물관, 여객 터미널, 농협 창고, 치과 의원, 영화 촬영소, 지방 법원, 종자
    은행, 자전거 공방, 공항 식당
    """
)
KO_TRADES = listed(
    """
    간호사, 교사, 제빵사, 배관공, 사무원, 농부, 조종사, 용접공, 재단사, 정원사,
    측량사, 요리사, 배달원, 사서, 인쇄공, 지붕공, 안경사, 수의사, 이발사, 편집자
    """
)
KO_HABITS = listed(
    """
    라디오를 고치는, 연을 만드는, 우표를 모으는, 시계를 손보는, 지도를 그리는, 배를
    타는, 버섯을 따는, 난초를 키우는, 등잔을 모으는, 조각보를 짓는, 바이올린을 켜는,
    의자를 만드는, 엽서를 쓰는, 별을 보는, 비둘기를 기르는, 동전을 모으는, 종을
    치는, 인형극을 하는, 찻주전자를 빚는, 사진을 찍는
    """
)
KO_MATTERS = listed(
    """
    잃어버린 카드, 마이너스 통장, 주택 담보 대출, 환율, 전세 보증금, 연금 지급일,
    이의 제기, 결혼 자금 적금, 자동차 보험, 현금 입금, 공동 명의 계좌, 해외 결제
    수수료, 비밀번호 오류, 학자금 대출
    """
)


def towns(count: int) -> list[str]:
    """Invented names."""
    dice = random.Random(5)
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(dice.choice(SYLLABLES) for _ in range(dice.randint(2, 3))).title()] = None
    return list(names)


def wide(language: str) -> Grid:
    """A grid of many values."""
    ages = {"18-24": 2, "25-34": 4, "35-44": 4, "45-54": 3, "55-64": 3, "65-74": 2, "75+": 1}
    english = language == "en"
    trades = [f"{t} at a {p}" for t in TRADES for p in PLACES]
    habits = [f"{v} {t}" for v in VERBS for t in THINGS]
    if not english:
        trades = [f"{p} {t}" for p in KO_PLACES for t in KO_TRADES]
        habits = KO_HABITS
    return Grid(GridFile.model_validate({
        "id": f"wide-{language}", "language": language,
        "demographic": {"age_band": ages, "age": {"within": "age_band"}, "town": towns(400)},
        "professional": {"occupation": trades},
        "behavioural": {"habit": habits, "matter": MATTERS if english else KO_MATTERS},
        "templates": [
            "{A:age}-year-old {occupation} in {town} who {habit} and asks about {matter}.",
            "{A:occupation} of {age} from {town}. {habit:cap} at weekends; worried about {matter}.",
        ] if english else [
            "{town}에 사는 {age}세 {occupation}입니다. {habit} 취미가 있고 "
            "{matter}{을/를} 자주 묻습니다.",
            "{occupation}{으로/로} 일하는 {age}세 고객입니다. {town}에서 {habit} 사람으로, "
            "{matter}{이/가} 걱정입니다.",
        ],
    }))  # fmt: skip


def people(count: int) -> Iterator[tuple[str, Row]]:
    """So many rows, one after the other."""
    shipped = [Grid.read(path) for path in sorted((ROOT / "personas/grids").glob("*.yaml"))]
    english, korean = wide("en"), wide("ko")
    for i in range(count):
        turn, kind = divmod(i, 4)
        if kind < 2:
            row = english.row(2 * turn + kind)
        elif kind == 2:
            row = korean.row(turn)
        else:
            row = shipped[turn % len(shipped)].row(turn // len(shipped))
        yield f"row {i}", row


def build(path: Path, count: int) -> None:
    """Makes the store and prints figures for the parent."""
    making = cpu_making = 0.0

    def timed() -> Iterator[tuple[str, Row]]:
        nonlocal making, cpu_making
        rows = people(count)
        while True:
            began, cpu = time.perf_counter(), time.thread_time()
            one = next(rows, None)
            making += time.perf_counter() - began
            cpu_making += time.thread_time() - cpu
            if one is None:
                return
            yield one

    began, cpu = time.perf_counter(), time.process_time()
    done = Store.create(path).add(timed())
    seconds, used = time.perf_counter() - began - making, time.process_time() - cpu - cpu_making
    print(json.dumps({"added": done.added, "same": done.same, "making": making,
                      "seconds": seconds, "cpu": used, "mb": peak()}))  # fmt: skip


def questions() -> dict[str, list[dict[str, Any]]]:
    """Kind → arguments of `Store.search`."""
    dice = random.Random(11)
    count = QUESTIONS + WARM
    pages = sorted((ROOT / "examples").rglob("*.md")) + sorted((ROOT / "examples").rglob("*.csv"))
    text = "\n".join(path.read_text("utf8") for path in pages)
    ko = [f"{a} {b}에서 {c}" for a in KO_TRADES for b in KO_PLACES for c in KO_MATTERS]
    english = [f"{t} {p} {m}" for t in TRADES for p in PLACES for m in MATTERS]
    bands = ["18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+"]
    short, korean = dice.sample(english, count), dice.sample(ko, count)
    starts = [dice.randrange(len(text) - 1200) for _ in range(count)]
    return {
        "one word": [{"words": dice.choice(TRADES + THINGS + MATTERS)} for _ in range(count)],
        "a few words": [{"words": words} for words in short],
        "Korean words": [{"words": words} for words in korean],
        "a chunk of 1,200 characters": [{"like": text[s : s + 1200]} for s in starts],
        "a Korean text of 1,200 characters": [
            {"like": " ".join(dice.sample(ko, 60))[:1200]} for _ in range(count)
        ],
        "a few words, two filters": [
            {"words": words, "where": {"age_band": [dice.choice(bands)], "language": ["en"]}}
            for words in short
        ],
        "filters alone": [
            {"where": {"age_band": [dice.choice(bands)], "language": ["ko"]}} for _ in range(count)
        ],
        "page 20 of a few words": [{"words": words, "offset": 190} for words in short],
    }


def ask(path: Path) -> None:
    """Times each kind of question and prints figures for the parent."""
    began = time.perf_counter()
    store = Store.open(path)
    opening = 1e3 * (time.perf_counter() - began)
    times = {}
    for kind, many in questions().items():
        spent = []
        for options in many:
            began, cpu = time.perf_counter(), time.process_time()
            store.search(**options)
            used = 1e3 * (time.process_time() - cpu)
            spent.append((1e3 * (time.perf_counter() - began), used))
        times[kind] = spent[WARM:]
    began = time.perf_counter()
    assert store.get("wide-en-000007")
    getting = 1e3 * (time.perf_counter() - began)
    print(json.dumps({"opening": opening, "getting": getting, "times": times, "mb": peak()}))


def peak() -> int:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred is above."""
    return statistics.quantiles(values, n=100)[98]


def child(*words: str) -> Any:
    """The figures that a process of its own prints."""
    command = [sys.executable, "-m", "benchmarks.personas", *words]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


def megabytes(folder: Path) -> float:
    """Size of the files under a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def main(count: int) -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store"
        built = child("build", str(path), str(count))
        rows, index = (path / "rows.jsonl").stat().st_size / 1e6, megabytes(path / "index")
        heads = "personas", "same text", "build s", "CPU s", "rows MB", "index MB", "peak MB"
        print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
        print(
            f"| {built['added']:,} | {built['same']:,} | {built['seconds']:.0f} "
            f"| {built['cpu']:.0f} | {rows:.0f} | {index:.0f} | {built['mb']} |"
        )
        print(f"\nMaking the rows took {built['making']:.0f} s more.\n", flush=True)
        found = child("ask", str(path))
        columns = "search", "median ms", "p99 ms", "CPU median ms", "CPU p99 ms"
        print(f"| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
        for kind, spent in found["times"].items():
            clock, cpu = zip(*spent, strict=True)
            figures = [f"{f(x):.1f}" for x in (clock, cpu) for f in (statistics.median, p99)]
            print(f"| {kind} | {' | '.join(figures)} |")
        print(
            f"\nOpening takes {found['opening']:.0f} ms, one persona by its id "
            f"{found['getting']:.1f} ms; searching took {found['mb']} MB at its peak."
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["build"]:
        build(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["ask"]:
        ask(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
