"""The command line. Exit codes: 0 allowed or done, 1 refused, 2 undecided, 3 no improvement."""

from types import MappingProxyType
from typing import Final

from artifacts.command_line import CommandLine

COMMANDS: Final = MappingProxyType(
    {
        "commands": {
            "create-keys": (
                "Create the gate's signing key where there is none, and no keeper holds one."
            ),
            "pin-holdout": (
                "Write down which photos a model is judged on; photos may be added, never taken "
                "away."
            ),
            "judge": "Measure a candidate and its champion anew, and judge by the model's policy.",
            "summary": (
                "Write a candidate and its verdict as Markdown, for a job's summary or a pull "
                "request."
            ),
            "report": "Write the model card: one HTML file that needs nothing beside it.",
            "explain-policy": "Write a model's policy as a page for those who sign it.",
            "parity": "Send the same photos through training, batch and live service, and compare.",
            "walls": (
                "Try the walls of measuring and of parity's doors, and print as JSON what "
                "succeeded inside."
            ),
        },
    }
)

app = CommandLine("gate", "Measures models, and judges by their policies.", COMMANDS)


def main() -> None:
    """Run a command; what breaks it is told in one paragraph, and ends with 2."""
    app.run()
