import json
import sys
from pathlib import Path

import pytest
from support.commands import Programs
from support.oci_images import write_image

from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.build_tools import DebootstrapBases, PipWheels

PYTHON = f"python3.{sys.version_info.minor}"
LOCK = b"numpy==2.4.6 --hash=sha256:00\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    programs = Programs(tmp_path)
    monkeypatch.setenv("PATH", str(programs.folder))
    (tmp_path / "bin").symlink_to(programs.folder)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))
    return programs


def wheels(programs: Programs, tmp_path: Path) -> PipWheels:
    return PipWheels(tmp_path / "cache", programs.variables)


def test_wheels_of_a_lock_are_fetched_once_by_hash_and_for_the_image(
    programs: Programs, tmp_path: Path
) -> None:
    programs.add(PYTHON)
    fetcher = wheels(programs, tmp_path)

    fetcher.provide((LOCK,), tmp_path / "first", ())
    (kept,) = (tmp_path / "cache").iterdir()
    (kept / "numpy.whl").write_bytes(b"n")
    fetcher.provide((LOCK,), tmp_path / "second", ())

    (call,) = programs.calls()
    assert call[:5] == [PYTHON, "-I", "-m", "pip", "download"]
    assert {"--require-hashes", "--only-binary", "--no-deps"} <= set(call)
    assert call[call.index("--python-version") + 1] == "3.11"
    assert "--no-binary" not in call
    assert (tmp_path / "second" / "numpy.whl").read_bytes() == b"n"


def test_a_package_without_a_wheel_is_fetched_as_its_source(
    programs: Programs, tmp_path: Path
) -> None:
    programs.add(PYTHON)

    wheels(programs, tmp_path).provide((LOCK,), tmp_path / "first", ("antlr4",))

    (call,) = programs.calls()
    assert call[call.index("--no-binary") + 1] == "antlr4"


def test_what_could_not_be_fetched_is_not_taken_for_fetched(
    programs: Programs, tmp_path: Path
) -> None:
    programs.add(PYTHON, {"-I -m": (1, "hashes differ", ())})

    for folder in ("first", "second"):
        with pytest.raises(BuildFailed, match="hashes differ"):
            wheels(programs, tmp_path).provide((LOCK,), tmp_path / folder, ())
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_python_without_pip_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path))

    with pytest.raises(BuildFailed, match="no Python with pip"):
        PipWheels(tmp_path / "cache", {}).provide((LOCK,), tmp_path / "first", ())


def test_a_base_that_is_there_is_not_made_again(programs: Programs, tmp_path: Path) -> None:
    made = write_image(tmp_path / "base" / "tools", [{"a": (0o644, b"a")}])

    assert DebootstrapBases(tmp_path / "base", programs.variables).make("tools") == made
    assert programs.calls() == []


def test_a_base_is_made_from_the_mirror_that_apt_uses_and_names_none(
    programs: Programs, tmp_path: Path
) -> None:
    programs.add("apt-get", {"indextargets": (0, "http://mirror.invalid/debian/\nother", ())})
    programs.add("debootstrap", {"": (1, "E: no mirror", ())})

    with pytest.raises(BuildFailed, match=r"no mirror.*it needs root, debootstrap"):
        DebootstrapBases(tmp_path / "base", programs.variables).make("runtime")

    call = programs.calls()[-1]
    assert call[1:3] == ["--variant=minbase", "--include=ca-certificates,python3.11"]
    assert (call[3], call[5]) == ("bookworm", "http://mirror.invalid/debian/")
    assert list((tmp_path / "base").iterdir()) == []


def test_a_system_is_packed_without_what_names_this_machine_or_a_mirror(
    tmp_path: Path,
) -> None:
    bases = DebootstrapBases(tmp_path / "base", {"PATH": "/usr/bin:/bin"})
    digests = []
    for name in ("one", "two"):
        system = tmp_path / name
        for path in ("etc/apt/sources.list", "var/log/a/b", "usr/share/doc/x", "etc/hosts"):
            (system / path).parent.mkdir(parents=True, exist_ok=True)
            (system / path).write_text(path)
        bases._bootstrap = lambda folder, _, system=system: system.rename(folder)  # type: ignore[method-assign, misc]
        digests.append(bases.make("runtime"))
        kept = bases.folder("runtime")
        index = json.loads((kept / "index.json").read_text())
        kept.rename(tmp_path / f"kept-{name}")

    layers = [p.read_bytes() for p in (tmp_path / "kept-one/blobs/sha256").iterdir()]
    assert digests[0] == digests[1] == index["manifests"][0]["digest"]
    assert any(b"etc/hosts" in layer for layer in layers)
    assert not any(b"sources.list" in layer or b"doc/x" in layer for layer in layers)
