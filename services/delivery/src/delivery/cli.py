"""The command line. Exit codes: 0 allowed or done, 1 refused, 2 undecided, 3 no improvement.

Each story has its commands in a module of its own; the module is imported when one of them runs.
"""

from types import MappingProxyType
from typing import Final

from artifacts.command_line import CommandLine

COMMANDS: Final = MappingProxyType(
    {
        "deploy.commands": {
            "deploy": (
                "Make an environment run what a commit of main wants: 0 done, 1 refused, 2 broken."
            ),
            "steps": (
                "List the steps of a deploy, in order, with those of the target that the "
                "settings name."
            ),
            "plan-deploy": (
                "Say, as outputs of a step too, in which environments a deploy would have "
                "anything to do."
            ),
            "verify": (
                "Compare git, aliases, what was applied and what runs: 0 equal, 1 different, 2 "
                "can't tell."
            ),
            "status": (
                "Show all environments and the audit log: what is wanted, what differs: 0 "
                "green, 1 not."
            ),
            "walls": (
                "Try the wall of each room of this machine: 0 all stand, 1 one doesn't, 2 "
                "nobody can tell."
            ),
        },
        "releases.commands": {
            "propose": "Write an allowed candidate into an environment's release.",
            "promote": (
                "Open a pull request that promotes what staging last verified: 0 opened, 1 nothing "
                "to do."
            ),
            "revert": "Make the branch that takes a promotion back: 0 made, 1 refused.",
            "take-over": (
                "Make a branch of yours, signed, of what a bot or a forge's button changed: 0 "
                "made, 1 refused."
            ),
        },
        "forges.commands": {
            "comment-evidence": "Keep one comment of a pull request up to date.",
            "check-forge": (
                "Check how GitHub is set up, item by item: 0 well, 1 not, 2 nobody can tell."
            ),
        },
        "deploy.infrastructure_commands": {
            "build-image": (
                "Build, push and scan the image of what staging is to run: 0 done, 1 refused, 2 "
                "broken."
            ),
            "plan-infrastructure": (
                "Say, in the summary of a step too, what a deploy of a commit would change: 0, "
                "or 2 unknown."
            ),
            "report-drift": (
                "Compare every environment with git, and keep one issue of it: 0 equal, 1 not, "
                "2 can't tell."
            ),
            "terraform-check": "Check Terraform's files: form, meaning, tests. 0 well, 1 not.",
        },
        "changes.commands": {
            "judge-change": (
                "Judge whether a change may be merged, by the policies, people and keys that "
                "main has."
            ),
            "judge-deploy": (
                "Judge whether what a commit of main releases may be deployed, when it first is."
            ),
            "approve": "Show what a change brings, and sign that you approve it.",
            "reject": (
                "Show what a change brings, and sign that you reject it: it is blocked until "
                "withdrawn."
            ),
            "withdraw": "Sign that an approval or a rejection is taken back.",
            "break-glass": (
                "Sign that a payload must go to production now, without its approvals and "
                "verifications."
            ),
            "review-break-glass": (
                "Sign that you have reviewed what was deployed with the glass broken."
            ),
            "changes": (
                "Say which checks a change needs, to people and to the workflow's other jobs."
            ),
            "sum-checks": (
                "Say whether all checks that a change needed are green. 1 if one is not, 2 if "
                "unreadable."
            ),
            "report-check": (
                "Set the status of a commit at GitHub. 2 where no forge is set up: nobody was told."
            ),
        },
        "trail.commands": {
            "create-deploy-key": (
                "Create the key that signs the audit log and the commits of proposals, where "
                "there is none."
            ),
            "audit": (
                "Verify the audit log and print it: 1 where a line is not what was written, 2 "
                "without a log."
            ),
            "restart-audit": (
                "Begin a new audit log in place of one that is lost or broken: 0 begun, 1 it is "
                "intact."
            ),
            "review-restart": (
                "Say that you have looked at why the audit log was begun anew: 0 said, 1 "
                "nothing to review."
            ),
            "keep-keys": (
                "Hold the keys of gate, delivery and reproduction and the audit log, and sign "
                "for others."
            ),
        },
        "trace.commands": {
            "verify-history": (
                "Judge every merge of main again by what stood before it: 0 allowed, 1 refused, "
                "2 can't tell."
            ),
            "trace": (
                "Walk from a prediction back to its photos, and verify every hop; 1 where one "
                "fails."
            ),
        },
        "targets.local.commands": {
            "local": "What this machine runs, as the local target.",
        },
        "targets.aws.commands": {
            "aws": "What the AWS target runs.",
            "image": "Images of payloads and services.",
        },
        "retrain.commands": {
            "plan-retraining": (
                "Say whether a commit's inputs are to be trained on: those judged before are not."
            ),
            "train": (
                "Train once from this checkout's inputs, and hand the candidate over. Needs no "
                "key or log."
            ),
            "retrain": (
                "Take what was trained from these inputs, once, judge, record, register and "
                "propose."
            ),
            "register": (
                "Keep a candidate that the gate allowed in the model store, and give it a version."
            ),
            "reproduce": (
                "Have a model built again in a room, and sign whether the bytes are equal: 1 if "
                "they differ."
            ),
            "record-gate": (
                "Add a verdict to the audit log, under the inputs that its candidate was "
                "trained from."
            ),
        },
    }
)

app = CommandLine("delivery", "Judges, approves, deploys, verifies and traces.", COMMANDS)


def main() -> None:
    """Run a command; what breaks it is told in one paragraph, and ends with 2."""
    app.run()
