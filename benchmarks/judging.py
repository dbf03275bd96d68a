"""How long the judge of changes takes, and how much memory, in a repository with a long past.

    python benchmarks/judging.py [SOURCE]

makes a repository of 1,000 approvals and 500 promotions by `git fast-import`, and judges a change
of 50 files and a promotion in it, five times each, in processes of their own. SOURCE is another
checkout whose code is measured: that of an older commit, to compare.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parents[1]
APPROVALS, PROMOTIONS, FILES, TIMES = 1000, 500, 50, 5

MAKE = """
import sys
from datetime import timedelta
from pathlib import Path
from support import change_world
from support.change_records import PRODUCTION, production, ROLES, WHY
from artifacts.digests import digest_json
from artifacts.records.approval import Approval
from delivery.changes.rules.genuine import statement_path
import subprocess, os

folder, approvals, promotions, files = Path(sys.argv[1]), *map(int, sys.argv[2:])
world = change_world.make_world(folder)
(sig,) = [v for k, v in world.signed("x", b"x", "ada", "plinth-approval").items() if k != "x"]
stream, head = [], world.git("rev-parse", "main")

def commit(ref, message, changed, parents, at):
    stream.append(f"commit {ref}\\nmark :{len(stream) + 1}\\n"
                  f"committer Eve <eve@x> {at} +0000\\ndata {len(message)}\\n{message}\\n".encode())
    mark = f":{len(stream)}"
    for word, parent in zip(("from", "merge", "merge"), parents):
        stream[-1] += f"{word} {parent}\\n".encode()
    for path, data in changed.items():
        stream[-1] += f"M 100644 inline {path}\\ndata {len(data)}\\n".encode() + data + b"\\n"
    return mark

at, tip = int(world.now.timestamp()) - promotions * 60 - 60, head
per = approvals // promotions
for number in range(promotions):
    payload = world.payload(f"model {number}")
    changed = {PRODUCTION: production(payload).encode()}
    for who in ("ada", "bo", "cleo")[:per]:
        models = {"architecture": {name: digest_json(f"{name} {number}") for name in
                  ("model", "gate_report", "policy", "risk_tiers", "photo_manifest")}}
        made = Approval.parse({"subject": {"kind": "payload", "environment": "production",
            "payload": payload.digest, "models": models}, "word": "approved", "approver": who,
            "role": ROLES[who][0], "reason": WHY, "at": world.now - timedelta(days=20)}, "x")
        changed[str(statement_path(made))] = made.to_json().encode()
        changed[str(statement_path(made)) + ".sig"] = sig
    branch = commit("refs/heads/was", "change", changed, [tip], at + 60 * number)
    tip = commit("refs/heads/main", "merge", changed, [tip, branch], at + 60 * number)
subprocess.run(["git", "-C", str(world.root), "fast-import", "--quiet", "--force"],
               input=b"".join(stream), check=True)
world.git("checkout", "--quiet", "--force", "main")
world.git("reset", "--quiet", "--hard", "main")
for number in range(promotions):
    world.note("deploy", digest_json(number), commit=head)
world.branch("files")
world.commit("max", {f"docs/{number}.md": "words\\n" for number in range(files)})
world.branch("judge-files")
world.commit("max", {f"services/delivery/src/{number}.py": "x\\n" for number in range(files)})
world.promote("first")
print(world.now.isoformat())
"""
JUDGE = """
import resource, sys, time, json
from datetime import datetime
from pathlib import Path
from support.change_world import World
world = World(Path(sys.argv[1]), Path(sys.argv[1]) / "keys", datetime.fromisoformat(sys.argv[2]))
world.log.entries()
began = time.perf_counter()
verdict = world.judge("refs/heads/main", "refs/heads/" + sys.argv[3])
took = time.perf_counter() - began
high = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
print(json.dumps([took, high, verdict.decision]))
"""


def _environment(source: Path) -> dict[str, str]:
    packages = [str(path) for path in sorted((*source.glob("*/*/src"), *source.glob("*/src")))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join([*packages, str(source / "tests")])}  # noqa: TID251


def _python(source: Path, program: str, *words: str) -> str:
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(
        command, env=_environment(source), check=True, capture_output=True, text=True
    )
    return done.stdout


def main() -> None:
    """Make the repository, and print a line of medians a change."""
    source = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory() as private:
        folder = Path(private) / "world"
        numbers = map(str, (APPROVALS, PROMOTIONS, FILES))
        now = _python(source, MAKE, str(folder), *numbers).strip()
        for branch in ("files", "judge-files", "promote-first"):
            runs = [
                json.loads(_python(source, JUDGE, str(folder), now, branch)) for _ in range(TIMES)
            ]
            seconds, memory = median(run[0] for run in runs), max(run[1] for run in runs)
            print(f"{branch:<14} {runs[0][2]:<9} {seconds:6.2f} s  {memory:5} MiB")


if __name__ == "__main__":
    main()
