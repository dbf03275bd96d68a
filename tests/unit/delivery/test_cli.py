"""The commands over real files: a signed artifact, a dataset of photos, policies and releases."""

import shutil
from pathlib import Path

import pytest
from support.delivery_fakes import FIRST_RELEASE, WHY, policy, release, released
from support.tiny_artifact import LABELS, public_key_of, tiny_artifact, tiny_photo

from artifacts.digests import digest_bytes
from artifacts.folder import SIGNATURE, write_artifact
from artifacts.photo_store import FolderPhotoStore
from artifacts.records.gate import GateReport
from artifacts.records.manifest import Data, DataSplit
from artifacts.records.photos import PhotoManifest, PhotoRow
from artifacts.signatures import KeySigner, KeyVerifier, create_key_pair
from artifacts.store import FolderModelStore
from delivery import cli
from delivery.adapters.yaml_files import YamlReleases
from delivery.domain.policy import Policy

PHOTOS = 12
EASY = {"min_photos": PHOTOS, "min_groups": PHOTOS // 2}


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["delivery", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


class Checkout:
    """A folder with all that the commands read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = root / "keys" / "model.pem"
        self.data = root / "data"
        create_key_pair(self.key, public_key_of(self.key))
        self.rows = self.dataset()
        self.candidate = self.artifact("candidate", seed=0)
        self.policy(floor=0.0001)
        self.releases().write(release(FIRST_RELEASE))

    def dataset(self) -> PhotoManifest:
        photos = sorted((tiny_photo(seed=i) for i in range(PHOTOS)), key=digest_bytes)
        store = FolderPhotoStore(self.data / "photos")
        rows = PhotoManifest(
            rows=tuple(
                PhotoRow(
                    photo=store.put(photo),
                    split="holdout",
                    group=f"building {i // 2}",
                    style=LABELS[i],
                    year=1900 + i,
                    source="made up",
                    licence="CC0-1.0",
                )
                for i, photo in enumerate(photos)
            )
        )
        rows.write(self.data / "manifest.csv")
        return rows

    def artifact(self, name: str, seed: int) -> Path:
        """Write a signed artifact that was split over this dataset."""
        manifest, files = tiny_artifact(seed)
        split = DataSplit(
            name="holdout", digest=self.rows.split_digest("holdout"), photos=12, groups=6
        )
        data = Data(photo_manifest=self.rows.digest, splits=(split,))
        folder = self.root / name
        write_artifact(folder, manifest.model_copy(update={"data": data}), files)
        KeySigner(self.key).sign(folder, folder / SIGNATURE)
        return folder

    def policy(self, floor: float) -> Policy:
        """Write a policy with an era floor that everything keeps, and an accuracy floor."""
        limits = {"id": "era", "metric": "era.median_absolute_error", "at_most": 1e6}
        floors = ({**limits, "reason": WHY, "decided_on": "2026-11-22"},)
        made = policy(holdout=EASY, floors=floors)
        if floor > 0.001:
            style = {"id": "style", "metric": "style.accuracy", "at_least": floor}
            floors += ({**style, "reason": WHY, "decided_on": "2026-11-22"},)
            made = policy(holdout=EASY, floors=floors)
        path = self.root / "policies" / "models" / "architecture.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.to_json(), encoding="utf-8")
        return made

    def releases(self) -> YamlReleases:
        return YamlReleases(self.root / "releases")

    def store(self) -> FolderModelStore:
        return FolderModelStore(self.root / "models", KeyVerifier(public_key_of(self.key)))


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return Checkout(tmp_path_factory.mktemp("template") / "checkout").root


@pytest.fixture
def checkout(template, tmp_path, monkeypatch):
    root = tmp_path / "checkout"
    shutil.copytree(template, root)
    made = object.__new__(Checkout)
    made.root, made.key, made.data = root, root / "keys" / "model.pem", root / "data"
    made.rows = PhotoManifest.read(made.data / "manifest.csv")
    made.candidate = root / "candidate"
    for name, value in {
        "ROOT": root,
        "MODEL_STORE": root / "models",
        "PUBLIC_KEY": public_key_of(made.key),
        "POLICIES": root / "policies",
        "RELEASES": root / "releases",
    }.items():
        monkeypatch.setenv(f"PLINTH_{name}", str(value))
    return made


def gate(checkout, monkeypatch, *words):
    out = checkout.root / "report.json"
    where = ("--dataset", checkout.data, "--out", out)
    code = run(monkeypatch, "gate", checkout.candidate, *where, *words)
    return code, GateReport.read(out)


def test_a_first_release_goes_from_gate_to_release(checkout, monkeypatch, capsys):
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision, report.first_release) == (0, "allowed", True)
    shown = capsys.readouterr().out
    assert "DECISION   allowed" in shown
    assert "\x1b" not in shown
    digest = checkout.store().put(checkout.candidate).digest
    assert run(monkeypatch, "propose", checkout.root / "report.json", "--version", 3) == 0
    (entry,) = checkout.releases().read("staging").models["architecture"]
    assert (entry.digest, entry.version, entry.gate_report) == (digest, 3, report.digest)


def test_a_broken_floor_exits_with_1(checkout, monkeypatch, capsys):
    checkout.policy(floor=0.99)
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (1, "refused")
    assert "floor.style" in capsys.readouterr().out
    assert run(monkeypatch, "propose", checkout.root / "report.json", "--version", 3) == 1


def test_missing_evidence_exits_with_2(checkout, monkeypatch):
    (checkout.root / "releases" / "staging.yaml").unlink()
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")


def test_a_tie_exits_with_3(checkout, monkeypatch):
    digest = checkout.store().put(checkout.candidate).digest
    checkout.releases().write(release(released(digest)))
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision, report.champion) == (3, "no_improvement", digest)


def test_a_champion_is_scored_from_the_store(checkout, monkeypatch):
    other = checkout.artifact("other", seed=5)
    digest = checkout.store().put(other).digest
    checkout.releases().write(release(released(digest)))
    _, report = gate(checkout, monkeypatch)
    assert report.champion == digest
    assert report.rules[-1].value is not None


def test_a_champion_whose_bytes_were_changed_leaves_undecided(checkout, monkeypatch):
    store = checkout.store()
    digest = store.put(checkout.artifact("other", seed=5)).digest
    head = store.folder(digest) / "heads" / "style.onnx"
    head.write_bytes(head.read_bytes() + b"x")
    checkout.releases().write(release(released(digest)))
    code, report = gate(checkout, monkeypatch)
    assert (code, report.champion) == (2, None)


@pytest.mark.parametrize("change", ["byte", "extra", "signature", "key"])
def test_a_candidate_that_was_changed_is_refused_by_a_report(checkout, monkeypatch, change):
    if change == "byte":
        head = checkout.candidate / "heads" / "style.onnx"
        head.write_bytes(head.read_bytes()[:-1] + b"x")
    elif change == "extra":
        (checkout.candidate / "more.py").write_text("")
    elif change == "signature":
        (checkout.candidate / SIGNATURE).unlink()
    else:
        other = checkout.root / "other.pem"
        create_key_pair(other, public_key_of(other))
        monkeypatch.setenv("PLINTH_PUBLIC_KEY", str(public_key_of(other)))
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision, report.candidate) == (1, "refused", None)
    assert report.rules[0].outcome == "failed"


def test_a_judge_without_a_key_decides_nothing(checkout, monkeypatch):
    public_key_of(checkout.key).unlink()
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")
    assert "no such public key" in report.rules[0].reason


def test_a_candidate_that_is_not_there_is_undecided_by_a_report(checkout, monkeypatch):
    shutil.rmtree(checkout.candidate)
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")


def test_a_photo_that_was_changed_leaves_undecided(checkout, monkeypatch):
    photo = FolderPhotoStore(checkout.data / "photos").path(checkout.rows.rows[0].photo)
    photo.write_bytes(photo.read_bytes() + b"x")
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (2, "undecided")


def test_a_dataset_that_was_split_otherwise_leaves_undecided(checkout, monkeypatch):
    rows = checkout.rows.rows
    moved = tuple(
        row.model_copy(update={"split": "train"}) if row.group == rows[0].group else row
        for row in rows
    )
    PhotoManifest(rows=moved).write(checkout.data / "manifest.csv")
    code, report = gate(checkout, monkeypatch)
    assert code == 2
    assert "wrong holdout" in {r.rule: r.reason for r in report.rules}["same_data"]


@pytest.mark.parametrize("poison", ["head", "overflow"])
def test_a_signed_model_that_gives_no_answer_is_refused(checkout, monkeypatch, poison):
    manifest, files = tiny_artifact(0)
    heads = manifest.heads
    if poison == "head":
        extra = heads[0].model_copy(update={"name": "mood"})
        golden = manifest.golden_photos[0]
        answers = {**golden.answers, "mood": golden.answers["style"]}
        update = {
            "heads": (*heads, extra),
            "golden_photos": (golden.model_copy(update={"answers": answers}),),
        }
    else:
        wide = heads[1].interval.model_copy(update={"high_offset": 1e4})
        update = {"heads": (heads[0], heads[1].model_copy(update={"interval": wide}))}
    split = DataSplit(
        name="holdout", digest=checkout.rows.split_digest("holdout"), photos=12, groups=6
    )
    data = Data(photo_manifest=checkout.rows.digest, splits=(split,))
    changed = manifest.model_copy(update={**update, "data": data})
    write_artifact(checkout.candidate, changed, files)
    KeySigner(checkout.key).sign(checkout.candidate, checkout.candidate / SIGNATURE)
    code, report = gate(checkout, monkeypatch)
    assert (code, report.decision) == (1, "refused")


def test_settings_that_are_missing_are_a_breakdown_told_in_one_paragraph(
    checkout, monkeypatch, capsys
):
    monkeypatch.delenv("PLINTH_POLICIES")
    assert run(monkeypatch, "gate", checkout.candidate, "--dataset", checkout.data) == 2
    told = capsys.readouterr().err
    assert "PLINTH_POLICIES" in told
    assert "Traceback" not in told


def test_a_report_that_is_not_one_is_a_breakdown(checkout, monkeypatch, capsys):
    path = checkout.root / "report.json"
    path.write_text("{}")
    assert run(monkeypatch, "propose", path, "--version", 1) == 2
    assert "unreadable" in capsys.readouterr().err


def test_an_unknown_environment_is_a_breakdown(checkout, monkeypatch):
    words = ("--dataset", checkout.data, "--environment", "moon")
    assert run(monkeypatch, "gate", checkout.candidate, *words) == 2


def test_report_writes_a_page_with_gate_and_recall(checkout, monkeypatch):
    gate(checkout, monkeypatch)
    out = checkout.root / "build" / "page.md"
    words = ("--gate-report", checkout.root / "report.json", "--dataset", checkout.data)
    assert run(monkeypatch, "report", checkout.candidate, *words, "--out", out) == 0
    page = out.read_text(encoding="utf-8")
    assert "## Gate: allowed" in page
    assert "Recall by label: style" in page
    assert page.count("| holdout |") == 1


def test_report_goes_to_the_terminal_without_an_out(checkout, monkeypatch, capsys):
    assert run(monkeypatch, "report", checkout.candidate) == 0
    assert capsys.readouterr().out.startswith("# Candidate of architecture")


def test_parity_that_cannot_run_is_a_breakdown(checkout, monkeypatch, capsys):
    """This checkout has no bin/plinth, so no door opens."""
    photo = checkout.root / "photo.jpg"
    photo.write_bytes(tiny_photo())
    assert run(monkeypatch, "parity", photo, "--model", checkout.candidate) == 2
    assert "training door" in capsys.readouterr().err
    assert run(monkeypatch, "parity", checkout.root / "none", "--model", checkout.candidate) == 2
