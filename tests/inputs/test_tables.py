"""Where a document is cut: headers of tables come again, captions stay with what they caption."""

from __future__ import annotations

from itertools import pairwise

from textsynth.inputs._chunking import cut

ROWS = [f"| Service number {n} | {n} pounds |" for n in range(60)]
TABLE = "\n".join(["| Service | Fee |", "| --- | --- |", *ROWS])


def test_each_piece_of_a_long_table_begins_with_its_header() -> None:
    pieces = cut(f"# Fees\n\nWhat things cost.\n\n{TABLE}\n\nThe end of it all.\n", 400, 40,
                 markdown=True)  # fmt: skip
    inside = [piece for piece in pieces if "| Service number" in piece.text]
    assert len(inside) > 4
    for piece in inside:
        assert piece.text.count("| Service | Fee |\n| --- | --- |\n| Service number") == 1
        assert len(piece.text) <= 400
        assert piece.headings == ("Fees",)
    rows = [line for piece in inside for line in piece.text.split("\n") if "number" in line]
    assert rows == ROWS
    assert all(a.start < b.start for a, b in pairwise(pieces))


def test_short_table_is_left_alone() -> None:
    short = "\n".join(TABLE.split("\n")[:5])
    (piece,) = cut(f"Prices.\n\n{short}\n", 400, 40, markdown=True)
    assert piece.text == f"Prices.\n\n{short}"


def test_caption_goes_with_the_text_above_it() -> None:
    prose = "Deposits have grown in every quarter of the year, as the bars below show. " * 3
    after = "The next year is expected to be alike, save for the summer, when fewer people save. "
    text = f"{prose.strip()}\n\n그림 2: 분기별 예금\n\n{(after * 3).strip()}\n"
    first, second = cut(text, 260, 40, markdown=True)
    assert first.text.endswith("\n\n그림 2: 분기별 예금")
    assert second.text.startswith("The next year")
    assert second.start == text.index("The next year")


def test_caption_without_room_takes_its_paragraph_along() -> None:
    one, two = "First words of the section. " * 6, "Second words, shown in the figure. " * 3
    after = "Third words, of something else. " * 7
    text = f"{one.strip()}\n\n{two.strip()}\n\nFigure 3: The second words.\n\n{after.strip()}"
    pieces = cut(text, 290, 40, markdown=True)
    (held,) = [piece.text for piece in pieces if "Figure 3" in piece.text]
    assert held.startswith("Second words")
    assert " ".join(piece.text for piece in pieces).split() == text.split()
