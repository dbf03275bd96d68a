"""Says on one page what this machine has and lacks: `bin/plinth doctor`, `make doctor`.

It works before anything is set up, from the standard library alone. It tries what can be tried, in
a temporary folder; it changes nothing, asks no network and prints no secret.
"""

import sys
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.dont_write_bytecode = True
ROOT: Final = Path(__file__).resolve().parent.parent
# Last, so that nothing beside the scripts stands before the standard library.
sys.path += [str(ROOT / "bin"), str(ROOT / "libs/walls/src")]

WIDTH: Final = 100
_TOPIC: Final = 12
_INDENT: Final = " " * (9 + _TOPIC)
OK, NOTE, LACKS = "ok", "note", "LACKS"


@dataclass(frozen=True)
class Finding:
    """One line of the page.

    Attributes:
        topic: what was looked at, in a word.
        says: what is there.
        breaks: commands that do not work because of it; none: it is a note, or all is well.
        fix: what to type or to do about it.
    """

    topic: str
    says: str
    breaks: str = ""
    fix: str = ""

    @property
    def mark(self) -> str:
        """LACKS where a command does not work, note where something can be done, ok otherwise."""
        if self.breaks:
            return LACKS
        return NOTE if self.fix else OK

    def lines(self) -> list[str]:
        """The finding as lines of the page."""
        texts = [self.says]
        texts += [f"does not work: {self.breaks}"] if self.breaks else []
        texts += [f"do: {self.fix}"] if self.fix else []
        first, *rest = [
            line
            for text in texts
            for line in textwrap.wrap(
                text, WIDTH - len(_INDENT), break_long_words=False, break_on_hyphens=False
            )
        ]
        return [f"  {self.mark:<6} {self.topic:<{_TOPIC}}{first}", *(_INDENT + x for x in rest)]


Check = Callable[[], Iterable[Finding]]


def looked(checks: Iterable[tuple[str, Check]]) -> list[Finding]:
    """What all checks find; one that ends in an error says so and hides no other."""
    findings: list[Finding] = []
    for topic, check in checks:
        try:
            findings += check()
        except Exception as exc:  # noqa: BLE001 - on an odd machine anything may fail
            says, fix = f"could not be looked at: {type(exc).__name__}: {exc}", "report this fault"
            if "temporary directory" in str(exc):
                says, fix = "can't be tried without a temporary folder", "see `temporary` below"
            findings.append(Finding(topic, says, fix=fix))
    return findings


def page(findings: list[Finding]) -> str:
    """The page: what lacks, what to know, and what to type next."""
    lines = ["Plinth's doctor. It changed nothing and asked no network.", ""]
    for finding in findings:
        lines += finding.lines()
    lacking = [finding.topic for finding in findings if finding.mark == LACKS]
    lines.append("")
    if lacking:
        lines.append(f"{len(lacking)} lacking: {', '.join(lacking)}. All else works.")
    else:
        lines.append("Nothing is lacking. Type next: make")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the page; 0 where nothing is lacking, 1 where some command will not work."""
    import doctor_machine  # noqa: PLC0415 - they lie on the path that is made above
    import doctor_programs  # noqa: PLC0415

    findings = looked((*doctor_programs.CHECKS, *doctor_machine.CHECKS))
    # Whatever the terminal can show: a page with a question mark is better than none.
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(page(findings).encode(encoding, "replace").decode(encoding))
    return 1 if any(finding.mark == LACKS for finding in findings) else 0


if __name__ == "__main__":
    sys.modules["doctor"] = sys.modules["__main__"]  # the checks import what is defined here
    sys.exit(main())
