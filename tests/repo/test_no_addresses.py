"""No file of the project holds a registry's or mirror's address, or a path of some machine."""

import re
from pathlib import Path

import pytest

# Built from parts, so that this file doesn't find itself.
FORBIDDEN = re.compile(
    "|".join(
        (
            r"https?://(?:[\w.-]+@)?(?:files\.)?(?:test\.)?py(?:thonhosted|pi)\b",
            r"https?://registry\.npmjs",
            r"--(?:extra-)?index-url[ =]\S*//",
            r"\"resolved\":",
            r"//[^/\s\"']*(?:mirror|proxy|artifactory|nexus)[^/\s\"']*/(?:simple|npm|pypi)\b",
            r"(?<![\w.$}-])/(?:root|home/\w+|Users/\w+)/(?!\.\.\.)\w",
            r"(?<![\w.$}-])/wo" + r"rk/\w",
            r"(?<![\w.$}-])/op" + r"t/(?:pypi|wheels)",
        )
    )
)


def findings(text: str) -> list[str]:
    """What must not stand in a file."""
    return [match.group() for match in FORBIDDEN.finditer(text)]


def test_no_file_holds_an_address_or_a_machine_path(
    project_files: tuple[Path, ...], root: Path
) -> None:
    found = {
        str(path.relative_to(root)): findings(path.read_text(encoding="utf-8", errors="ignore"))
        for path in project_files
        if path != Path(__file__)
    }

    assert {path: hits for path, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    "text",
    [
        "https://py" + "pi.org/simple",
        "https://files.python" + "hosted.org/packages/a",
        "https://token@pypi.example/simple",
        "https://mirror.example/simple/numpy",
        "--index-url=https://x",
        '"resolved": "x"',
        "see /root/plinth",
        "home = '/home/ada/plinth'",
        "cd /wo" + "rk/main",
        "file:///op" + "t/pypi/simple",
    ],
)
def test_an_address_or_a_machine_path_is_found(text: str) -> None:
    assert findings(text)


@pytest.mark.parametrize("text", ["$ROOT/build/work/data", "build/work/data", "services/root/x"])
def test_a_path_of_the_project_is_none_of_them(text: str) -> None:
    assert findings(text) == []
