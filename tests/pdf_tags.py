"""Reads back the tags of a PDF, by which a screen reader tells headings and tables."""

import contextlib
import re
import zlib


def tags_of(pdf: bytes) -> tuple[set[str], str]:
    """The kinds of tag in a PDF, and all that is in its objects."""
    pieces = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            pieces.append(zlib.decompress(stream))
    text = b"\n".join(pieces).decode("latin-1")
    return set(re.findall(r"/S ?/(\w+)", text)), text
