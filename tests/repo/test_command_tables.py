"""A service answers --help from a table of its commands: it says what the commands say."""

import os
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
import typer

from artifacts.command_line import CommandLine
from delivery import cli as delivery
from gate import cli as gate
from inference import cli as inference
from training import cli as training

SERVICES = [delivery, gate, inference, training]


@pytest.mark.parametrize("front", SERVICES, ids=lambda front: str(front.__name__))
def test_a_line_of_the_table_is_the_first_sentence_of_the_command(front: Any) -> None:
    for module, names in front.COMMANDS.items():
        app: CommandLine = front.app
        group = typer.main.get_group(import_module(f"{app.name}.{module}").app)
        assert set(group.commands) == set(names)
        for name, line in names.items():
            text = str(group.commands[name].help).split("\n\n", maxsplit=1)[0]
            assert " ".join(text.split()) == line, name


@pytest.mark.parametrize("front", SERVICES, ids=lambda front: str(front.__name__))
def test_help_imports_no_command_and_nothing_heavy(front: Any) -> None:
    program = (
        f"import sys; from {front.__name__} import main; sys.argv[1:] = ['--help']\n"
        "try: main()\nexcept SystemExit: print(*sys.modules)"
    )
    alone = {"PATH": os.defpath}
    words = [sys.executable, "-P", "-c", program]
    done = subprocess.run(words, env=alone, capture_output=True, text=True, check=True)
    shown, loaded = "\n".join(done.stdout.splitlines()[:-1]), done.stdout.splitlines()[-1]

    assert all(name in shown for names in front.COMMANDS.values() for name in names)
    heavy = {"rich", "pydantic", "numpy", "httpx", "features", "scoring", "pages"}
    assert heavy.isdisjoint(name.partition(".")[0] for name in loaded.split())


def test_an_unknown_command_is_refused_and_the_nearest_is_named() -> None:
    words = [sys.executable, "-P", "-c", "from delivery.cli import main; main()", "deplyo"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "Did you mean 'deploy'" in done.stderr
