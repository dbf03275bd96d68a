"""The event file that a run's workflow reads as `github.event`, in the shape of GitHub's."""

import json
from typing import Any

from rehearsal.box.records import NO_COMMIT, Event, PullRequest, Run


def event_json(run: Run, tip: str, pull: PullRequest | None) -> str:
    """Return the JSON of a run's event; `tip` is main's, `pull` what a pull request's run is of."""
    shape: dict[str, Any] = {
        "sender": {"login": run.actor},
        "repository": {"name": "plinth", "full_name": "box/plinth", "default_branch": "main"},
    }
    if pull is not None:
        shape |= _pull_request(run, tip, pull)
    elif run.event == Event.PUSH:
        before = run.before or NO_COMMIT
        shape |= {"ref": run.ref, "before": before, "after": run.commit, "deleted": False,
                  "created": before == NO_COMMIT, "pusher": {"name": run.actor},
                  "head_commit": {"id": run.commit}}  # fmt: skip
    elif run.event == Event.DISPATCH:
        shape |= {"ref": run.ref, "inputs": run.inputs, "workflow": run.file}
    else:
        shape |= {"schedule": "by hand"}
    return json.dumps(shape)


def _pull_request(run: Run, tip: str, pull: PullRequest) -> dict[str, Any]:
    return {
        "action": run.action,
        # At the top as well: act reads it there.
        "number": pull.number,
        "before": run.before,
        "after": run.commit,
        "pull_request": {
            "number": pull.number,
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "draft": False,
            "merged": False,
            "user": {"login": pull.opened_by},
            "head": {"ref": pull.branch, "sha": run.commit},
            "base": {"ref": "main", "sha": tip},
        },
    }
