"""The command line. Exit codes: 0 allowed or done, 1 refused, 2 undecided, 3 no improvement.

Each story has its commands in a module of its own. Only the module of the command that runs is
imported: a deploy has no use for what measures robustness, and would wait for it.
"""

import sys
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import typer
from typer.core import TyperGroup

from delivery.exits import BREAKDOWN
from delivery.text import plain

COMMANDS: Final = MappingProxyType(
    {
        "gate.commands": (
            "create-keys", "pin-holdout", "gate", "propose", "summary", "report", "explain-policy",
            "parity",
        ),
        "changes.check_commands": ("changes", "sum-checks", "report-check"),
        "deploy.commands": (
            "deploy", "plan-deploy", "verify", "status", "revert", "take-over",
        ),
        "deploy.infrastructure_commands": (
            "build-image", "plan-infrastructure", "report-drift", "terraform-check",
        ),
        "changes.commands": (
            "judge-change", "judge-deploy", "approve", "reject", "withdraw", "break-glass",
            "review-break-glass",
        ),
        "trail.commands": ("create-deploy-key", "audit", "restart-audit", "review-restart"),
        "trace.commands": ("verify-history", "trace"),
        "trail.keeper_commands": ("keep-keys",),
        "targets.local.commands": ("local",),
        "targets.aws.commands": ("aws",),
        "targets.aws.images.commands": ("image",),
        "retrain.commands": (
            "plan-retraining", "train", "retrain", "register", "reproduce", "walls", "record-gate",
            "promote", "comment-evidence", "check-forge",
        ),
    }
)  # fmt: skip
_MODULE_OF: Final = MappingProxyType(
    {command: module for module, commands in COMMANDS.items() for command in commands}
)


class LazyCommands(TyperGroup):
    """Commands whose modules are imported when one of them is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all names, in the order of the table."""
        del ctx
        return list(_MODULE_OF)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None where there is none of that name."""
        if cmd_name not in _MODULE_OF:
            return None
        module = import_module(f"delivery.{_MODULE_OF[cmd_name]}")
        group = typer.main.get_group(module.app)
        return group.get_command(ctx, cmd_name)


app = LazyCommands(
    name="delivery",
    help="Judges, approves, deploys, verifies and traces.",
    no_args_is_help=True,
)


def main() -> None:
    """Run a command; whatever breaks it is told in one paragraph, and ends with 2."""
    try:
        app(prog_name="delivery")
    except Exception as exc:  # noqa: BLE001 - a traceback would end with 1, which means refused
        typer.echo(f"delivery: {type(exc).__name__}: {plain(exc, 2000)}", err=True)
        sys.exit(BREAKDOWN)
