"""Tests for how the files of a form are read: scanned, judged, and pictures drawn anew."""

import io
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import zlib
from contextlib import ExitStack

import pytest
from PIL import Image

from concerns.paper import attachment_reading, file_upload, virus_scan
from concerns.paper.attachment_reading import draw_picture_anew, read_files
from concerns.paper.file_upload import UploadedAttachment
from concerns.paper.virus_scan import VirusScanner
from concerns.rules.attachments import LARGEST, FileFault, FileKind
from tests import sample_files

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@pytest.fixture
def upload():
    """Makes a file as it was sent, in one piece or several."""
    opened = []

    def made(name="a.txt", *pieces, is_one_too_many=False):
        file = UploadedAttachment(name, is_one_too_many=is_one_too_many)
        opened.append(file)
        for piece in pieces or (sample_files.TEXT,):
            file.write_piece(piece)
        file.note_end()
        return file

    yield made
    for file in opened:
        file.close()


def test_what_is_written_down_meanwhile_is_encrypted_with_a_key_of_its_own(monkeypatch, upload):
    monkeypatch.setattr(file_upload, "IN_MEMORY", 1)
    made = upload()
    made._file.seek(0)
    assert sample_files.TEXT not in made._file.read()
    assert made.read_content() == sample_files.TEXT


def test_a_file_larger_than_may_be_kept_is_not_taken_in(upload):
    (read,) = read_files([upload("a.txt", *[b"x" * (LARGEST // 2 + 1)] * 3)])
    assert (read.fault, read.content) == (FileFault.LARGE, b"")


def test_one_too_many_is_not_taken_in_and_its_name_is_kept(upload):
    (read,) = read_files([upload("one/more.txt", is_one_too_many=True)])
    assert (read.name, read.fault) == ("more.txt", FileFault.MANY)


@pytest.mark.parametrize(
    ("kind", "made_as", "becomes"),
    [
        (FileKind.JPEG, "JPEG", "JPEG"),
        (FileKind.PNG, "PNG", "PNG"),
        (FileKind.HEIC, "HEIF", "JPEG"),
    ],
)
def test_a_picture_is_drawn_anew_without_what_is_written_in_it(kind, made_as, becomes):
    content = sample_files.picture(made_as) + b"PK\x03\x04 hidden behind it"
    drawn = draw_picture_anew(kind, content)
    assert b"telephone" not in drawn
    assert b"hidden" not in drawn
    picture = Image.open(io.BytesIO(drawn))
    assert (picture.format, dict(picture.getexif())) == (becomes, {})
    red, green, blue = picture.convert("RGB").getpixel((10, 10))
    assert red > 180
    assert green < 60 > blue


def _png_that_says_it_is(width, height):
    def chunk(name, held):
        return (
            struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    "content",
    [
        _png_that_says_it_is(50_000, 50_000),
        _png_that_says_it_is(100, 100)[:-30],
        b"\x89PNG\r\n\x1a\n",
    ],
    ids=["of 2,500 million points", "cut", "only its beginning"],
)
def test_a_picture_that_cannot_be_drawn_is_not_kept(content, upload):
    (read,) = read_files([upload("a.png", content)])
    assert read.fault is FileFault.PICTURE


def test_a_grey_picture_of_sixteen_bits_is_not_made_white():
    made = io.BytesIO()
    Image.new("I;16", (4, 4), 20_000).save(made, "PNG")
    assert draw_picture_anew(FileKind.PNG, made.getvalue()) is None


def test_a_picture_of_too_many_points_is_not_drawn(monkeypatch):
    content = sample_files.picture()
    monkeypatch.setattr(attachment_reading, "MOST_PIXELS", 799)
    assert draw_picture_anew(FileKind.JPEG, content) is None
    monkeypatch.setattr(attachment_reading, "MOST_PIXELS", 800)
    assert draw_picture_anew(FileKind.JPEG, content)


@pytest.fixture
def clamd():
    """A daemon that answers as ClamAV does. Returns its address; `said` is what it answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    said = []
    asked = []

    def answer():
        while True:
            try:
                talk, _ = listening.accept()
            except OSError:
                return
            with talk:
                got = talk.recv(5)
                if got == b"nPING":
                    talk.sendall(b"PONG\n")
                    continue
                while not got.endswith(b"\0\0\0\0"):
                    got += talk.recv(65536)
                asked.append(got)
                talk.sendall(said[0] + (b"\n" if got.startswith(b"n") else b"\0"))

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listening.getsockname()[1]}", said, asked
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(5)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"stream: OK", None),
        (b"stream: Eicar-Test-Signature FOUND", FileFault.VIRUS),
        (b"INSTREAM size limit exceeded. ERROR", FileFault.NOT_SCANNED),
        (b"what?", FileFault.NOT_SCANNED),
    ],
)
def test_a_file_is_kept_only_if_the_scanner_finds_nothing(clamd, settings, upload, answer, fault):
    settings.CLAMD, said, asked = clamd
    said.append(answer)
    (read,) = read_files([upload()])
    assert (read.fault, read.scanned) == (fault, fault is None)
    assert sample_files.TEXT in asked[0]


def test_a_scanner_that_is_down_is_asked_once_for_all_the_files_of_a_form(settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.CLAMD = f"127.0.0.1:{closed.getsockname()[1]}"
    scanner = VirusScanner()
    assert scanner.find_fault(b"x") is FileFault.NOT_SCANNED
    settings.CLAMD = "not an address"
    assert scanner.find_fault(b"x") is FileFault.NOT_SCANNED


@pytest.fixture
def silent_scanner(settings):
    """A daemon that has stopped: the machine takes one connection for it, which nobody answers. The
    path of a socket may have 107 letters, and a folder for tests may have more."""
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listening:
        settings.CLAMD = f"{folder}/clamd.sock"
        listening.bind(settings.CLAMD)
        listening.listen(0)
        yield settings.CLAMD


@pytest.mark.parametrize("waiting", [0, 1])
def test_a_scanner_that_takes_the_connection_and_says_nothing_holds_no_page(
    silent_scanner, monkeypatch, waiting
):
    monkeypatch.setattr(virus_scan, "PATIENCE", 1)
    monkeypatch.setattr(virus_scan, "MOST_SECONDS", 20)
    with ExitStack() as open_until:
        for _ in range(waiting):
            open_until.enter_context(socket.socket(socket.AF_UNIX)).connect(silent_scanner)
        began = time.monotonic()
        assert VirusScanner().find_fault(b"x") is FileFault.NOT_SCANNED
    assert time.monotonic() - began < 15


def test_without_a_scanner_a_file_is_kept_and_is_not_said_to_be_scanned(upload):
    (read,) = read_files([upload()])
    assert (read.fault, read.scanned) == (None, False)


@pytest.fixture
def clamav(tmp_path, settings):
    """ClamAV itself, with one signature of our own, so that none has to be fetched. It is reached
    by a port: the path of a socket may have 107 letters, and a folder for tests may have more."""
    (tmp_path / "signatures").mkdir()
    (tmp_path / "signatures" / "eicar.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings.CLAMD = f"127.0.0.1:{port}"
    (tmp_path / "clamd.conf").write_text(
        f"DatabaseDirectory {tmp_path / 'signatures'}\nTemporaryDirectory {tmp_path}\n"
        f"TCPAddr 127.0.0.1\nTCPSocket {port}\nForeground yes\n"
    )
    said = tmp_path / "said"
    with (
        said.open("wb") as kept,
        subprocess.Popen(["clamd", "-c", tmp_path / "clamd.conf"], stdout=kept, stderr=kept) as run,
    ):
        try:
            until = time.monotonic() + 60
            while VirusScanner().find_fault(b"x") is not None:
                assert run.poll() is None, said.read_text()
                assert time.monotonic() < until, said.read_text()
                time.sleep(0.1)
            yield
        finally:
            run.terminate()


@pytest.mark.long
@pytest.mark.skipif(shutil.which("clamd") is None, reason="ClamAV is not on this machine")
def test_clamav_itself_finds_the_harmless_test_file(clamav, upload):
    bad = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + EICAR + b"!$H+H*"
    read = list(read_files([upload("a.txt", bad), upload("b.txt")]))
    assert [(file.fault, file.scanned) for file in read] == [(FileFault.VIRUS, False), (None, True)]
