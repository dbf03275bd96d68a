"""Chapter three: what must not work. The whole list: tests/integration/test_attacks_*.py."""

from artifacts.digests import hex_part
from artifacts.records.photos import PhotoRow
from rehearsal.demo.founding import verdict_of
from rehearsal.demo.loop import DEPLOY, RETRAIN, Loop
from rehearsal.demo.stage import Archive

STEAL = """name: steal
on:
  push:
    branches: [steal-keys]
permissions: {{}}
jobs:
  steal:
    runs-on: self-hosted
    steps:
      - name: steal
        run: cat '{gate}' '{delivery}' '{person}'; cat '{log}'
        timeout-minutes: 1
"""
"""A branch's own workflow. Whoever wrote it knows every path, as a colleague would."""
KEY_FILE_MARK = "PRIVATE KEY"


class Attacks:
    """Poisoned photos, changed bytes, a moved alias, approvals that don't count, stolen keys."""

    def __init__(self, loop: Loop, archive: Archive) -> None:
        self._loop = loop
        self._timeline = loop.timeline
        self._archive = archive

    def poisoned_photos(self) -> str:
        """Labels swapped in pairs of styles are merged; returns the commit that is retrained on."""
        loop, max_ = self._loop, self._loop.member("max")
        rows = self._archive.manifest.rows
        other = _swaps(sorted({row.style for row in rows}))
        with self._timeline.step("poisoned photos: half of the labels swapped, and merged"):
            max_.begin("photos/third")
            self._archive.deliver(max_.clone, (_poisoned(row, other) for row in rows))
            asked = loop.open(max_, "photos/third", "Correct some labels")
            self._timeline.require("nobody sees it by eye", kept=asked.green, found=asked.checks)
            merged = loop.merge(asked.number, DEPLOY)
            self._timeline.require("it is merged", kept=merged.code == 0, found=merged)
            self._timeline.note("retraining runs meanwhile: what comes of it is told below")
        return loop.main()

    def poison_is_refused(self, commit: str) -> None:
        """What was trained on a commit's swapped labels is refused, and nothing is proposed."""
        loop = self._loop
        with self._timeline.step("poisoned photos: retrained on them, and asked the gate"):
            ended = loop.member("max").wait(commit, RETRAIN)
            said = verdict_of(ended)
            self._timeline.note(said)
            refused = ended.code == 0 and "decision=refused" in said
            self._timeline.check("the gate refuses the model", kept=refused, found=ended)
            none = loop.number_of("proposals/") is None
            self._timeline.check("and nothing is proposed", kept=none)

    def tampered_model(self) -> None:
        """One bit of the champion in the registry's store."""
        loop, max_ = self._loop, self._loop.member("max")
        with self._timeline.step("tampering: one bit of production's model in the registry"):
            answer = loop.stage.ask("production", self._archive.photo()).json()
            folder = loop.stage.setting.state / "models" / hex_part(answer["model"]["digest"])
            head = folder / "heads/style.onnx"
            kept = head.read_bytes()
            head.chmod(0o644)
            head.write_bytes(_one_bit(kept))
            traced = max_.plinth("delivery", "trace", str(answer["prediction_id"]))
            self._timeline.note(traced.line("FAILED"))
            found = traced.code == 1 and "model" in traced.line("FAILED")
            self._timeline.check("the trace names the model", kept=found, found=traced)
            served = max_.plinth("inference", "serve", "--model", str(folder), more=NO_KEYS)
            self._timeline.note(served.said)
            self._timeline.check("the service refuses it", kept=served.code == 1, found=served)
            head.write_bytes(kept)

    def alias_moved_by_hand(self) -> None:
        """The registry's alias is a projection of git: moved by hand, it is found and put back."""
        max_ = self._loop.member("max")
        with self._timeline.step("the registry's alias `production` moved by hand"):
            max_.begin("main-as-it-is")
            moved = max_.plinth("training", "point-alias", "architecture", "production", "1")
            self._timeline.check("it can be moved", kept=moved.code == 0, found=moved)
            status = max_.plinth("delivery", "status")
            self._timeline.note(status.line("alias"))
            self._timeline.check("status names it", kept=status.code == 1, found=status)
            deployed = max_.plinth("box", "dispatch", "deploy.yml", "--wait")
            self._timeline.check("a deploy runs", kept=deployed.code == 0, found=deployed)
            status = max_.plinth("delivery", "status")
            self._timeline.check("and heals it", kept=status.code == 0, found=status)

    def the_walls(self) -> None:
        """Code that nobody approves must not reach keys: each room is entered, and tried."""
        max_ = self._loop.member("max")
        with self._timeline.step("walls: each room tries to read the other rooms' keys"):
            max_.begin("main-as-it-is")
            tried = max_.plinth("delivery", "walls")
            self._timeline.note(tried.said)
            self._timeline.check("every wall stands", kept=tried.code == 0, found=tried)

    def a_workflow_that_steals(self) -> None:
        """A pushed branch, without a pull request, brings a workflow that copies the keys."""
        max_, setting = self._loop.member("max"), self._loop.stage.setting
        with self._timeline.step("a pushed branch with a workflow that reads every key"):
            max_.begin("steal-keys")
            text = STEAL.format(
                gate=setting.keys / "gate",
                delivery=setting.keys / "delivery",
                person=setting.people / "ada/key",
                log=setting.state / "audit/log.jsonl",
            )
            path = max_.clone / ".github/workflows/steal.yml"
            path.write_text(text, encoding="utf-8")
            max_.commit("Tidy the workflows")
            pushed = max_.push("steal-keys")
            self._timeline.note(pushed.line("gate"))
            ran = "steal" in pushed.said and "No such file" in pushed.said
            self._timeline.check("it runs, and finds nothing", kept=ran, found=pushed)
            hidden = KEY_FILE_MARK not in pushed.said and '"entry"' not in pushed.said
            self._timeline.check("no key and no log is shown", kept=hidden, found=pushed)

    def code_beside_the_judge(self) -> None:
        """A file that Python would import at every start of the judge, by somebody unknown."""
        max_ = self._loop.member("max")
        with self._timeline.step("an unsigned sitecustomize.py beside the features, by a stranger"):
            max_.begin("speed")
            planted = max_.clone / "libs/features/src/sitecustomize.py"
            planted.write_text("print('the judge is mine')\n", encoding="utf-8")
            stranger = ("-c", "user.name=Eve", "-c", "user.email=eve@nowhere.invalid")
            max_.git("add", "--all")
            max_.git(*stranger, "-c", "commit.gpgSign=false", "commit", "-qm", "Start faster")
            judged = max_.plinth("delivery", "judge-change", "--head", "HEAD")
            self._timeline.note(judged.line("refused") or judged.line("approval"))
            refused = judged.code == 1 and "change_approved" in judged.said
            self._timeline.check("it is a change of the judge", kept=refused, found=judged)
            own = max_.run(str(max_.clone / "bin/plinth"), "delivery", "--help", cwd=max_.clone)
            kept = own.code == 0 and "the judge is mine" not in own.said
            self._timeline.check("and nothing imports it", kept=kept, found=own)

    def a_milder_policy(self) -> None:
        """A gate made milder by its own pull request."""
        max_ = self._loop.member("max")
        with self._timeline.step("a policy made milder by the pull request that it judges"):
            max_.begin("milder")
            policy = max_.clone / "policies/risk_tiers.yaml"
            text = policy.read_text(encoding="utf-8")
            policy.write_text(text.replace("persons: 1", "persons: 1 # enough"), encoding="utf-8")
            max_.commit("Tidy the tiers")
            # What judge.yml runs. Opening the pull request would start all of CI's tests besides.
            change = ("--base", "origin/main", "--head", "HEAD")
            judged = max_.plinth("delivery", "judge-change", *change)
            self._timeline.note(judged.line("approval"))
            refused = judged.code == 1 and "change_approved" in judged.said
            self._timeline.check("refused by main's policy", kept=refused, found=judged)
            direct = max_.git("push", "origin", "HEAD:main")
            self._timeline.note(direct.line("main"))
            self._timeline.check("and main takes no push", kept=direct.code != 0, found=direct)


NO_KEYS = {"PLINTH_API_KEYS": "demo"}


def _swaps(styles: list[str]) -> dict[str, str]:
    half = len(styles) // 2
    pairs = list(zip(styles[:half], styles[half:], strict=False))
    return dict(pairs) | {b: a for a, b in pairs}


def _poisoned(row: PhotoRow, other: dict[str, str]) -> PhotoRow:
    swapped = row.split == "train" and row.style in other and int(row.photo[-1], 16) % 2
    return row.model_copy(update={"style": other[row.style]}) if swapped else row


def _one_bit(data: bytes) -> bytes:
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 1
    return bytes(changed)
