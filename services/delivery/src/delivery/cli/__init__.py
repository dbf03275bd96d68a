"""The command line. Exit codes: 0 allowed or done, 1 refused, 2 undecided, 3 no improvement.

A module a group of commands. Only the group of the command that runs is imported: a deploy has no
use for what measures robustness, and would wait for it.
"""

import sys
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final

import typer
from typer.core import TyperGroup

from delivery.cli.exits import BREAKDOWN
from delivery.domain.text import plain

GROUPS: Final = MappingProxyType(
    {
        "gating": (
            "create-keys", "pin-holdout", "gate", "propose", "summary", "report", "explain-policy",
            "parity",
        ),
        "changing": ("changes",),
        "deploying": (
            "deploy", "plan-deploy", "verify", "status", "revert", "take-over",
        ),
        "infrastructure": (
            "build-image", "plan-infrastructure", "report-drift", "terraform-check",
        ),
        "promotion": (
            "judge-change", "judge-deploy", "approve", "reject", "withdraw", "break-glass",
            "review-break-glass",
        ),
        "tracing": (
            "create-deploy-key", "audit", "restart-audit", "review-restart", "verify-history",
            "trace",
        ),
        "keeping": ("keep-keys",),
        "retraining": (
            "plan-retraining", "train", "retrain", "register", "reproduce", "walls", "record-gate",
            "promote", "comment-evidence", "check-forge",
        ),
    }
)  # fmt: skip
_GROUP_OF: Final = MappingProxyType(
    {command: group for group, commands in GROUPS.items() for command in commands}
)


class LazyCommands(TyperGroup):
    """Commands whose modules are imported when one of them is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return all names, in the order of the table."""
        del ctx
        return list(_GROUP_OF)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None where there is none of that name."""
        if cmd_name not in _GROUP_OF:
            return None
        module = import_module(f"delivery.cli.{_GROUP_OF[cmd_name]}")
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
