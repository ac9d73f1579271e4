"""The first thing that whoever opens a package of one child's file reads, in plain English."""

from collections.abc import Mapping

from concerns.paper.package_format import MEMBERS, READ_ME, PackageMember
from concerns.rules.wording import number_with_noun

_WORDS = """\
THE SAFEGUARDING FILE OF ONE CHILD

Whose file:   {name}
Born:         {born}
UPN:          {upn}
From:         {school}
Made:         {made}
For:          {recipient}

WHAT TO DO NOW

1. If this is not meant for you, read no further. Ring {school}, and delete it.
2. Tell the person who made it that you have it. They wait for that.
3. Read {chronology}. It has everything in the order in which it happened.
4. Keep it apart from the main school file. Only safeguarding leads read it.
5. Put what is in it into your own system, and delete this archive and every copy.
   If your school uses the same program, upload the archive on the child's page there.

WHAT IS IN IT

{members}

{entries}, {files}. {covered}

It holds what the person who made it may read. If colleagues of theirs have more to
send about this child, they send it themselves.
"""


def write_read_me(
    said: Mapping[str, str], *, chronology: str, entries: int, files: int, covered: int
) -> str:
    """READ ME FIRST.txt. `said` are name, born, upn, school, made and recipient; `chronology` is
    the member to be read; the numbers are of entries, added files and covered names."""
    unused = {READ_ME, *(member.name for member in MEMBERS if member.name.startswith("chronology"))}
    unused -= {chronology}
    listed = (member for member in MEMBERS if member.name not in unused)
    return _WORDS.format(
        **said,
        chronology=chronology,
        members="\n".join(map(_list_member, listed)),
        entries="1 entry" if entries == 1 else f"{entries} entries",
        files=number_with_noun(files, "added file"),
        covered=_say_covered(covered),
    )


def _list_member(member: PackageMember) -> str:
    return f"{member.name}\n    {member.words}"


def _say_covered(covered: int) -> str:
    if not covered:
        return "No name was covered."
    times = number_with_noun(covered, "time")
    return f'"[another child]" ({times}) stands where the name of another child was covered.'
