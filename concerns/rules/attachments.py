"""Which files may be added to a concern, how large and how many, and why others are not kept.

The kind of a file is judged by its name and its content together: the name ends in one of the
endings of the kind, and the content begins, and where it can be told also ends, as the kind's own
specification says. A file that is two kinds at once (a PDF with an archive behind it) is refused. A
picture is drawn anew from what it shows (`paper/image_process.py`), so that nothing else of it is
kept: no place, no telephone, nothing hidden behind it.

A file that is not kept stops nothing. Its name and the reason stand beside those that are, for
whoever added it and for the leads.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from concerns.rules.words import Choice

MEGABYTE = 1024 * 1024
# Bytes of one file; files added at once, and in one draft; files of one concern.
LARGEST = 25 * MEGABYTE
MOST_AT_ONCE = 20
MOST_OF_CONCERN = 200
# Reasons that are kept why files of one draft are not: Django takes no more files in a form.
MOST_REASONS = 100
# Bytes of a whole sending: the files, and what a browser puts around them.
LARGEST_SENDING = MOST_AT_ONCE * LARGEST + MEGABYTE
# Points of a picture. A telephone takes 48 or 50 million; a file of 100 KB can say a billion.
MOST_PIXELS = 64_000_000
# Bytes that the parts of a Word or OpenDocument file say they unpack to, and how many parts.
MOST_UNPACKED = 200 * MEGABYTE
MOST_PARTS = 5_000
# Letters of a file's name that are kept.
LONGEST_NAME = 120
# Bytes of the list of parts in an archive. It is read whole, and 5,000 parts take less.
MOST_PARTS_LIST = MEGABYTE
# What a page says beside the button. A mark is described in words and looked at by a doctor. Of
# pictures that are a crime: UKCIS, "Sharing nudes and semi-nudes: advice for education settings",
# which says never to copy, print, share, store or save them.
NO_BODY_PHOTOGRAPHS = (
    "Never add a photograph of a child’s body, or of a mark on it. Describe it in words. If a "
    "picture of a child is evidence of a crime, do not copy it or send it on: leave it where it "
    "is. A safeguarding lead must be told, and asks the police what to do."
)


# Which files a form takes, in words. A new kind of file is named here too.
FILES_TAKEN = (
    "PDF, Word, OpenDocument, pictures (JPEG, PNG, HEIC), plain text, or e-mails (.eml, .msg). "
    f"{LARGEST // MEGABYTE} MB each, and {MOST_AT_ONCE} at once."
)


class FileKind(Choice):
    """The kinds that are kept."""

    PDF = "pdf", "PDF"
    WORD = "word", "Word document"
    OLD_WORD = "old_word", "Word document (.doc)"
    ODF = "odf", "OpenDocument file"
    JPEG = "jpeg", "Picture (JPEG)"
    PNG = "png", "Picture (PNG)"
    HEIC = "heic", "Picture (HEIC)"
    TEXT = "text", "Plain text"
    EMAIL = "email", "E-mail (.eml)"
    OUTLOOK = "outlook", "E-mail (.msg)"


class FileFault(Choice):
    """Why a file was not kept, in sentences that stand after its name."""

    EMPTY = "empty", "It is empty. Open it where it came from, and save it again."
    LARGE = (
        "large",
        f"It is larger than {LARGEST // MEGABYTE} MB. Save it smaller, or in parts.",
    )
    MANY = (
        "many",
        f"Only {MOST_AT_ONCE} files can be sent together. Add this one after those have been sent.",
    )
    KIND = (
        "kind",
        "Files of this kind are not kept. Save it as a PDF, a Word or OpenDocument file, a picture"
        " (JPEG, PNG or HEIC), plain text or an e-mail.",
    )
    MISMATCH = (
        "mismatch",
        "What it holds is not what its name says, or it is damaged. Open it where it came from,"
        " and save it again.",
    )
    UNPACKS = (
        "unpacks",
        "It is packed, and becomes far too large when it is opened. Save it as a PDF.",
    )
    MACROS = "macros", "It holds a program (macros). Save it as a PDF."
    PICTURE = "picture", "The picture is damaged, or has too many pixels. Make a smaller one."
    CUT = "cut", "It did not arrive whole. Add it again."
    VIRUS = "virus", "The scanner found a virus in it. Do not open it, and tell your technician."
    NOT_SCANNED = (
        "not_scanned",
        "The scanner for viruses did not answer. Add it again later, or tell your technician.",
    )


@dataclass(frozen=True)
class FileRule:
    """How a kind is told, and how it is given out. `endings`: of the name. `is_content`: whether
    bytes are a file of this kind. `media_type`: what it is given out as."""

    endings: tuple[str, ...]
    is_content: Callable[[bytes], bool]
    media_type: str


def _is_pdf(content: bytes) -> bool:
    """ISO 32000-2, 7.5.2 and 7.5.5. Nothing may stand behind the end: an archive there would make
    it two kinds at once."""
    end = content.rstrip(b"\0\t\r\n ")[-5:]
    return content.startswith(b"%PDF-") and end == b"%%EOF" and not _ends_as_archive(content)


# An archive's last record, and the longest comment after it (APPNOTE 6.3.10, 4.3.16).
_END_OF_ARCHIVE = b"PK\x05\x06"
_END_RECORD = 22
_LONGEST_COMMENT = 65_535


def _ends_as_archive(content: bytes) -> bool:
    """Whether the file, whatever it begins with, can be opened as an archive."""
    tail = content[-_END_RECORD - _LONGEST_COMMENT :]
    at = tail.find(_END_OF_ARCHIVE)
    while at >= 0:
        comment = int.from_bytes(tail[at + 20 : at + _END_RECORD], "little")
        if at + _END_RECORD + comment == len(tail):
            return True
        at = tail.find(_END_OF_ARCHIVE, at + 1)
    return False


def _parts_of_archive(content: bytes) -> list[zipfile.ZipInfo]:
    """The parts of an archive that begins at the first byte and ends with the last; none if it is
    not one. Nothing is unpacked, and no list of parts is read that is far too long."""
    if not (content.startswith(b"PK\x03\x04") and _ends_as_archive(content)):
        return []
    end = content.rfind(_END_OF_ARCHIVE)
    # What follows the list would say that it is longer than four bytes can say.
    is_zip64 = content[max(0, end - 20) : end].startswith(b"PK\x06\x07")
    if is_zip64 or int.from_bytes(content[end + 12 : end + 16], "little") > MOST_PARTS_LIST:
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


def _names_in_archive(content: bytes) -> frozenset[str]:
    return frozenset(part.filename for part in _parts_of_archive(content))


def _is_word(content: bytes) -> bool:
    """ECMA-376, part 2 (packages) and part 1 (the main part of a document)."""
    return {"[Content_Types].xml", "word/document.xml"} <= _names_in_archive(content)


_ODF = re.compile(rb"application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")


def _is_odf(content: bytes) -> bool:
    """OpenDocument 1.3, part 2, 3.3: the first part is `mimetype`, unpacked, at a fixed place."""
    named = content[30:38] == b"mimetype" and bool(_ODF.match(content, 38))
    return named and "content.xml" in _names_in_archive(content)


_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is_old_word(content: bytes) -> bool:
    """[MS-CFB] 2.2 and [MS-DOC] 2.1.1: the stream that holds the document."""
    return content.startswith(_COMPOUND) and "WordDocument".encode("utf-16-le") in content


def _is_outlook(content: bytes) -> bool:
    """[MS-CFB] 2.2 and [MS-OXMSG] 2.4."""
    stream = "__properties_version1.0".encode("utf-16-le")
    return content.startswith(_COMPOUND) and stream in content


def _is_jpeg(content: bytes) -> bool:
    """ITU-T T.81, B.1.1.3."""
    return content.startswith(b"\xff\xd8\xff")


def _is_png(content: bytes) -> bool:
    """PNG, third edition, 5.2."""
    return content.startswith(b"\x89PNG\r\n\x1a\n")


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})


def _is_heic(content: bytes) -> bool:
    """ISO/IEC 14496-12, 4.3, with the brands of ISO/IEC 23008-12."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS


_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_OTHERS = (b"%PDF-", b"{\\rtf", b"MZ")


def _is_text(content: bytes) -> bool:
    """Text in any usual encoding: without control characters, and not another kind's beginning."""
    if content.startswith(_WIDE):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError:
            return False
    return not _CONTROL.search(content) and not content.startswith(_OTHERS)


_HEADER = re.compile(rb"[!-9;-~]+:")
_USUAL_HEADER = re.compile(
    rb"^(from|date|subject|received|message-id|mime-version|return-path|to):", re.I | re.M
)


def _is_email(content: bytes) -> bool:
    """RFC 5322, 2.1 and 2.2: it begins with header fields, among them a usual one."""
    head = re.split(rb"\r?\n\r?\n", content[: 256 * 1024].lstrip(), maxsplit=1)[0]
    begins = bool(_HEADER.match(head)) and bool(_USUAL_HEADER.search(head))
    return begins and b"\0" not in content


# Given out as what it is for any program: three kinds of document share the kind here.
_ANY = "application/octet-stream"
# Read from above to below; the endings are of one kind each.
KINDS: dict[FileKind, FileRule] = {
    FileKind.PDF: FileRule((".pdf",), _is_pdf, "application/pdf"),
    FileKind.WORD: FileRule(
        (".docx",), _is_word,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    FileKind.OLD_WORD: FileRule((".doc",), _is_old_word, "application/msword"),
    FileKind.ODF: FileRule((".odt", ".ods", ".odp"), _is_odf, _ANY),
    FileKind.JPEG: FileRule((".jpg", ".jpeg", ".jpe", ".jfif"), _is_jpeg, "image/jpeg"),
    FileKind.PNG: FileRule((".png",), _is_png, "image/png"),
    FileKind.HEIC: FileRule((".heic", ".heif"), _is_heic, "image/heic"),
    FileKind.TEXT: FileRule((".txt", ".text"), _is_text, "text/plain"),
    FileKind.EMAIL: FileRule((".eml",), _is_email, "message/rfc822"),
    FileKind.OUTLOOK: FileRule((".msg",), _is_outlook, "application/vnd.ms-outlook"),
}  # fmt: skip
# What a browser offers to choose.
ACCEPTED = ",".join(ending for rule in KINDS.values() for ending in rule.endings)
# Pictures, and what each is drawn anew as. HEIC becomes JPEG, which every computer opens.
DRAWN_AS = {
    FileKind.JPEG: FileKind.JPEG,
    FileKind.PNG: FileKind.PNG,
    FileKind.HEIC: FileKind.JPEG,
}
_PACKED = frozenset({FileKind.WORD, FileKind.ODF})
UNNAMED = "file"


def clean_file_name(given: str) -> str:
    """The name of a file without a path and without characters that are not seen or that turn the
    reading round, at most `LONGEST_NAME` long; its ending is kept."""
    seen = "".join(
        " " if letter.isspace() else letter
        for letter in given
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    name = " ".join(re.split(r"[/\\:]", seen)[-1].split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if dot and len(ending) < 10:
        return f"{stem[: LONGEST_NAME - len(ending) - 1].strip() or UNNAMED}.{ending}"
    return name[:LONGEST_NAME] or UNNAMED


def kind_of_name(name: str) -> FileKind | None:
    """The kind that a file's name says it is; None if it is none that is kept."""
    low = name.lower()
    return next((kind for kind, rule in KINDS.items() if low.endswith(rule.endings)), None)


def judge_file(name: str, content: bytes) -> tuple[FileKind | None, FileFault | None]:
    """The kind of a file of this name and content, and why it is not kept; None where it may be.

    `name` is a cleaned name. Whether a picture can be drawn is found out later.
    """
    kind = kind_of_name(name)
    if not content:
        return kind, FileFault.EMPTY
    if kind is None:
        return None, FileFault.KIND
    if len(content) > LARGEST:
        return kind, FileFault.LARGE
    if kind in _PACKED and _unpacks_to_too_much(content):
        return kind, FileFault.UNPACKS
    if not KINDS[kind].is_content(content):
        return kind, FileFault.MISMATCH
    if kind in _PACKED and _holds_macros(content):
        return kind, FileFault.MACROS
    return kind, None


def _unpacks_to_too_much(content: bytes) -> bool:
    """By what the archive says of itself, before anything in it is unpacked."""
    parts = _parts_of_archive(content)
    return len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED


def _holds_macros(content: bytes) -> bool:
    """Programs of Word ([MS-OVBA]) or of OpenDocument (Basic, scripts)."""
    names = {name.lower() for name in _names_in_archive(content)}
    return any(
        name.endswith("vbaproject.bin") or name.startswith(("basic/", "scripts/")) for name in names
    )


def name_as_kept(name: str, kind: FileKind) -> str:
    """The name under which a file is kept: that of a HEIC picture ends as what it became."""
    drawn = DRAWN_AS.get(kind, kind)
    return name if drawn is kind else f"{name.rpartition('.')[0]}{KINDS[drawn].endings[0]}"


def size_of_file_in_words(size: int) -> str:
    """The size of a file in bytes as a page says it: "3.4 MB", "12 KB"."""
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(1, round(size / 1024))} KB"
