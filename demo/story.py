"""The demo's steps, in order. Each runs the commands that a person or a workflow runs."""

import json
import shutil
from pathlib import Path

import yaml

from demo.stage import ROOT, Done, Stage
from demo.timeline import Timeline

BUILDINGS_PER_STYLE = 16
PARITY_PHOTOS = 25
ALLOWED, REFUSED, UNDECIDED, NO_IMPROVEMENT = 0, 1, 2, 3
FORGED = "sha256:" + "0" * 64


class Story:
    """From photos to a served model, and what happens to a worse and to a tampered one."""

    def __init__(self, stage: Stage, timeline: Timeline, photos: Path | None) -> None:
        self._stage = stage
        self._timeline = timeline
        self._photos = photos or stage.folder / "photos"
        self._drawn = photos is None
        self._work = stage.folder / "work"
        self._candidate = stage.folder / "candidate"
        self._report = stage.folder / "gate-report.json"

    def tell(self) -> None:
        """Play every step; StepFailed ends it early."""
        self._ready_the_photos()
        self._train()
        self._pin_the_holdout()
        self._gate_allows()
        self._a_forged_report()
        self._register()
        self._train_again()
        self._serve()
        self._parity()
        self._gate_refuses_a_worse_candidate()
        self._gate_sees_no_improvement()
        self._gate_sees_an_easier_holdout()
        self._service_refuses_a_tampered_artifact()

    def _ready_the_photos(self) -> None:
        with self._timeline.step("photos: draw buildings of all 25 styles, no download"):
            for service in ("training", "delivery"):
                self._stage.run(service, "create-keys")
            if not self._stage.committed:
                self._timeline.note("uncommitted changes: the demo plays over a committed copy")
            if self._drawn:
                count = ("--per-style", str(BUILDINGS_PER_STYLE))
                self._say(self._stage.run("training", "draw-facades", str(self._photos), *count))
            found = sum(path.is_file() for path in self._photos.rglob("*"))
            self._timeline.require("there are photos to learn from", kept=found > 0, found=found)

    def _train(self) -> None:
        with self._timeline.step("train: import, featurize, cross-validate, fit, export, sign"):
            done = self._pipeline(self._work, self._candidate)
            self._say(done, ("added", "dataset holds", "*", "labels equal", "candidate "))
            self._timeline.require("a signed candidate is made", kept=done.code == 0, found=done)
            equal = "labels equal in scikit-learn and ONNX" in done.said
            self._timeline.check("scikit-learn and ONNX name the same labels", kept=equal)

    def _pin_the_holdout(self) -> None:
        with self._timeline.step("pin the holdout: what models are judged on, only ever added to"):
            done = self._gate(self._candidate, self._report)
            undecided = done.code == UNDECIDED
            self._timeline.check("without a pin nothing is decided", kept=undecided, found=done)
            pinned = self._stage.run("delivery", "pin-holdout", *self._dataset)
            self._say(pinned)
            self._timeline.require("the holdout is pinned", kept=pinned.code == 0, found=pinned)

    def _gate_allows(self) -> None:
        with self._timeline.step("gate: judge the candidate on photos that training never scored"):
            done = self._gate(self._candidate, self._report)
            self._timeline.note(done.said)
            kept = done.code == ALLOWED and _decision(self._report) == "allowed"
            self._timeline.require("the gate allows a first release", kept=kept, found=done.code)

    def _a_forged_report(self) -> None:
        with self._timeline.step("a forged gate report: the same one, with another candidate"):
            forged = self._stage.folder / "forged-report.json"
            text = self._report.read_text(encoding="utf-8")
            forged.write_text(text.replace(str(_candidate_of(self._report)), FORGED), "utf-8")
            shutil.copy(f"{self._report}.sig", f"{forged}.sig")
            done = self._stage.run(
                "training", "register", str(self._candidate), "--gate-report", str(forged)
            )
            self._say(done)
            refused = done.code == REFUSED and "signature" in done.said
            self._timeline.check("its signature doesn't hold", kept=refused, found=done)

    def _register(self) -> None:
        with self._timeline.step("register: a version, and a release that pins the digest"):
            report = str(self._report)
            done = self._stage.run(
                "training", "register", str(self._candidate), "--gate-report", report
            )
            self._say(done)
            self._timeline.require("version 1 is registered", kept="version 1 " in done.said)
            self._say(self._stage.run("delivery", "propose", report, "--version", "1"))
            staging = (self._stage.folder / "releases/staging.yaml").read_text(encoding="utf-8")
            pinned = str(_candidate_of(self._report)) in staging
            self._timeline.require("releases/staging.yaml pins these bytes", kept=pinned)

    def _train_again(self) -> None:
        with self._timeline.step("train again with nothing changed"):
            done = self._pipeline(self._work, self._candidate)
            idle = done.code == 0 and "Running stage" not in done.said
            self._timeline.check("an unchanged pipeline does nothing", kept=idle, found=done.said)

    def _serve(self) -> None:
        with self._timeline.step("serve: verify, prove on golden photos, answer over HTTP"):
            model = self._registered()
            with self._stage.serve(model) as server:
                photo = min(path for path in self._photos.rglob("*") if _is_photo(path))
                answer = server.predict(photo.read_bytes())
                self._timeline.check(
                    f"{photo.name} is answered", kept=answer.is_success, found=answer.text
                )
                self._show(answer.json())
                named = answer.json()["model"]["digest"] == _candidate_of(self._report)
                self._timeline.check("the answer names the released digest", kept=named)
                bad = server.predict(b"no photo at all")
                self._timeline.note(f"{bad.status_code} {bad.json().get('detail')}")
                self._timeline.check("what is no photo is told so", kept=bad.status_code == 415)

    def _parity(self) -> None:
        with self._timeline.step(f"parity: {PARITY_PHOTOS} photos, three ways into the model"):
            arguments = ("--model", str(self._registered()), "--limit", str(PARITY_PHOTOS))
            done = self._stage.run("delivery", "parity", str(self._photos), *arguments)
            self._timeline.note(done.said)
            self._timeline.check("training, batch and HTTP agree", kept=done.code == 0)

    def _gate_refuses_a_worse_candidate(self) -> None:
        with self._timeline.step("a worse candidate: four stunted trees"):
            worse, report = self._stage.folder / "worse", self._stage.folder / "worse-report.json"
            params = self._worse_params()
            self._pipeline(self._stage.folder / "worse-work", worse, "--params", str(params))
            done = self._gate(worse, report)
            self._timeline.note(done.said)
            self._timeline.check("the gate refuses it", kept=done.code == REFUSED, found=done.code)
            violated = _failed(report)
            named = "non_inferiority" in violated
            self._timeline.check("and names non-inferiority", kept=named, found=violated)
            arguments = (str(worse), "--gate-report", str(report))
            register = self._stage.run("training", "register", *arguments)
            self._say(register)
            self._timeline.check("it can't be registered", kept=register.code == REFUSED)

    def _gate_sees_no_improvement(self) -> None:
        with self._timeline.step("the champion itself as a candidate"):
            report = self._stage.folder / "same-report.json"
            done = self._gate(self._candidate, report)
            none = done.code == NO_IMPROVEMENT
            self._timeline.check("a tie does not promote", kept=none, found=done.code)

    def _gate_sees_an_easier_holdout(self) -> None:
        with self._timeline.step("an easier holdout: three of its photos left out"):
            dataset, report = self._stage.folder / "easier", self._stage.folder / "easier.json"
            shutil.copytree(self._work / "data", dataset, symlinks=True)
            manifest = dataset / "manifest.csv"
            lines = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
            left_out = [line for line in lines if ",holdout," in line][:3]
            manifest.write_text("".join(x for x in lines if x not in left_out), encoding="utf-8")
            pin = self._stage.run("delivery", "pin-holdout", "--dataset", str(dataset))
            self._say(pin)
            self._timeline.check("it can't be pinned", kept=pin.code == REFUSED, found=pin)
            places = ("--dataset", str(dataset), "--out", str(report))
            done = self._stage.run("delivery", "gate", str(self._candidate), *places)
            named = done.code == REFUSED and "holdout_pin" in _failed(report)
            self._timeline.check("and the gate refuses it by name", kept=named, found=done)

    def _service_refuses_a_tampered_artifact(self) -> None:
        with self._timeline.step("a tampered artifact: one bit of its style head"):
            tampered = self._stage.folder / "tampered"
            shutil.copytree(self._candidate, tampered)
            head = tampered / "heads/style.onnx"
            data = bytearray(head.read_bytes())
            data[len(data) // 2] ^= 1
            head.write_bytes(data)
            arguments = ("serve", "--model", str(tampered), "--port", "0")
            done = self._stage.run("inference", *arguments, more={"PLINTH_API_KEYS": "demo"})
            self._say(done)
            self._timeline.check("the service refuses it", kept=done.code == REFUSED, found=done)
            gate = self._gate(tampered, self._stage.folder / "tampered-report.json")
            self._timeline.check("and so does the gate", kept=gate.code == REFUSED, found=gate.code)

    def _pipeline(self, work: Path, out: Path, *more: str) -> Done:
        photos = ("--photos", str(self._photos))
        places = ("--work", str(work), "--out", str(out))
        return self._stage.run("training", "run-pipeline", *photos, *places, *more)

    def _gate(self, candidate: Path, report: Path) -> Done:
        return self._stage.run(
            "delivery", "gate", str(candidate), *self._dataset, "--out", str(report)
        )

    @property
    def _dataset(self) -> tuple[str, str]:
        return "--dataset", str(self._work / "data")

    def _registered(self) -> Path:
        digest = str(_candidate_of(self._report))
        return self._stage.folder / "models" / digest.removeprefix("sha256:")

    def _worse_params(self) -> Path:
        params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        tree = {"trees": 4, "max_leaves": 6, "min_leaf_photos": 20, "max_features": "sqrt"}
        kinds = ("extra_trees", "random_forest")
        params["train"]["classification"] = [{"kind": kind, **tree} for kind in kinds]
        params["train"]["regression"] = [{"kind": kinds[0], **tree}]
        params["train"]["search"]["trials"] = 0
        path = self._stage.folder / "worse.yaml"
        path.write_text(yaml.safe_dump(params), encoding="utf-8")
        return path

    def _show(self, answer: dict[str, dict[str, object]]) -> None:
        style, era = answer["style"], answer["era"]
        share = f"{style['probability']:.0%}"
        years = f"{era['year']} (from {era['year_low']} to {era['year_high']})"
        self._timeline.note(f"{style['label']} with {share}, built about {years}")

    def _say(self, done: Done, only: tuple[str, ...] = ()) -> None:
        lines = [line for line in done.said.splitlines() if line.strip()]
        shown = [line for line in lines if any(mark in line for mark in only)] if only else lines
        self._timeline.note("\n".join(shown if done.code == 0 or not only else lines[-12:]))


def _is_photo(path: Path) -> bool:
    return path.suffix.lower() in {".jpg", ".jpeg"}


def _rules(report: Path) -> list[dict[str, str]]:
    rules: list[dict[str, str]] = json.loads(report.read_text(encoding="utf-8"))["rules"]
    return rules


def _failed(report: Path) -> set[str]:
    return {rule["rule"] for rule in _rules(report) if rule["outcome"] == "failed"}


def _decision(report: Path) -> object:
    return json.loads(report.read_text(encoding="utf-8"))["decision"]


def _candidate_of(report: Path) -> object:
    return json.loads(report.read_text(encoding="utf-8"))["candidate"]
