"""Tests that a workbook is read as the file of rows it holds, and that none of them costs more than
its share of memory and time."""

import base64
import gzip
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time
from textwrap import dedent

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concerns.paper import bounded_process, workbook_reading
from concerns.paper.csv_columns import PUPIL, make_heading_counter
from concerns.paper.csv_reading import MOST_BYTES, NotATable, decode_file, read_table

is_known = make_heading_counter(PUPIL)
HEADINGS = ["Surname", "Forename", "Date of birth", "Adm No", "Class"]
# Two invented pupils, as Excel 97 saved them: compressed, and in letters.
OLD = """
ABzY85qk}50{`t;O-NKx6h8OPo8RV7(?A1x2w9n6LrQIQaxh&vO-hs!)R?av)OqrB7PTnLTn0g#3O9l++E{JucTu|*g;I+k2
%K6<i=d!|`a1W#pGGrqpakQ6k9*!d=iYO_JNKUZGjD#bWMS%IWgga`8C<ZU`@vISW0?Gw5(O;Rb&<8+K1{lUEd{?1C(`4FXQ
9_#F^6Kl^T6SO^b#e&Crqbc7?NsMkv9<u>O-1|J~W|ZFo~8hR8X%<NuDLSo#cJ0`JCiovRo(Ggmo8K56s1rwTH|oKFO=8EDW
OEN96N?EHNmDS0aip-(W^vH?(M(^xzgNsFH#(4LG6gN><T?9)Y_M0BCKk@93!SMl3)XPWCi>*JXfj)~bFXJNC`BGeG-~)pqY
6>^_{twf37_0vH4R3@wrg4C-0QSjef|aAt613Etom07@7TT{$hA9#U|tZc{ZyWJ4Gg=}|>i&&i35Hrnq3IG#%4uF%pqlo=Vx
s98Cg8|qaw44-Z#t;y}0nj6M*pi?<-<gp<6MNaf%<Yltx-lHxC(LJ``LJW5mJ40<W;A(3~c!3>-3ONZ1WMB{<?0J`x&#v;09
kiSp(W$W|AWk9LwW6zbtq`r|Aj&?7P`-rLbQFhe>E7439lfdeX|jybNoAa8yTtH;4p)Q+I)|ymMN%|fOCI}3UZqxdQofR887
??{*QCnLOxrlsxkjZm$a8@3F21`UzX$UZi^m>UO?-~;#r#Zr{$kn8`}h=8<N4Z${^A*jI#$Q-+!lBex8BU$`#zGa_-!Bb@u=
B%-8{4-uq;+SqJ*TOiP2%U#?7%ZG#6?vTa!?eY|V|D+txg&c}!Ne4l5&8uUVfFs~G!BTxcAB%hO42mI+qBT~n|IY)!Ckvo*m
QG+FsNtejXwW_=?P!X_&xR(^|{Wr8(gmld*dVvX9GU=<_S%u8WbP~bW93juK8z<~n?4jeex8enw$Gj6;R-S3RswAcKuvy5rQ
`AqWPq7zhnM)6PO5y;|Og9}B)&kk@it1Y%cAM1OezzJm6U;uil9|J|lFW%)@;qTe7WAyJWp<?-0is|P+=Kl$e2SMck761S
"""


def workbook(*sheets: list[list], hidden: tuple[int, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
        if number in hidden:
            sheet.sheet_state = "hidden"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def read(content: bytes):
    return read_table(decode_file(content, is_known), is_known)


def test_a_workbook_is_read_with_its_days_and_whole_numbers():
    row = ["Ní Bhriain", "Zoë", date(2017, 3, 4), 1234, "4B"]
    found = read(workbook([HEADINGS, row]))
    assert found.headings == tuple(HEADINGS)
    assert [one.cells for one in found.rows] == [("Ní Bhriain", "Zoë", "2017-03-04", "1234", "4B")]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (True, "yes"),
        (False, "no"),
        (12.5, "12.5"),
        (datetime(2017, 3, 4, 9, 5), "2017-03-04 09:05"),
        (datetime(2017, 3, 4), "2017-03-04"),
        (time(9, 5), "09:05"),
        ("two\nlines, and a comma", "two lines, and a comma"),
        (None, ""),
    ],
)
def test_a_cell_is_in_words_on_one_line(cell, words):
    found = read(workbook([HEADINGS, ["Smith", "Ivy", cell, "1", "4B"]]))
    assert found.rows[0].cells[2] == words


def test_a_row_has_the_number_that_it_has_in_the_sheet():
    found = read(workbook([["Pupils"], [], HEADINGS, ["Smith", "Ivy", "x", "1", "4B"]]))
    assert [row.line for row in found.rows] == [4]


def test_the_sheet_with_the_headings_is_read_though_another_is_longer():
    notes = [[f"Note {number}", "of", "no", "pupil"] for number in range(30)]
    found = read(workbook(notes, [HEADINGS, ["Smith", "Ivy", "x", "1", "4B"]]))
    assert [row.cells[0] for row in found.rows] == ["Smith"]


def test_of_two_sheets_with_the_headings_the_longer_is_read():
    few = [HEADINGS, ["Smith", "Ivy", "x", "1", "4B"]]
    found = read(workbook(few, [*few, ["Khan", "Theo", "x", "2", "4B"]]))
    assert len(found.rows) == 2


def test_a_hidden_sheet_is_not_read():
    few = [HEADINGS, ["Smith", "Ivy", "x", "1", "4B"]]
    found = read(workbook(few, [*few, ["Khan", "Theo", "x", "2", "4B"]], hidden=(1,)))
    assert len(found.rows) == 1


def test_a_workbook_of_old_excel_is_read():
    found = read(gzip.decompress(base64.b85decode(OLD.replace("\n", ""))))
    assert [row.cells[:4] for row in found.rows] == [
        ("Ní Bhriain", "Zoë", "2017-03-04", "A10000000001"),
        ("O’Neill", "Seán", "2016-05-06", "A10000000017"),
    ]


def test_a_workbook_of_opendocument_is_read():
    cells = "".join(
        f"<table:table-cell office:value-type='string'><text:p>{words}</text:p></table:table-cell>"
        for words in ("Surname", "Forename", "DOB")
    )
    content = dedent(f"""\
        <?xml version="1.0" encoding="UTF-8"?>
        <office:document-content office:version="1.2"
         xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
         xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
         xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
        <office:body><office:spreadsheet><table:table table:name="Pupils">
        <table:table-row>{cells}</table:table-row>
        <table:table-row>{cells}</table:table-row>
        </table:table></office:spreadsheet></office:body></office:document-content>""")
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    files = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": listed}
    found = read(archive(files))
    assert [row.cells for row in found.rows] == [("Surname", "Forename", "DOB")]


def archive(files: dict[str, str | bytes]) -> bytes:
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as made:
        for name, words in files.items():
            made.writestr(name, words)
    return saved.getvalue()


def with_sheet(change) -> bytes:
    """A good workbook, of whose first sheet the XML was changed."""
    good = zipfile.ZipFile(io.BytesIO(workbook([HEADINGS, ["Smith", "Ivy", "x", "1", "4B"]])))
    files = {name: good.read(name) for name in good.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    return archive(files | {sheet: change(files[sheet])})


REFUSED = {
    "nothing in it": (workbook([]), "empty"),
    "all hidden but an empty one": (workbook([[]], [["x"]], hidden=(1,)), "empty"),
    "an archive of something else": (archive({"word/document.xml": "<w/>"}), "not a workbook"),
    "noise in an archive's clothes": (b"PK\x03\x04" + bytes(200), "not a workbook"),
    "noise in old clothes": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "not a workbook"),
    "cut half-way": (workbook([HEADINGS])[:3000], "not a workbook"),
    "a far cell": (
        with_sheet(lambda xml: xml.replace(b'r="E2"', b'r="XFD1048576"')),
        "too large to read",
    ),
    "much, packed small": (archive({"xl/a.xml": bytes(160 * 1024 * 1024)}), "too large to read"),
    "more than a file may hold": (
        workbook([HEADINGS, *([["x" * 30_000] * 6] * 60)]),
        "more than 10 MB",
    ),
}


@pytest.mark.parametrize(("content", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_said(content, says):
    assert len(content) < MOST_BYTES
    with pytest.raises(NotATable, match=says):
        decode_file(content, is_known)


def test_no_key_of_the_site_goes_to_the_process_that_reads(monkeypatch):

    given = {}

    def run(command, **more):
        given.update(more)
        return real(command, **more)

    real = bounded_process.subprocess.run
    monkeypatch.setattr(bounded_process.subprocess, "run", run)
    read(workbook([HEADINGS]))
    assert set(given["env"]) == {"PATH", "LANG"}


def test_a_process_that_does_not_end_is_ended(monkeypatch):

    monkeypatch.setattr(workbook_reading, "_MOST_SECONDS", 0.001)
    with pytest.raises(NotATable, match="too large to read"):
        read(workbook([HEADINGS]))


GOOD = workbook([HEADINGS, *[["Smith", "Ivy", date(2017, 3, 4), n, "4B"] for n in range(20)]])


@settings(max_examples=25)
@given(st.data())
def test_a_workbook_cut_or_changed_anywhere_is_read_or_told(data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(4, len(content)))
    with suppress(NotATable):
        read(bytes(content[:cut]))
