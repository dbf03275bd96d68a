"""Models are measured in processes of their own, without keys, and little of them is believed."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.tiny_artifact import tiny_artifact

from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import Evaluation
from gate.dataset import FolderDataset
from gate.errors import HoldoutUnusable, MeasuringFailed, TooSlow, UnfitModel
from gate.examiner import OnnxExaminer
from gate.measures import plan
from gate.measures.plan import MeasuringLimits
from gate.measuring_room import MeasuringRoom
from gate.parallel import JoblibParallel
from judging.policy import Policy
from walls import Unwalled, Wall, find_wall

LIMITS = MeasuringLimits(cpu_seconds=120, memory_mib=2048, corrupted_photos=10)
OPENING = """
import json, sys
header = json.loads(sys.stdin.buffer.readline())
files = [sys.stdin.buffer.read(size) for _, size in header["files"]]
def say(value):
    sys.stdout.write(json.dumps(value) + "\\n"); sys.stdout.flush()
for line in sys.stdin.buffer:
    order = json.loads(line)
"""
"""What every made-up process begins with; its own lines are indented by four."""
Room = Callable[..., MeasuringRoom]


@pytest.fixture
def room() -> Room:
    """Makes rooms, real ones or with a made-up process in them."""

    def make(
        inside: str = "", limits: MeasuringLimits = LIMITS, wall: Wall | None = None, **more: Any
    ) -> MeasuringRoom:
        command = (sys.executable, "-I", "-c", OPENING + inside) if inside else None
        return MeasuringRoom(wall or find_wall(), lambda _: limits, 1, command=command, **more)

    return make


@pytest.fixture(scope="module")
def evaluation(model: ModelArtifact, dataset: FolderDataset) -> Evaluation:
    return OnnxExaminer(JoblibParallel(1), time.perf_counter).evaluate(model, dataset)


def test_a_process_apart_finds_what_this_one_would(
    room: Room, model: ModelArtifact, dataset: FolderDataset, evaluation: Evaluation,
    quick_policy: Policy,
) -> None:  # fmt: skip
    apart, here = room(), OnnxExaminer(JoblibParallel(1), time.perf_counter)
    assert apart.evaluate(model, dataset) == evaluation
    assert apart.prove(model) == here.prove(model)
    found = apart.examine(model, dataset, evaluation, quick_policy)
    expected = here.examine(model, dataset, evaluation, quick_policy)
    assert found.model_copy(update={"resources": expected.resources}) == expected


def test_a_model_is_proved_without_any_dataset(room: Room, model: ModelArtifact) -> None:
    assert room().prove(model).holds


def test_a_model_that_cannot_be_opened_is_blamed_itself(
    room: Room, model: ModelArtifact, dataset: FolderDataset
) -> None:
    broken = replace(model, files={**model.files, "heads/style.onnx": b"no model"})
    with pytest.raises(UnfitModel, match="no ONNX model"):
        room().evaluate(broken, dataset)


def test_a_photo_that_is_missing_is_named_by_the_process(
    room: Room, model: ModelArtifact, make_dataset: Any, tmp_path: Path
) -> None:
    broken = make_dataset(tmp_path)
    photo = broken.manifest().of_split("holdout")[0].photo
    FolderDataset(tmp_path).photo(photo)
    (tmp_path / "photos" / photo.removeprefix("sha256:")[:2] / photo[7:]).write_bytes(b"other")
    with pytest.raises(HoldoutUnusable, match=photo):
        room().evaluate(model, broken)


def test_photos_may_lie_in_a_store_elsewhere(
    room: Room, model: ModelArtifact, make_dataset: Any, tmp_path: Path, evaluation: Evaluation
) -> None:
    made = make_dataset(tmp_path / "made")
    (tmp_path / "apart").mkdir()
    made.manifest().write(tmp_path / "apart/manifest.csv")
    elsewhere = FolderDataset(tmp_path / "apart", tmp_path / "made/photos")
    assert room().evaluate(model, elsewhere) == evaluation


TRYING = """
    import os, socket
    done = []
    for path in {keys!r}:
        try:
            done.append(open(path).read())
        except OSError:
            pass
    for path in {writes!r}:
        try:
            open(path + "/forged", "w").write("x"); done.append(path)
        except OSError:
            pass
    try:
        socket.create_connection(("127.0.0.1", {port}), 1); done.append("network")
    except OSError:
        pass
    done += [name for name in os.environ if name.startswith("PLINTH_")]
    say({{"answer": {{"differences": done, "bit_equal": True}}}})
"""


@pytest.mark.skipif(bool(find_wall().missing), reason="no wall works on this machine")
def test_a_hostile_process_reads_no_key_writes_nothing_and_has_no_network(
    room: Room, model: ModelArtifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    key = keys / "gate"
    key.write_text("secret")
    key.chmod(0o600)
    monkeypatch.setenv("PLINTH_GATE_KEY", str(key))
    inside = TRYING.format(keys=[str(key), "/etc/shadow"], writes=[str(tmp_path)], port=22)
    assert room(inside, hidden=(key,)).prove(model).differences == ()


@pytest.mark.parametrize("wall", [find_wall(), Unwalled("for this test")], ids=lambda w: w.name)
def test_a_measured_model_gets_the_variables_that_are_listed_and_no_other(
    room: Room, model: ModelArtifact, monkeypatch: pytest.MonkeyPatch, wall: Wall
) -> None:
    monkeypatch.setenv("ANY_NAME_OF_A_SECRET", "planted")
    inside = (
        "    import os; say({'answer': {'differences': sorted(os.environ), 'bit_equal': True}})"
    )
    found = room(inside, wall=wall).prove(model).differences
    # bubblewrap and Python add PWD and LC_CTYPE themselves.
    assert set(found) - {"PWD", "LC_CTYPE"} == {"HOME", "LANG", "PATH", "TMPDIR"}


LIES = {
    "garbage": ("sys.stdout.write('no json\\n'); sys.stdout.flush()", "can't be read"),
    "a key twice": (
        """sys.stdout.write('{"answer":1,"answer":2}\\n'); sys.stdout.flush()""",
        "twice",
    ),
    "not a number": (
        "sys.stdout.write('{\"answer\": NaN}\\n'); sys.stdout.flush()",
        "can't be read",
    ),
    "nothing": ("sys.exit(7)", "exit code 7"),
    "a crash": ("import os; os.kill(os.getpid(), 11)", "SIGSEGV|139"),
    "its own word": ("say({'answer': 'allowed'})", "unreadable"),
    "a fault of its own": ("say({'fault': 'none', 'reason': 'x'})", "none that it may give"),
    "half an answer": ("sys.stdout.write('{'); sys.stdout.flush(); sys.exit(0)", "ended"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_none_leaves_undecided(
    room: Room, model: ModelArtifact, dataset: FolderDataset, lie: str
) -> None:
    inside, words = LIES[lie]
    with pytest.raises(MeasuringFailed, match=words):
        room("    " + inside).evaluate(model, dataset)


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "model": lambda e: e.update(model="sha256:" + "0" * 64),
    "data": lambda e: e.update(photo_manifest="sha256:" + "0" * 64),
    "split": lambda e: e.update(split="train"),
    "holdout": lambda e: e.update(split_digest="sha256:" + "0" * 64),
    "photos": lambda e: e["photos"].reverse(),
    "groups": lambda e: e["groups"].reverse(),
    "truths": lambda e: e["classification"][0]["truths"].reverse(),
    "labels": lambda e: e.update(classification=[]),
    "source": lambda e: e["slices"].update(source=["one"] * len(e["photos"])),
}


@pytest.mark.parametrize("column", CHANGES)
def test_an_evaluation_of_other_photos_or_truths_is_not_believed(
    room: Room, model: ModelArtifact, dataset: FolderDataset, evaluation: Evaluation, column: str,
) -> None:  # fmt: skip
    forged = evaluation.model_dump(mode="json")
    CHANGES[column](forged)
    inside = f"    say(json.loads({json.dumps({'answer': forged})!r}))"
    with pytest.raises(MeasuringFailed, match=f"of other {column}"):
        room(inside).evaluate(model, dataset)


def test_evidence_of_another_model_is_not_believed(
    room: Room, model: ModelArtifact, dataset: FolderDataset, evaluation: Evaluation,
    quick_policy: Policy,
) -> None:  # fmt: skip
    found = room().examine(model, dataset, evaluation, quick_policy).model_dump(mode="json")
    for name in ("model", "photo_manifest", "holdout", "measured_by"):
        forged = found | {name: "sha256:" + "0" * 64}
        inside = f"    say(json.loads({json.dumps({'answer': forged})!r}))"
        with pytest.raises(MeasuringFailed, match="another model"):
            room(inside).examine(model, dataset, evaluation, quick_policy)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take a minute to give a second of CPU."""
    monkeypatch.setattr(plan, "PATIENCE", 60)


@pytest.mark.usefixtures("patient")
def test_a_model_that_burns_all_its_cpu_is_too_slow(
    room: Room, model: ModelArtifact, dataset: FolderDataset
) -> None:
    with pytest.raises(TooSlow, match=r"too slow to judge.*max_cpu_minutes"):
        room("    while True: pass", replace(LIMITS, cpu_seconds=1)).evaluate(model, dataset)


@pytest.mark.usefixtures("patient")
def test_a_process_of_a_process_counts_too(
    room: Room, model: ModelArtifact, dataset: FolderDataset
) -> None:
    inside = (
        "    import subprocess\n"
        "    subprocess.run([sys.executable, '-I', '-c', 'while True: pass'])"
    )
    with pytest.raises(TooSlow):
        room(inside, replace(LIMITS, cpu_seconds=1)).evaluate(model, dataset)


def test_a_machine_that_stands_still_is_no_fault_of_the_models(
    room: Room, model: ModelArtifact, dataset: FolderDataset
) -> None:
    with pytest.raises(MeasuringFailed, match="the machine is too busy"):
        room("    import time; time.sleep(60)", replace(LIMITS, cpu_seconds=0.5)).evaluate(
            model, dataset
        )


def test_a_model_that_takes_too_much_memory_is_refused(
    room: Room, model: ModelArtifact, dataset: FolderDataset
) -> None:
    inside = "    import time; held = bytearray(200 << 20); time.sleep(60)"
    with pytest.raises(UnfitModel, match="max_memory_mib"):
        room(inside, replace(LIMITS, memory_mib=100)).evaluate(model, dataset)


def test_a_flood_of_an_answer_is_cut_off(
    room: Room, model: ModelArtifact, dataset: FolderDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.measuring_room.ANSWER_BYTES", 1 << 20)
    with pytest.raises(MeasuringFailed, match="more than 1 MiB"):
        room("    sys.stdout.write('x' * (2 << 20))").evaluate(model, dataset)


def test_a_process_that_reads_nothing_does_not_hold_the_gate_for_ever(
    model: ModelArtifact, dataset: FolderDataset
) -> None:
    command = (sys.executable, "-I", "-c", "import time; time.sleep(60)")
    limits = replace(LIMITS, cpu_seconds=0.5)
    still = MeasuringRoom(find_wall(), lambda _: limits, 1, command=command)
    big = replace(model, files={**model.files, "big": bytes(1 << 20)})
    with pytest.raises(MeasuringFailed, match="too busy"):
        still.evaluate(big, dataset)


def test_no_model_has_a_say_in_what_another_one_scores(room: Room, model: ModelArtifact) -> None:
    told = "{'differences': [open('/proc/self/stat').read()], 'bit_equal': True}"
    made = room(f"    say({{'answer': {told}}})")
    first = made.prove(model), made.prove(model)
    assert made.prove(ModelArtifact(*tiny_artifact(seed=1))) not in first
    assert len(made._open) == 2


def test_without_a_wall_it_is_a_process_apart_all_the_same(
    model: ModelArtifact, dataset: FolderDataset, evaluation: Evaluation
) -> None:
    bare = MeasuringRoom(Unwalled("a test"), lambda _: LIMITS, 1)
    assert bare.evaluate(model, dataset) == evaluation
