"""What people's folders hold beside sound photos: odd ones, and files that are no photo."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from features import (
    NotAnImage,
    PhotoRefused,
    TruncatedPhoto,
    UnsupportedFormat,
    read_photo,
    verify_photo,
)

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></x:xmpmeta>'
)
ELEMENT = XMP.replace(b' tiff:Orientation="6"/', b"><tiff:Orientation>6</tiff:Orientation")


def exif(value, kind=3, order="<"):
    """An Exif block that holds an orientation, as a number of some type, and nothing else."""
    form = {1: "B3x", 3: "H2x", 4: "I", 8: "h2x", 9: "i"}[kind]
    tiff = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "IH", 8, 1)
    entry = struct.pack(order + "HHI" + form, 0x0112, kind, 1, value)
    return b"Exif\0\0" + tiff + entry + struct.pack(order + "I", 0)


def with_text(image, keyword, text, *, compressed=True):
    info = PngImagePlugin.PngInfo()
    info.add_text(keyword, text, zip=compressed)
    return saved(image, "PNG", pnginfo=info)


def saved(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def raw_profile(block):
    digits = block.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return "\n".join(["", "exif", f"{len(block):8d}", *lines, ""])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [1, 3, 4, 8, 9])
def test_exif_turns_a_photo_whatever_number_type_its_orientation_has(kind, order, picture):
    photo = read_photo(saved(picture, exif=exif(6, kind, order)))
    assert (photo.rotated, photo.width, photo.height) == (True, 120, 160)


SIDEWAYS = {
    "XMP in a JPEG": lambda image: saved(image, xmp=XMP),
    "XMP's element in a JPEG": lambda image: saved(image, xmp=ELEMENT),
    "XMP in a PNG": lambda image: with_text(image, "XML:com.adobe.xmp", XMP.decode()),
    "Exif in a WebP": lambda image: saved(image, "WEBP", exif=exif(6)),
    "XMP in a WebP": lambda image: saved(image, "WEBP", xmp=XMP),
    "Exif in a PNG": lambda image: saved(image, "PNG", exif=exif(6)),
    "a raw profile in a PNG": lambda image: with_text(
        image, "Raw profile type exif", raw_profile(exif(6))
    ),
    "an uncompressed raw profile": lambda image: with_text(
        image, "Raw profile type exif", raw_profile(exif(6)), compressed=False
    ),
    "ImageMagick's APP1 profile": lambda image: with_text(
        image, "Raw profile type APP1", raw_profile(exif(6))
    ),
}


@pytest.mark.parametrize("name", SIDEWAYS)
def test_a_photo_on_its_side_is_turned_wherever_its_orientation_stands(name, picture):
    photo = read_photo(SIDEWAYS[name](picture))
    assert (photo.rotated, photo.width, photo.height) == (True, 120, 160)


def test_exif_wins_where_xmp_says_otherwise(picture):
    photo = read_photo(saved(picture, exif=exif(3), xmp=XMP))
    assert (photo.rotated, photo.width, photo.height) == (True, 160, 120)


def test_a_pngs_exif_chunk_wins_over_a_profile_that_stands_before_it(picture):
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", raw_profile(exif(6)), zip=True)
    data = saved(picture, "PNG", pnginfo=info, exif=exif(3))
    assert data.index(b"Raw profile") < data.index(b"eXIf")
    photo = read_photo(data)
    assert (photo.rotated, photo.width, photo.height) == (True, 160, 120)


@pytest.mark.parametrize("value", [0, 9, 200])
def test_an_orientation_that_does_not_exist_turns_nothing(value, picture):
    assert not read_photo(saved(picture, exif=exif(value), xmp=XMP)).rotated


@pytest.mark.parametrize("broken", [b"", b"zz", b"Exif\0\0II*\0\xff\xff\xff\xff"])
def test_a_broken_raw_profile_turns_nothing_and_refuses_nothing(broken, picture):
    text = raw_profile(b"").replace("exif\n", "exif\n" + broken.decode("latin-1"))
    assert not read_photo(with_text(picture, "Raw profile type exif", text)).rotated


def test_only_the_first_raw_profile_is_inflated(picture):
    data = with_text(picture, "Raw profile type exif", raw_profile(exif(6)))
    at = data.index(b"IDAT") - 4
    body = b"Raw profile type exif\0\0" + zlib.compress(bytes(1 << 24))
    chunk = struct.pack(">I4s", len(body), b"zTXt") + body + bytes(4)
    assert read_photo(data[:at] + 50 * chunk + data[at:]).rotated


def test_a_jpeg_without_its_end_marker_is_read_with_a_warning(picture):
    whole = saved(picture, quality=90)
    photo = read_photo(whole[:-2])
    verify_photo(photo)
    assert [warning.code for warning in photo.warnings] == ["no_end_marker"]
    assert read_photo(whole).warnings == ()


@pytest.mark.parametrize("lost", [1, 5, 12])
def test_a_png_without_its_end_chunk_is_read_with_a_warning(lost, picture):
    whole = saved(picture, "PNG")
    photo = read_photo(whole[:-lost])
    verify_photo(photo)
    assert [warning.code for warning in photo.warnings] == ["no_end_marker"]
    assert read_photo(whole).warnings == ()
    for more in (13, 100, len(whole) - 60):
        with pytest.raises(TruncatedPhoto):
            verify_photo(read_photo(whole[:-more]))


@pytest.mark.parametrize("stray", [b"\0", b"\xff\0", b"\r\n", b"\xff\xff\xff"])
def test_stray_bytes_between_the_segments_of_a_header_are_passed_over(stray, picture):
    whole = saved(picture, quality=90)
    cut = 4 + struct.unpack(">H", whole[4:6])[0]
    photo = read_photo(whole[:cut] + stray + whole[cut:])
    verify_photo(photo)
    fill = not stray.strip(b"\xff")
    expected = [] if fill else ["padding_between_segments"]
    assert [warning.code for warning in photo.warnings] == expected


def test_a_header_with_more_than_a_few_stray_bytes_is_damaged(picture):
    whole = saved(picture)
    with pytest.raises(NotAnImage, match="damaged"):
        read_photo(whole[:20] + bytes(65) + whole[20:])


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_jpeg_whose_last_rows_never_came_is_found_though_it_has_an_end(share, mode, picture):
    whole = saved(picture.convert(mode).resize((640, 480)), quality=90)
    photo = read_photo(whole[: int(len(whole) * share)] + b"\xff\xd9")
    with pytest.raises(TruncatedPhoto, match="last rows"):
        verify_photo(photo)


def test_a_first_picture_that_is_cut_and_ends_in_another_is_found(picture):
    several = saved(picture.resize((640, 480)), "MPO", save_all=True, append_images=[picture])
    with pytest.raises(TruncatedPhoto):
        verify_photo(read_photo(several[: len(several) // 4] + several[-2000:]))


def png_of(rows, image, *, interlaced=False):
    """Return a PNG of an image whose data is these rows, compressed as one sound stream."""
    colour = {"L": 0, "RGB": 2, "P": 3, "RGBA": 6}[image.mode]
    head = struct.pack(">IIBBBBB", *image.size, 8, colour, 0, 0, int(interlaced))
    palette = ((b"PLTE", bytes(range(96)) * 8),) if image.mode == "P" else ()
    chunks = ((b"IHDR", head), *palette, (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def rows_of(image):
    data, length = image.tobytes(), len(image.tobytes()) // image.height
    return b"".join(b"\0" + data[at : at + length] for at in range(0, len(data), length))


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA"])
def test_a_png_whose_last_rows_never_came_is_found_though_its_data_ends_well(mode, picture):
    image = picture.convert(mode)
    rows = rows_of(image)
    verify_photo(read_photo(png_of(rows, image)))
    for share in (0.3, 0.6, 0.9):
        with pytest.raises(TruncatedPhoto, match="last rows"):
            verify_photo(read_photo(png_of(rows[: int(len(rows) * share)], image)))


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "RGBA"])
def test_a_png_that_is_black_in_truth_is_whole(mode):
    verify_photo(read_photo(saved(Image.new(mode, (320, 240)), "PNG")))


@pytest.mark.parametrize(("width", "height"), [(64, 64), (65, 71), (80, 67)])
def test_an_interlaced_png_is_whole_with_all_seven_passes_and_not_with_less(width, height):
    columns = [-(-width // 8), -(-(width - 4) // 8), -(-width // 4), -(-(width - 2) // 4)]
    columns += [-(-width // 2), width // 2, width]
    heights = [-(-height // 8)] * 2 + [-(-(height - 4) // 8), -(-height // 4)]
    heights += [-(-(height - 2) // 4), -(-height // 2), height // 2]
    rows = b"".join((b"\0" + b"\x99" * c) * r for c, r in zip(columns, heights, strict=True))
    image = Image.new("L", (width, height))
    verify_photo(read_photo(png_of(rows, image, interlaced=True)))
    with pytest.raises(TruncatedPhoto):
        verify_photo(read_photo(png_of(rows[:-width], image, interlaced=True)))


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_that_is_grey_in_truth_is_whole(mode, progressive):
    grey = Image.new("RGB", (320, 240), (128, 128, 128)).convert(mode)
    verify_photo(read_photo(saved(grey, progressive=progressive)))


def test_a_progressive_jpeg_without_its_last_scans_is_read_with_a_warning(picture):
    whole = saved(picture.resize((640, 480)), progressive=True, quality=90)
    last = whole.rindex(b"\xff\xda")
    photo = read_photo(whole[:last] + b"\xff\xd9")
    verify_photo(photo)
    assert [warning.code for warning in photo.warnings] == ["scans_missing"]
    with pytest.raises(TruncatedPhoto):
        read_photo(whole[:last])


@pytest.mark.parametrize("width", [8160, 8192, 16382])
def test_photos_of_usual_phones_and_panoramas_are_within_the_limits(width):
    height = 3628 if width > 16_000 else 6144
    photo = read_photo(saved(Image.new("L", (width, height))))
    verify_photo(photo)
    assert photo.memory_bytes < 20_000_000


def test_a_photo_with_too_many_pixels_is_told_in_megapixels():
    head = bytearray(saved(Image.new("L", (80, 80))))
    at = head.index(b"\xff\xc0") + 5
    head[at : at + 4] = struct.pack(">HH", 15_000, 18_000)
    with pytest.raises(PhotoRefused) as caught:
        read_photo(bytes(head))
    assert str(caught.value) == (
        "the photo is 18000 x 15000 pixels, 270.0 megapixels. "
        "Scale it down to at most 120 megapixels and 20,000 pixels a side."
    )


def boxes(*brands):
    return (
        struct.pack(">I4s", 12 + 4 * len(brands), b"ftyp")
        + brands[0]
        + bytes(4)
        + b"".join(brands[1:])
    )


HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")
NAMED = {
    **{f"HEIC, brand {brand.decode()}": (boxes(brand), "heic") for brand in HEIC},
    "HEIC by a compatible brand": (boxes(b"mif1", b"mif1", b"heic"), "heic"),
    "HEIF mif1": (boxes(b"mif1"), "heif"),
    "HEIF msf1": (boxes(b"msf1"), "heif"),
    "AVIF": (boxes(b"avif"), "avif"),
    "AVIF sequence": (boxes(b"avis"), "avif"),
    "CR3": (boxes(b"crx "), "camera_raw"),
    "CR2": (b"II*\0\x10\0\0\0CR\x02\0", "camera_raw"),
    "film": (boxes(b"isom", b"mp42"), "video"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "video"),
    "TIFF": (b"MM\0*\0\0\0\x08", "tiff"),
    "BMP": (b"BM6\0\0\0", "bmp"),
    "GIF": (b"GIF89a", "gif"),
    "SVG": (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "svg"),
    "SVG alone": (b"\n<svg/>", "svg"),
    "PDF": (b"%PDF-1.7\n", "pdf"),
    "Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\n", "git_lfs_pointer"),
    "git-annex": (b"/annex/objects/SHA256E-s1--aa.jpg\n", "git_annex_pointer"),
    "git-annex link": (b"../.git/annex/objects/W1/k/SHA256E", "git_annex_pointer"),
    "DVC": (b"outs:\n- md5: aa\n  path: a.jpg\n", "dvc_pointer"),
    "web page": (b"<!DOCTYPE html><html><body>403 Forbidden", "web_page"),
    "web page with a mark": (b"\xef\xbb\xbf\r\n<HTML lang=de>", "web_page"),
    "XML error": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "xml"),
    "JSON error": (b'{"message": "Not Found"}', "json"),
    "text": ("Größe: keine".encode(), "text"),
    "nothing": (b"", "empty_file"),
    "zeros": (bytes(5000), "only_zeros"),
    "AppleDouble": (b"\0\x05\x16\x07\0\x02\0\0Mac OS X", "apple_double"),
    "iCloud": (b"bplist00\xd3", "icloud_placeholder"),
    "ZIP": (b"PK\x03\x04", "archive"),
    "Thumbs.db": (b"\xd0\xcf\x11\xe0\xa1\xb1", "windows_system_file"),
    "a photo after a line break": (b"\r\n\xff\xd8\xff\xe0", "bytes_before_photo"),
    "noise": (b"\x93\x01\xfe\x80", "not_an_image"),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_file_that_is_no_photo_is_named_by_a_cause_of_its_own(name):
    data, cause = NAMED[name]
    with pytest.raises((NotAnImage, UnsupportedFormat)) as caught:
        read_photo(data)
    assert caught.value.cause == cause


def test_equal_causes_have_equal_sentences_so_that_a_folder_is_told_once():
    told = {}
    for data, cause in NAMED.values():
        with pytest.raises(PhotoRefused) as caught:
            read_photo(data)
        told.setdefault(cause, set()).add((caught.value.reason, caught.value.advice))
    assert all(len(sentences) == 1 for sentences in told.values())


def test_heic_is_told_with_the_command_that_converts_it():
    with pytest.raises(UnsupportedFormat, match=r"a HEIC photo\..*heif-convert"):
        read_photo(boxes(b"heix"))
