"""Rebuild manual.pdf and the two product DOCX files from ../bank-sources/*.md.txt.

    pip install reportlab python-docx
    python examples/bank/make_documents.py

The output is deterministic: with the same versions of reportlab and python-docx
the files come out byte for byte the same.

Source format: "# " title, "## " section, "### " heading, "- " bullet, "1. " numbered
step, "| a | b |" table row (the first row is the head), blank line between blocks.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent / "bank-sources"
STAMP = dt.datetime(2026, 3, 1, 9, 0, 0)
AUTHOR = "textsynth authors"

Block = tuple[str, list[Any]]


def parse(text: str) -> list[Block]:
    """Turn the source into (kind, items) blocks."""
    blocks: list[Block] = []
    for chunk in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in chunk.splitlines()]
        first = lines[0]
        if first.startswith("#"):
            marks, title = first.split(" ", 1)
            blocks.append((f"h{len(marks)}", [title]))
        elif first.startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            blocks.append(("table", rows))
        elif first.startswith("- "):
            blocks.append(("bullets", [line[2:] for line in lines]))
        elif re.match(r"\d+\. ", first):
            blocks.append(("steps", [line.split(". ", 1)[1] for line in lines]))
        else:
            blocks.append(("p", [" ".join(lines)]))
    return blocks


def style(name: str, size: float, leading: float, **more: object) -> ParagraphStyle:
    font = "Helvetica-Bold" if name.startswith("h") else "Helvetica"
    return ParagraphStyle(
        name, fontName=font, fontSize=size, leading=leading, alignment=TA_LEFT, **more
    )


INK = colors.HexColor("#1f3d36")
STYLES = {
    "h1": style("h1", 19, 23, spaceAfter=4, textColor=INK),
    "h2": style("h2", 15, 19, spaceBefore=3, spaceAfter=4, textColor=INK),
    "h3": style("h3", 11.4, 14.5, spaceBefore=7, spaceAfter=2),
    "p": style("p", 10.6, 14.5, spaceAfter=5),
    "item": style("item", 10.6, 14.5, spaceAfter=2, leftIndent=14, bulletIndent=2),
    "cell": style("cell", 9.2, 11.4),
    "hcell": style("hcell", 9.2, 11.4),
}


def pdf_table(rows: list[list[str]], width: float) -> Table:
    cells = [
        [Paragraph(escape(cell), STYLES["hcell" if i == 0 else "cell"]) for cell in row]
        for i, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=[width / len(rows[0])] * len(rows[0]), hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e3ece9")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
            ]
        )
    )
    return table


def footer(canvas: Canvas, _doc: BaseDocTemplate) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(colors.grey)
    canvas.drawString(2.2 * cm, 1.2 * cm, "Larkmere Bank Customer Manual, edition 7 (fictional)")
    canvas.drawRightString(A4[0] - 2.2 * cm, 1.2 * cm, f"Page {canvas.getPageNumber()}")
    canvas.restoreState()


def build_pdf(source: Path, target: Path) -> None:
    left, right, top, bottom = 2.2 * cm, 2.2 * cm, 1.7 * cm, 1.9 * cm
    width, height = A4[0] - left - right, A4[1] - top - bottom
    story: list[Flowable] = []
    sections = 0
    for kind, items in parse(source.read_text(encoding="utf-8")):
        if kind == "h2":
            if sections:
                story.append(PageBreak())
            sections += 1
        if kind == "table":
            story += [Spacer(1, 2), pdf_table(items, width), Spacer(1, 6)]
        elif kind == "bullets":
            story += [Paragraph(escape(i), STYLES["item"], bulletText="•") for i in items]
            story.append(Spacer(1, 3))
        elif kind == "steps":
            story += [
                Paragraph(escape(i), STYLES["item"], bulletText=f"{n}.")
                for n, i in enumerate(items, 1)
            ]
            story.append(Spacer(1, 3))
        else:
            story.append(Paragraph(escape(items[0]), STYLES[kind]))
    doc = BaseDocTemplate(
        str(target),
        pagesize=A4,
        invariant=1,
        title="Larkmere Bank Customer Manual",
        author=AUTHOR,
        subject="Fictional example document",
    )
    frame = Frame(left, bottom, width, height, 0, 0, 0, 0)
    doc.addPageTemplates([PageTemplate(id="page", frames=[frame], onPageEnd=footer)])
    doc.build(story)


def build_docx(source: Path, target: Path) -> None:
    document = docx.Document()
    for kind, items in parse(source.read_text(encoding="utf-8")):
        if kind in ("h1", "h2", "h3"):
            document.add_heading(items[0], level=int(kind[1]))
        elif kind == "table":
            table = document.add_table(rows=0, cols=len(items[0]))
            table.style = "Light Grid Accent 1"
            for row in items:
                for cell, value in zip(table.add_row().cells, row, strict=True):
                    cell.text = value
            document.add_paragraph()
        elif kind in ("bullets", "steps"):
            name = "List Bullet" if kind == "bullets" else "List Number"
            for item in items:
                document.add_paragraph(item, style=name)
        else:
            document.add_paragraph(items[0])
    core = document.core_properties
    core.author = core.last_modified_by = AUTHOR
    core.title = target.stem.replace("-", " ").capitalize()
    core.comments = "Fictional example document"
    core.created = core.modified = core.last_printed = STAMP
    core.revision = 1
    buffer = io.BytesIO()
    document.save(buffer)
    # Write the parts again in sorted order with a fixed time, so that the file is reproducible.
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(target, "w") as new:
        names = sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n))
        for name in names:
            info = zipfile.ZipInfo(name, date_time=STAMP.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            new.writestr(info, old.read(name))


def main() -> None:
    build_pdf(SOURCES / "manual.md.txt", HERE / "manual.pdf")
    for name in ("student-account", "business-account"):
        build_docx(SOURCES / f"{name}.md.txt", HERE / "products" / f"{name}.docx")


if __name__ == "__main__":
    main()
