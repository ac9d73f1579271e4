"""Small invented files of each kind that may be added to a concern, and how they are made."""

import io
import zipfile

import pillow_heif
from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
OLD_WORD = COMPOUND + "WordDocument".encode("utf-16-le") + bytes(64)
OUTLOOK = COMPOUND + "__properties_version1.0".encode("utf-16-le") + bytes(64)
TEXT = "He said: naïve, nobody else.\n".encode()
EMAIL = b"From: a@example.test\r\nSubject: Visit\r\n\r\nWe called today.\r\n"


def archive(parts: dict[str, bytes], *, packed: bool = True) -> bytes:
    written = io.BytesIO()
    way = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(written, "w", way) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return written.getvalue()


def word(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **more})


def odf(kind: str = "text") -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as made:
        made.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        made.writestr("content.xml", "<office:document-content/>")
    return written.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more) -> bytes:
    """A picture that says where, with what and when it was taken, and that it was held upright."""
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    told = Image.Exif()
    told[0x0112] = 6
    told[0x010F] = "A telephone"
    told.get_ifd(0x8825)[1] = "N"
    if kind == "JPEG":
        more = {"comment": b"Said by a telephone", **more}
    written = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, kind, exif=told, **more)
    return written.getvalue()
