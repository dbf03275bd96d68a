from pathlib import Path

import pytest

from delivery.targets.local.install import UvEnvironments
from delivery.targets.local.local_errors import EnvironmentFailed


def script(folder: Path, text: str) -> Path:
    path = folder / "uv"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def build(uv: Path, folder: Path) -> None:
    variables = {"PATH": "/usr/bin:/bin"}
    UvEnvironments(uv, variables).build(folder / "env", folder / "lock.txt", [folder / "src"])


def test_what_uv_says_is_told_without_escape_sequences(tmp_path: Path) -> None:
    uv = script(tmp_path, 'printf "\\033[31mno such hash" >&2; exit 1')

    with pytest.raises(EnvironmentFailed, match=r"\?\[31mno such hash"):
        build(uv, tmp_path)


def test_a_missing_uv_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailed, match="no-uv"):
        build(tmp_path / "no-uv", tmp_path)


def test_the_cache_is_tried_before_the_registry_and_only_wheels_with_hashes_are_taken(
    tmp_path: Path,
) -> None:
    uv = script(tmp_path, f'echo "$@" >>"{tmp_path}/calls"; case "$*" in *sync*) exit 1; esac')

    with pytest.raises(EnvironmentFailed):
        build(uv, tmp_path)

    venv, offline, online = (tmp_path / "calls").read_text().splitlines()
    assert "venv --relocatable" in venv
    assert ("--offline" in offline, "--offline" in online) == (True, False)
    assert all("--require-hashes --only-binary :all:" in call for call in (offline, online))
