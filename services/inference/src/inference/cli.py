"""The command line. Exit codes: 0 done, 1 refused, 2 broken."""

from types import MappingProxyType
from typing import Final

from artifacts.command_line import CommandLine

COMMANDS: Final = MappingProxyType(
    {
        "commands": {
            "serve": "Answer photos over HTTP, once the model is verified and proven.",
            "predict": (
                "Answer photos in files, a row each; a file that can't be used gets its error "
                "as its row."
            ),
        },
    }
)

app = CommandLine("inference", "Photo of a building in, style and era out.", COMMANDS)


def main() -> None:
    """Run a command; what breaks it is told in one paragraph, and ends with 2."""
    app.run()
