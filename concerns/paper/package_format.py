"""The format of the package of one child's file, version 1: one table, from which `FORMAT.md` in
each package, the columns of its tables and the checks of whoever reads one in are made.

The format is open: any program that opens an archive and reads JSON or CSV can bring it in. A new
field makes no new version; a new member or a changed meaning does.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

FORMAT = "safeguarding-file-of-one-child"
VERSION = 1
PRODUCT = "Safeguarding concerns"

READ_ME = "READ ME FIRST.txt"
MANIFEST = "manifest.json"
RECORD = "record.json"
DESCRIPTION = "FORMAT.md"
PDF = "chronology.pdf"
HTML = "chronology.html"
ENTRIES = "entries.csv"
ATTACHMENTS = "attachments.csv"
# The name of an added file says nothing: names of members are not encrypted.
ATTACHMENT_NAME = re.compile(r"attachments/[0-9]{4}\.[a-z0-9]{1,8}")


class PackageField(NamedTuple):
    """A field of the format. `most`: the most characters that it may have."""

    name: str
    words: str
    most: int


class PackageMember(NamedTuple):
    """A member of the archive, and what it is."""

    name: str
    words: str


MEMBERS = (
    PackageMember(READ_ME, "What this is, in plain English, for whoever opens the archive."),
    PackageMember(PDF, "The chronology, to be read or printed."),
    PackageMember(HTML, f"The same as a page for a browser, where {PDF} could not be made."),
    PackageMember(RECORD, "Everything in the package but the added files, as JSON in UTF-8."),
    PackageMember(ENTRIES, "The entries of the chronology as a table: CSV in UTF-8 (RFC 4180)."),
    PackageMember(ATTACHMENTS, "What each added file is, as a table."),
    PackageMember("attachments/NNNN.ext", "The added files, each under a number."),
    PackageMember(DESCRIPTION, "This description."),
    PackageMember(MANIFEST, "Whose file it is, when it was made, and the SHA-256 of each member."),
)  # fmt: skip
# Each value is text. An empty text says that nothing is known.
SCHOOL = (
    PackageField("name", "Name of the school that made the package", 300),
    PackageField("urn", "Its unique reference number (URN)", 20),
)
CHILD = (
    PackageField("forename", "Legal forename", 100),
    PackageField("surname", "Legal surname", 100),
    PackageField("known_as", "Forename that people use, if it is another", 100),
    PackageField("known_surname", "Surname that people use, if it is another", 100),
    PackageField("born", "Date of birth: 2015-05-17", 10),
    PackageField("upn", "Unique pupil number", 13),
    PackageField("identifier", "Single identifier, such as the NHS number", 40),
)
HEAD = (
    PackageField("package", "A number of this package alone (UUID)", 36),
    PackageField("made_at", "When it was made: 2026-11-03T10:00:00+00:00", 40),
    PackageField("made_by", "Who made it, and their post", 400),
    PackageField("recipient", "Whom it was made for", 400),
    PackageField("reason", "Why it was made", 60_000),
)
ENTRY = (
    PackageField("id", "A number of this entry alone; the same in every package", 60),
    PackageField("kind", "concern, decision, said, outside, seen, home, status, file, earlier", 20),
    PackageField("happened_at", "Its place in the order of time: 2026-11-03T10:00:00+00:00", 40),
    PackageField("happened_on", "The day, if no time was written down: 2026-11-03", 10),
    PackageField("when", "When it happened, as precisely as it was written down", 2_000),
    PackageField("heading", "What it is, in a few words", 200_000),
    PackageField("words", "What was written. “[another child]” covers a name", 1_000_000),
    PackageField("by", "Who wrote it, or which system it came from", 600),
    PackageField("written", "When it was written down, if that was later", 400),
    PackageField("reference", "Reference of the concern to which it belongs", 40),
    PackageField("state", "Of a concern: where it stood when the package was made", 200),
)  # fmt: skip
ATTACHMENT = (
    PackageField("file", "Its name in the archive: attachments/0001.pdf", 40),
    PackageField("name", "The name under which it was added", 200),
    PackageField("kind", "What kind of file it is", 100),
    PackageField("size", "Bytes", 20),
    PackageField("sha256", "SHA-256 of what it holds, in hex", 64),
    PackageField("reference", "Reference of the concern to which it was added, if any", 40),
    PackageField("document", "What it is, if it belongs to the child's file and no concern", 1_000),
    PackageField("added_at", "When it was added: 2026-11-03T10:00:00+00:00", 40),
    PackageField("added_by", "Who added it", 300),
)
MEMBER = (
    PackageField("name", "Name of a member", 60),
    PackageField("size", "Bytes", 20),
    PackageField("sha256", "SHA-256 of what it holds, in hex", 64),
)
_PARTS = (
    ("school", "an object", SCHOOL),
    ("child", "an object", CHILD),
    ("entries", "a list of objects, in the order of time", ENTRY),
    ("attachments", "a list of objects", ATTACHMENT),
)


def names_of_fields(fields: Sequence[PackageField]) -> list[str]:
    return [field.name for field in fields]


def row_of_fields(fields: Sequence[PackageField], said: Mapping[str, str]) -> list[str]:
    """The cells of a row, in the order of `fields`."""
    return [said[field.name] for field in fields]


_DESCRIPTION = """\
# The file of one child

This is version {version} of the format `{format}`. The archive is a ZIP whose members are
encrypted with AES-256 (WinZip AE-2). A reader refuses an archive with a member that is not listed
here, with one that is not encrypted, and with one whose SHA-256 is not the one in `{manifest}`. In
the tables a cell that a spreadsheet would run has an apostrophe in front: take the text from
`{record}`, which has it as it is.

## Members

{members}

## `{record}`

One object. `format` is "{format}", and `version` the number {version}. All other values are texts,
and an empty text says that nothing is known.

{head}
{parts}

## `{manifest}`

One object: `format`, `version`, `school`, `child`, `package` and `made_at` as in `{record}`,
`product`, the program that made it, and `members`, a list of an object for each member but
`{manifest}` itself:

{member}

## `{entries}` and `{attachments}`

The same as `entries` and `attachments` in `{record}`. The headings are the names of the fields.
"""


def write_format_description() -> str:
    """FORMAT.md, which is in each package."""
    parts = [f"\n### `{name}`, {what}\n\n{_list_fields(fields)}" for name, what, fields in _PARTS]
    return _DESCRIPTION.format(
        version=VERSION,
        format=FORMAT,
        manifest=MANIFEST,
        record=RECORD,
        entries=ENTRIES,
        attachments=ATTACHMENTS,
        members="\n".join(f"- `{member.name}`: {member.words}" for member in MEMBERS),
        head=_list_fields(HEAD),
        parts="\n".join(parts),
        member=_list_fields(MEMBER),
    )


def _list_fields(fields: Sequence[PackageField]) -> str:
    return "\n".join(
        f"- `{field.name}`: {field.words}. At most {field.most:,} characters." for field in fields
    )
