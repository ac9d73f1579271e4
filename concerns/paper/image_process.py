"""Draws a picture anew, in a process of its own, from standard input to standard output.

Its arguments are the kind (jpeg, png or heic) and the most points. It writes JPEG, or PNG of a PNG.
What it cannot draw it ends on, with a status that is not 0.

Nothing is kept but what can be seen: no place, no time, no telephone, no comment, no second picture
and no file hidden behind the first. It is turned as it was held, and its colours are those of any
screen (sRGB).

`attachment_reading.py` starts it. The site does not import it, because a file of some KB may say
that it is larger than any machine's memory, and because a fault in a library that reads pictures
ends this process and no other.
"""

import io
import resource
import sys

import pillow_heif
from PIL import Image, ImageCms, ImageOps

# Bytes and seconds. A picture of 64 million points takes 256 MB, twice while it is turned.
MOST_MEMORY = 1536 * 1024 * 1024
MOST_SECONDS = 20
FORMATS = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "heic": ("HEIF",)}
QUALITY = 90
# What turns into colours and stays what it was. Not 16 bits of grey, which scanners write.
MODES = frozenset({"1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"})


def main() -> None:
    kind = sys.argv[1]
    most_pixels = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    pillow_heif.register_heif_opener(thumbnails=False)
    # Its size is checked below, before anything of it is drawn.
    Image.MAX_IMAGE_PIXELS = None
    picture = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS[kind])
    if picture.width * picture.height > most_pixels:
        sys.exit("too many points")
    sys.stdout.buffer.write(draw_anew(picture, as_png=kind == "png"))


def draw_anew(picture: Image.Image, *, as_png: bool) -> bytes:
    picture = ImageOps.exif_transpose(_in_srgb(picture))
    if picture.mode not in MODES:
        # Turned into colours as it is, all that is not black would become white.
        sys.exit(f"pictures in the mode {picture.mode} are not drawn")
    has_gaps = as_png and ("A" in picture.mode or "transparency" in picture.info)
    picture = picture.convert("RGBA" if has_gaps else "RGB")
    # What the library would write beside the picture.
    picture.info = {}
    drawn = io.BytesIO()
    if as_png:
        picture.save(drawn, "PNG")
    else:
        picture.save(drawn, "JPEG", quality=QUALITY)
    return drawn.getvalue()


def _in_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode != "RGB":
        return picture
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        turned = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return picture
    return turned or picture


if __name__ == "__main__":
    main()
