"""Makes the sample files of this folder: papers of a fictional bank and a fictional clinic.

Needs packages that textsynth does not: reportlab, Pillow, python-docx, python-pptx; and the fonts
DejaVu Sans and NanumGothic. Run it from anywhere: `python tests/data/make_samples.py`.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import docx
import pptx
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from reportlab.platypus import (
    Flowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Table,
    TableStyle,
)
from reportlab.platypus import (
    Image as Picture,
)

HERE = Path(__file__).parent
LATIN = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
HANGUL = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"

FEES = [
    ("Service", "Fee", "Paid"),
    ("Second debit card", "6 pounds", "once"),
    ("Express delivery", "12 pounds", "once"),
    ("Cheque book", "4 pounds", "per book"),
    ("Payment abroad", "1.5 percent", "per payment"),
]

FAQ_KO = [
    ("카드를 잃어버렸습니다. 어떻게 해야 하나요?",
     "앱의 카드 메뉴에서 바로 정지하실 수 있습니다. 새 카드는 영업일 기준 닷새 안에 도착합니다."),
    ("이체 한도는 얼마인가요?",
     "하루 한도는 500만 원이며, 지점에서 신분증을 보여 주시면 올려 드립니다."),
    ("통장 없이도 입출금이 되나요?",
     "네, 체크카드나 앱만 있으면 모든 지점과 자동화기기에서 이용하실 수 있습니다."),
]  # fmt: skip

FAQ_EN = [
    ("I have lost my card. What now?",
     "Freeze it in the app under Cards. A new one reaches you within five working days."),
    ("How much may I transfer a day?",
     "Ten thousand pounds. A branch raises the limit when you show your passport."),
    ("When is interest paid?", "On the last working day of each month, into the same account."),
]  # fmt: skip


def picture(name: str, font: str, size: int, noise: float) -> Image.Image:
    """A page as a scanner gives it: grey, a little soft, a little skewed, with specks."""
    lines = (HERE / name).read_text("utf8").splitlines()
    page = Image.new("L", (1240, 1754), 250)
    draw = ImageDraw.Draw(page)
    for k, line in enumerate(lines):
        draw.text((110, 140 + k * size * 2), line, 30, ImageFont.truetype(font, size))
    page = page.filter(ImageFilter.GaussianBlur(0.6)).rotate(0.3, fillcolor=250)
    chance, dots = random.Random(7), page.load()
    for _ in range(int(noise * page.width * page.height)):
        dots[chance.randrange(page.width), chance.randrange(page.height)] = chance.randrange(256)
    return page


def scans() -> None:
    """Scanned pages as pictures in every format and as PDF."""
    english = picture("scan-en.txt", LATIN, 30, 0.0001)
    korean = picture("scan-ko.txt", HANGUL, 32, 0.0001)
    for stem, page in (("scan-en", english), ("scan-ko", korean)):
        page.quantize(16).save(HERE / f"{stem}.png", optimize=True)
        jpeg = io.BytesIO()
        page.save(jpeg, "JPEG", quality=45)
        sheet = canvas.Canvas(str(HERE / f"{stem}.pdf"), pagesize=A4, invariant=1)
        sheet.drawImage(ImageReader(io.BytesIO(jpeg.getvalue())), 0, 0, *A4)
        sheet.save()
    top = english.crop((0, 100, 1240, 668))
    top.save(HERE / "letter.jpg", quality=45)
    top.save(HERE / "letter.webp", quality=40)
    flat = top.point(lambda grey: 255 if grey > 128 else 0).convert("1")
    flat.save(HERE / "letter.bmp")
    below = english.crop((0, 668, 1240, 1200)).point(lambda g: 255 if g > 128 else 0).convert("1")
    flat.save(HERE / "letter.tiff", compression="group4", save_all=True, append_images=[below])


def manual() -> None:
    """A bank's manual: headings, running header, prose, a table, a figure with its caption."""
    title = ParagraphStyle("t", fontName="Helvetica-Bold", fontSize=15, leading=22, spaceBefore=8)
    prose = ParagraphStyle("p", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=8)
    small = ParagraphStyle("c", fontName="Helvetica-Oblique", fontSize=9, leading=13)
    grid = Table(FEES, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)]))
    chart = Image.new("RGB", (360, 120), "white")
    draw = ImageDraw.Draw(chart)
    for k, height in enumerate((30, 52, 75, 104)):
        draw.rectangle((30 + k * 80, 118 - height, 80 + k * 80, 118), fill=(90, 120, 170))
    bars = io.BytesIO()
    chart.save(bars, "PNG")
    parts: list[Flowable] = [
        Paragraph("1. Cards", title),
        Paragraph(
            "Every current account comes with one debit card. It is sent by post and arrives "
            "within five working days. The card works once you have paid with it and your PIN in "
            "a shop or at a cash machine. If it is lost or stolen, freeze it in the app at once; "
            "it can be thawed there for thirty days, and after that a new one is ordered.", prose),
        PageBreak(),
        Paragraph("2. Fees", title),
        Paragraph(
            "The account itself is free. The services below are charged when they are used, and "
            "the fee is taken from the account on the next working day after the order.", prose),
        grid,
        PageBreak(),
        Paragraph("3. Savings", title),
        Paragraph(
            "Savers have put more into the Harbour account in every quarter of the year. Interest "
            "is paid monthly, and money can be taken out on any day without notice or charge.",
            prose),
        Picture(bars, 360, 120),
        Paragraph("Figure 1: Deposits in the Harbour account by quarter, in millions.", small),
    ]  # fmt: skip

    def furniture(sheet: canvas.Canvas, document: SimpleDocTemplate) -> None:
        sheet.setFont("Helvetica", 8)
        sheet.drawString(72, 810, f"Larkmere Bank, manual for branches, page {document.page}")

    SimpleDocTemplate(str(HERE / "manual.pdf"), pagesize=A4, invariant=1).build(
        parts, onFirstPage=furniture, onLaterPages=furniture
    )


def korean_pdf() -> None:
    """A clinic's leaflet in Korean, with a table."""
    pdfmetrics.registerFont(TTFont("Nanum", HANGUL))
    title = ParagraphStyle("t", fontName="Nanum", fontSize=15, leading=24, wordWrap="CJK")
    prose = ParagraphStyle("p", fontName="Nanum", fontSize=10.5, leading=17, spaceAfter=8)
    rows = [("검사", "비용"), ("혈액 검사", "12,000원"), ("흉부 촬영", "18,000원")]
    style = [("FONT", (0, 0), (-1, -1), "Nanum"), ("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
    parts: list[Flowable] = [
        Paragraph("서인의원 검진 안내", title),
        Paragraph(
            "건강 검진은 예약하신 분만 받으실 수 있습니다. 검진 전날 밤 9시 이후에는 물을 "
            "포함하여 아무것도 드시지 마십시오. 혈압약을 드시는 분은 당일 아침에 물을 조금만 "
            "드시고 약을 복용하셔도 됩니다.", prose),
        Paragraph("비용", title),
        Paragraph("검사마다 아래의 비용이 들며, 접수창구에서 검진 당일에 내시면 됩니다.", prose),
        Table(rows, style=TableStyle(style)),
    ]  # fmt: skip
    SimpleDocTemplate(str(HERE / "leaflet-ko.pdf"), pagesize=A4, invariant=1).build(parts)


def mixed_pdf() -> None:
    """A page of text, a scanned page, an empty page."""
    sheet = canvas.Canvas(str(HERE / "mixed.pdf"), pagesize=A4, invariant=1)
    sheet.setFont("Helvetica", 11)
    for k, line in enumerate((
        "Dear customer, please find enclosed the notice about your savings account that we sent",
        "to your old address last month. It came back to us, so we kept a scan of it for you here.",
        "Please tell us in the app or in a branch whether your address has changed since then.",
    )):  # fmt: skip
        sheet.drawString(60, 760 - 18 * k, line)
    sheet.showPage()
    jpeg = io.BytesIO()
    picture("scan-en.txt", LATIN, 30, 0.0001).save(jpeg, "JPEG", quality=45)
    sheet.drawImage(ImageReader(io.BytesIO(jpeg.getvalue())), 0, 0, *A4)
    sheet.showPage()
    sheet.showPage()
    sheet.save()


def office() -> None:
    """A DOCX and a PPTX with headings, tables and captions."""
    paper = docx.Document()
    paper.add_heading("Opening an account", 1)
    paper.add_paragraph(
        "You open an account in the app or in a branch. Bring a passport or a driving licence and "
        "a letter with your address that is not older than three months."
    )
    paper.add_heading("Fees", 2)
    paper.add_paragraph("The account is free. These services are charged when you use them.")
    grid = paper.add_table(0, 3)
    for row in FEES:
        for cell, text in zip(grid.add_row().cells, row, strict=True):
            cell.text = text
    paper.add_paragraph("Table 1: What services cost, in force since January.", style="Caption")
    paper.add_heading("해지 안내", 2)
    paper.add_paragraph(
        "계좌를 해지하시려면 신분증을 가지고 가까운 지점으로 오십시오. 남은 돈은 그날 바로 "
        "다른 계좌로 보내 드립니다."
    )
    plain_zip(paper, HERE / "account.docx")

    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Welcome to the front desk"
    slide.placeholders[1].text = (
        "Greet each patient by name and ask for the date of birth.\n"
        "Check the insurance card before the first visit of each quarter."
    )
    slide.notes_slide.notes_text_frame.text = "Show the new card reader here."
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Opening hours"
    hours = [("Day", "Hours"), ("Monday to Friday", "9 to 18"), ("Saturday", "9 to 13")]
    box = (Inches(1), Inches(2), Inches(6), Inches(2))
    table = slide.shapes.add_table(len(hours), 2, *box).table
    for y, line in enumerate(hours):
        for x, text in enumerate(line):
            table.cell(y, x).text = text
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "예약 변경"
    slide.placeholders[1].text = (
        "예약을 바꾸시려는 분께는 빈 시간을 두 가지 이상 말씀드립니다.\n"
        "당일 취소가 세 번 이상이면 원무과에 알립니다."
    )
    plain_zip(deck, HERE / "training.pptx")


def plain_zip(document: Any, path: Path) -> None:
    """Saves an office file without times and without the parts that only fill it."""
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            new.writestr(info, old.read(name), zipfile.ZIP_DEFLATED)


def epub() -> None:
    """A handbook of two chapters."""
    page = (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head>'
        "<title>{0}</title></head><body><h1>{0}</h1>{1}</body></html>"
    )
    first = (
        "<p>Every patient is seen in the order of the appointments. An emergency goes first, and "
        "the others are told how long they will wait.</p><h2>Late patients</h2><p>Who comes more "
        "than fifteen minutes late is given the next free time of the same day.</p>"
    )
    second = (
        "<p>A prescription is valid for seven days. It can be renewed by telephone when the doctor "
        "has noted it in the file.</p><table><tr><th>Kind</th><th>Valid</th></tr><tr><td>Ordinary"
        "</td><td>7 days</td></tr><tr><td>Long-term</td><td>90 days</td></tr></table>"
    )
    parts = {
        "META-INF/container.xml": '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:'
        'xmlns:container"><rootfiles><rootfile full-path="book.opf" media-type="application/'
        'oebps-package+xml"/></rootfiles></container>',
        "book.opf": '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier='
        '"id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">seoin-1'
        "</dc:identifier><dc:title>Handbook of the front desk</dc:title><dc:language>en"
        '</dc:language></metadata><manifest><item id="a" href="a.xhtml" media-type="application/'
        'xhtml+xml"/><item id="b" href="b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
        "a.xhtml": page.format("Appointments", first),
        "b.xhtml": page.format("Prescriptions", second),
    }
    with zipfile.ZipFile(HERE / "handbook.epub", "w") as archive:
        when = (2026, 1, 1, 0, 0, 0)
        archive.writestr(zipfile.ZipInfo("mimetype", when), "application/epub+zip")
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name, when), text, zipfile.ZIP_DEFLATED)


def texts() -> None:
    """HTML, Markdown, CSV in two encodings, JSONL, JSON, Parquet."""
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in FEES)
    (HERE / "fees.html").write_text(
        "<!doctype html><html><head><title>Fees</title></head><body><nav><a href='/'>Home</a> "
        "<a href='/shop'>Shop</a></nav><main><article><h1>Fees</h1><p>The account is free. The "
        "services in the table are charged when you use them, on the next working day.</p><table>"
        f"{rows}</table><h2>Waived fees</h2><p>Students and people in training pay none of these "
        "fees until they are 27, as long as they show a certificate every October.</p></article>"
        "</main><footer>Copyright Larkmere Bank, all rights reserved</footer></body></html>\n",
        "utf8",
    )
    (HERE / "visits.md").write_text(
        "# Visits\n\nVisitors are welcome from 14 to 19. Two at a time may be in a room.\n\n"
        "## Children\n\nChildren under six are looked after in the play room on the ground "
        "floor while their parents visit.\n\n## 면회 안내\n\n면회는 오후 2시부터 7시까지 하실 수 "
        "있습니다. 감기 증상이 있는 분은 면회를 삼가 주십시오.\n", "utf8",
    )  # fmt: skip
    lines = [",".join(f'"{cell}"' for cell in row) for row in [("질문", "답변"), *FAQ_KO]]
    (HERE / "faq-cp949.csv").write_bytes("\r\n".join([*lines, ""]).encode("cp949"))
    (HERE / "faq-bom.csv").write_bytes("\n".join([*lines, ""]).encode("utf-8-sig"))
    records: list[dict[str, Any]] = [
        {"id": k, "question": q, "answer": a, "tags": ["faq", f"t{k}"], "meta": {"read": 10 * k}}
        for k, (q, a) in enumerate(FAQ_EN, start=1)
    ]
    dumped = [json.dumps(record, ensure_ascii=False) for record in records]
    (HERE / "faq.jsonl").write_text("\n".join([*dumped, ""]), "utf8")
    (HERE / "faq.json").write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", "utf8")
    pq.write_table(pa.Table.from_pylist(records), HERE / "faq.parquet", row_group_size=2)


if __name__ == "__main__":
    scans()
    manual()
    korean_pdf()
    mixed_pdf()
    office()
    epub()
    texts()
