"""Chapter four: production goes back under load, and a prediction is traced to its photos."""

import json
import math
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from artifacts.digests import canonical_json, digest_bytes
from artifacts.records.audit import AuditHead
from artifacts.ssh_keygen import SshSigner
from rehearsal.demo.loop import DEPLOY, Loop
from rehearsal.demo.stage import Archive, Stage


class Lookout:
    """Asks production again and again, and notes when another model answers for the first time."""

    def __init__(self, stage: Stage, photo: bytes, before: str) -> None:
        self._stage, self._photo, self._before = stage, photo, before
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._seen: datetime | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def seconds_since(self, moment: datetime) -> float:
        """Return the seconds from a moment until another model answered; infinity if none did."""
        return (self._seen - moment).total_seconds() if self._seen else math.inf

    def _look(self) -> None:
        while self._seen is None and not self._over.wait(0.05):
            digest = self._stage.ask("production", self._photo).json()["model"]["digest"]
            if digest != self._before:
                self._seen = datetime.now(UTC)  # noqa: TID251 - a stopwatch


class Returning:
    """What a team hopes to need never, and tries out every week."""

    def __init__(self, loop: Loop, archive: Archive) -> None:
        self._loop = loop
        self._timeline = loop.timeline
        self._archive = archive

    def revert(self, promotion: str) -> float:
        """Revert a promotion while requests come in; returns the seconds that it took."""
        loop, max_, photo = self._loop, self._loop.member("max"), self._archive.photo()
        stage = loop.stage
        before = stage.ask("production", photo).json()["model"]["digest"]
        with self._timeline.step("revert the promotion under 50 requests/s: no approval needed"):
            max_.begin("main-as-it-is")
            made = max_.plinth("delivery", "revert", promotion, *max_.signing)
            self._timeline.require("the revert is made", kept=made.code == 0, found=made)
            branch = made.line("goes back to").partition(":")[0]
            max_.git("checkout", "--quiet", branch)
            pushed = max_.push(branch)
            self._timeline.require("and pushed", kept=pushed.code == 0, found=pushed)
            number = max_.open(branch, f"Revert promotion {promotion[:12]}")
            checks = max_.wait(max_.head)
            self._timeline.require("green without approvals", kept=checks.code == 0, found=checks)
            with stage.load("production", photo) as load, Lookout(stage, photo, before) as lookout:
                merged = loop.merge(number, DEPLOY)
            self._timeline.require("production is back", kept=merged.code == 0, found=merged)
            after = stage.ask("production", photo).json()["model"]["digest"]
            self._timeline.check("another model answers", kept=after != before, found=after)
            self._timeline.check_load(load.report)
            seconds = lookout.seconds_since(loop.merged_at(number))
            self._timeline.note(
                f"from the merge to the first answer of the old model: {seconds:.1f} s"
            )
            status = max_.plinth("delivery", "status")
            self._timeline.check("git and reality agree", kept=status.code == 0, found=status)
        return seconds

    def trace(self) -> None:
        """One prediction, hop by hop."""
        with self._timeline.step("trace a prediction of production to the photos behind it"):
            answer = self._loop.stage.ask("production", self._archive.photo())
            max_ = self._loop.member("max")
            max_.begin("main-as-it-is")
            done = max_.plinth("delivery", "trace", str(answer.json()["prediction_id"]))
            self._timeline.note(done.said)
            self._timeline.check("every hop is verified", kept=done.code == 0)

    def audit(self) -> None:
        """The log is whole; and a line less is found."""
        with self._timeline.step("the audit log: verified, then cut by a line"):
            max_ = self._loop.member("max")
            whole = max_.plinth("delivery", "audit", "--full")
            self._timeline.note("\n".join(whole.said.splitlines()[-12:]))
            self._timeline.check("it is whole", kept=whole.code == 0, found=whole.said[-300:])
            log = self._loop.stage.setting.state / "audit/log.jsonl"
            kept = log.read_bytes()
            log.write_bytes(b"".join(kept.splitlines(keepends=True)[:-1]))
            cut = max_.plinth("delivery", "audit")
            self._timeline.note(cut.said.splitlines()[-1] if cut.said else "")
            self._timeline.check("a missing line is found", kept=cut.code == 1, found=cut)
            head = self._loop.stage.setting.state / "audit-head/head.json"
            former = head.read_bytes()
            self._sign_anew(log, head)
            signed = max_.plinth("delivery", "audit")
            self._timeline.note(signed.said.splitlines()[-1] if signed.said else "")
            found = signed.code == 1 and "published" in signed.said
            self._timeline.check("also with a head signed anew", kept=found, found=signed)
            log.write_bytes(kept)
            head.write_bytes(former)

    def _sign_anew(self, log: Path, place: Path) -> None:
        """Sign the end of a cut log with delivery's own key, as whoever stole that key would."""
        key = self._loop.stage.setting.keys / "delivery"
        lines = log.read_bytes().splitlines()
        last = lines[-1].removeprefix(b'{"entry":').rpartition(b',"signature":')[0]
        head = AuditHead(sequence=len(lines), entry=digest_bytes(last)).model_dump(mode="json")
        signature = SshSigner(key, "plinth-audit").sign(canonical_json(head)).decode()
        place.write_text(json.dumps({"head": head, "signature": signature}))
