from pathlib import Path

import pytest
from support.commands import Programs
from support.oci_images import write_image

from delivery.targets.aws.aws_errors import BuildFailed
from delivery.targets.aws.images.build_tools import (
    Buildah,
    BuildOrder,
    DebootstrapBases,
    Docker,
    choose_engine,
)

PINNED = "python@sha256:" + "b" * 64
SILENT_DAEMON = {"version": (1, "Cannot connect to the Docker daemon", ())}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    programs = Programs(tmp_path)
    monkeypatch.setenv("PATH", str(programs.folder))  # where subprocess looks for a program
    return programs


@pytest.fixture
def order(tmp_path: Path) -> BuildOrder:
    return BuildOrder(
        context=tmp_path / "context",
        dockerfile="inference.Dockerfile",
        arguments={"COMMIT": "c", "CODE": "d"},
        base="runtime",
        pinned=PINNED,
    )


def chosen(programs: Programs, tmp_path: Path) -> Docker | Buildah:
    bases = DebootstrapBases(tmp_path / "base", programs.variables)
    return choose_engine(bases, programs.variables)


def test_docker_is_taken_where_its_daemon_answers(programs: Programs, tmp_path: Path) -> None:
    programs.add("docker", {"version": (0, "27.1", ())})
    programs.add("buildah", {"--version": (0, "buildah version 1.28.2 (x)", ())})

    engine = chosen(programs, tmp_path)

    assert isinstance(engine, Docker)
    assert engine.name == "docker 27.1"


@pytest.mark.parametrize("docker", [True, False])
def test_buildah_is_taken_where_no_daemon_answers(
    programs: Programs, tmp_path: Path, docker: bool
) -> None:
    if docker:
        programs.add("docker", SILENT_DAEMON)
    programs.add("buildah", {"--version": (0, "buildah version 1.28.2 (x)", ())})

    engine = chosen(programs, tmp_path)

    assert isinstance(engine, Buildah)
    assert engine.name == "buildah version 1.28.2"


def test_without_any_engine_both_are_named(programs: Programs, tmp_path: Path) -> None:
    with pytest.raises(BuildFailed, match=r"docker's daemon, or install buildah"):
        chosen(programs, tmp_path)


def test_docker_builds_on_the_pinned_base_and_says_nothing_of_a_clock(
    programs: Programs, order: BuildOrder, tmp_path: Path
) -> None:
    programs.add("docker", {"buildx inspect": (1, "no builder", ())})

    base = Docker("docker 27", programs.variables).build(order, tmp_path / "layout")

    inspect, create, build = programs.calls()
    assert base == PINNED.partition("@")[2]
    assert inspect[1:3] == ["buildx", "inspect"]
    assert create[1:3] == ["buildx", "create"]
    assert f"BASE_IMAGE={PINNED}" in build
    assert {"COMMIT=c", "CODE=d", "--provenance=false", "--sbom=false"} <= set(build)
    output = build[build.index("--output") + 1]
    assert output == f"type=oci,tar=false,rewrite-timestamp=true,dest={tmp_path / 'layout'}"


def test_buildah_builds_on_the_base_that_was_made_here(
    programs: Programs, order: BuildOrder, tmp_path: Path
) -> None:
    made = write_image(tmp_path / "base" / "runtime", [{"a": (0o644, b"a")}])
    programs.add("buildah")
    bases = DebootstrapBases(tmp_path / "base", programs.variables)

    base = Buildah("buildah", bases, programs.variables).build(order, tmp_path / "layout")

    commands = [
        next(w for w in call[1:] if w in {"pull", "tag", "build", "push"})
        for call in programs.calls()
    ]
    build = programs.calls()[2]
    assert base == made
    assert commands == ["pull", "tag", "build", "push"]
    assert build[build.index("--isolation") + 1] == "chroot"
    assert build[build.index("--timestamp") + 1] == "0"
    assert "BASE_IMAGE=localhost/plinth-base" in build
    assert programs.calls()[3][-1] == "oci:layout"
    assert list(tmp_path.glob("storage-*")) == []


def test_buildah_without_a_base_of_its_own_takes_the_pinned_one(
    programs: Programs, order: BuildOrder, tmp_path: Path
) -> None:
    programs.add("buildah")
    bases = DebootstrapBases(tmp_path / "base", programs.variables)

    base = Buildah("buildah", bases, programs.variables).build(order, tmp_path / "layout")

    assert base == PINNED.partition("@")[2]
    assert f"BASE_IMAGE={PINNED}" in programs.calls()[0]


def test_what_a_failing_engine_said_last_is_told(
    programs: Programs, order: BuildOrder, tmp_path: Path
) -> None:
    programs.add("docker", {"buildx build": (1, "no space left on device", ())})

    with pytest.raises(BuildFailed, match="docker buildx build ended with 1: no space left"):
        Docker("docker 27", programs.variables).build(order, tmp_path / "layout")
