import json
from pathlib import Path

import pytest
from support.oci_images import Entries, tar_of, write_image

from artifacts.digests import digest_bytes, hex_part
from delivery.targets.aws.aws_errors import ImageUnreadable
from delivery.targets.aws.images.contents import ImageContents
from delivery.targets.aws.images.oci_layout import manifest_of, read_layout

SITE = "opt/plinth/env/lib/python3.11/site-packages"
METADATA = b"Name: numpy\nVersion: 2.4.6\n\nText"


def read(folder: Path, *layers: Entries | bytes, **said: object) -> ImageContents:
    write_image(folder / "layout", layers, said)
    return read_layout(folder / "layout")


def test_an_image_is_named_by_its_manifest_and_its_layers_are_counted(tmp_path: Path) -> None:
    image = write_image(tmp_path / "layout", [{"a": (0o644, b"12345")}, {"b": (0o644, b"123")}])

    contents = read_layout(tmp_path / "layout")

    assert contents.image == image == manifest_of(tmp_path / "layout")[0]
    assert [layer.unpacked for layer in contents.layers] == [5, 3]
    assert contents.size == 8


def test_user_labels_and_all_words_are_read(tmp_path: Path) -> None:
    contents = read(tmp_path, {}, User="1:1", Env=["A=b"], Labels={"plinth.code": "c"})

    assert contents.user == "1:1"
    assert contents.labels == {"plinth.code": "c"}
    assert contents.words == ("A=b", "plinth.code=c", "a step")


def test_files_of_ours_are_digested_and_bytecode_is_not(tmp_path: Path) -> None:
    contents = read(
        tmp_path,
        {
            "./opt/plinth/code/a.py": (0o644, b"a"),
            "opt/plinth/code/__pycache__/a.cpython-311.pyc": (0o644, b"b"),
            "opt/plinth/public-key.pem": (0o644, b"k"),
            "opt/plinth/healthy.py": (0o644, b"h"),
            "code/stray": (0o644, b"s"),
        },
    )

    assert contents.files == {"code/a.py": digest_bytes(b"a"), "public-key.pem": digest_bytes(b"k")}


def test_an_upper_layer_replaces_and_removes(tmp_path: Path) -> None:
    lower = {
        f"opt/plinth/code/{name}": (0o644, b"old") for name in ("kept", "new", "gone", "d/x", "o/x")
    }
    upper: Entries = {
        "opt/plinth/code/new": (0o644, b"new"),
        "opt/plinth/code/.wh.gone": (0o644, b""),
        "opt/plinth/code/.wh.d": (0o644, b""),
        "opt/plinth/code/o/.wh..wh..opq": (0o644, b""),
        "opt/plinth/code/o/y": (0o644, b"new"),
    }

    contents = read(tmp_path, lower, upper)

    old, new = digest_bytes(b"old"), digest_bytes(b"new")
    assert contents.files == {"code/kept": old, "code/new": new, "code/o/y": new}


def test_what_everybody_may_write_to_is_found_but_for_tmp(tmp_path: Path) -> None:
    contents = read(
        tmp_path,
        {
            "tmp": (0o1777, None),
            "var/tmp": (0o1777, None),
            "etc/open": (0o666, b""),
            "etc/closed": (0o644, b""),
        },
    )

    assert contents.writable == ("etc/open", "var/tmp")


def test_a_privilege_that_an_upper_layer_takes_away_is_gone(tmp_path: Path) -> None:
    lower = {"bin/su": (0o4755, b"x"), "bin/mount": (0o4755, b"x")}

    contents = read(tmp_path, lower, {"bin/su": (0o755, b"x")})

    assert contents.privileged == ("bin/mount",)
    assert contents.programs == ("bin/mount", "bin/su")


def test_packages_of_python_and_debian_are_read(tmp_path: Path) -> None:
    status = b"Package: libc6\nStatus: install ok installed\nVersion: 2\n"
    contents = read(
        tmp_path,
        {
            "var/lib/dpkg/status": (0o644, status),
            f"{SITE}/numpy-2.4.6.dist-info/METADATA": (0o644, METADATA),
            f"{SITE}/numpy-2.4.6.dist-info/RECORD": (0o644, b"list"),
        },
    )

    numpy, libc = sorted(contents.packages, key=lambda package: package.kind, reverse=True)
    assert (numpy.name, numpy.listing, numpy.place) == ("numpy", digest_bytes(b"list"), SITE)
    assert (libc.name, libc.kind) == ("libc6", "deb")


@pytest.mark.parametrize("part", ["manifest", "config", "layer"])
def test_a_changed_byte_anywhere_is_found(tmp_path: Path, part: str) -> None:
    layout = tmp_path / "layout"
    image = write_image(layout, [{"a": (0o644, b"12345")}])
    manifest = json.loads((layout / "blobs/sha256" / hex_part(image)).read_text())
    digest = {
        "manifest": image,
        "config": manifest["config"]["digest"],
        "layer": manifest["layers"][0]["digest"],
    }[part]
    blob = layout / "blobs/sha256" / hex_part(digest)
    blob.write_bytes(blob.read_bytes() + b"\n")

    with pytest.raises(ImageUnreadable):
        read_layout(layout)


@pytest.mark.parametrize("index", ["", "{}", '{"manifests": []}', "[1]"])
def test_a_folder_without_one_image_is_told(tmp_path: Path, index: str) -> None:
    (tmp_path / "index.json").write_text(index)

    with pytest.raises(ImageUnreadable, match="holds no image"):
        read_layout(tmp_path)


def test_a_layer_that_is_no_archive_is_told(tmp_path: Path) -> None:
    write_image(tmp_path / "layout", [{}, b"no archive at all" * 100])

    with pytest.raises(ImageUnreadable):
        read_layout(tmp_path / "layout")


def test_an_opaque_folder_hides_lower_layers_alone_wherever_it_stands(tmp_path: Path) -> None:
    upper: Entries = {
        "opt/plinth/code/o/y": (0o644, b"new"),
        "opt/plinth/code/o/.wh..wh..opq": (0o644, b""),
    }

    contents = read(tmp_path, {"opt/plinth/code/o/x": (0o644, b"old")}, upper)

    assert contents.files == {"code/o/y": digest_bytes(b"new")}


def test_what_an_upper_layer_puts_a_link_upon_is_gone(tmp_path: Path) -> None:
    lower = {"opt/plinth/code/a": (0o644, b"a"), "opt/plinth/model/b": (0o644, b"b")}
    links = {"opt/plinth/code/a": "elsewhere", "opt/plinth/model": "elsewhere"}

    contents = read(tmp_path, lower, tar_of({}, links))

    assert contents.files == {}
