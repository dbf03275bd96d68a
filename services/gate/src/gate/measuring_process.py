"""The process that measures one model. `measuring_room.py` starts it, and believes little of it.

A line of JSON comes in that says what is measured, then the artifact's bytes, then a line for each
thing to do; a line goes out for each. It has no key and no network, and reads the dataset alone.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from artifacts.errors import UnreadableRecord
from artifacts.folder import ModelArtifact
from artifacts.records.evaluation import Evaluation
from artifacts.records.manifest import ModelManifest
from gate.dataset import FolderDataset
from gate.errors import HoldoutEmpty, HoldoutUnusable, JudgeUnfit, TooSlow, UnfitModel
from gate.examiner import OnnxExaminer
from gate.measures.plan import MeasurementPlan
from gate.measuring_cost import Pace, workload
from gate.parallel import JoblibParallel

Answer = dict[str, Any]


def main() -> None:
    """Do what standard input asks for until it ends."""
    orders = sys.stdin.buffer
    # Whatever a library prints must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    header = json.loads(orders.readline())
    artifact = _artifact(header, orders)
    folders = header["dataset"]
    dataset = FolderDataset(*map(Path, folders)) if folders else None
    pace = Pace(header["cpu_seconds"], header["corrupted"], time.process_time)
    parallel = JoblibParallel(header["jobs"], _progress(answers, pace, dataset))
    examiner = OnnxExaminer(parallel, time.perf_counter, pace)
    for line in orders:
        order = json.loads(line)
        answer = _answered(lambda: _do(order, examiner, artifact, dataset))  # noqa: B023 - at once
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _progress(answers: IO[str], pace: Pace, dataset: FolderDataset | None) -> Callable[[int], None]:
    """Return what writes how much of the work is done: `[done, total]`, in photos looked at."""
    if dataset is None:
        return lambda _: None
    total, done = workload(pace, dataset.manifest().rows).photos, 0

    def tell(more: int) -> None:
        nonlocal done
        done = min(done + more, total)
        answers.write(f"[{done}, {total}]\n")
        answers.flush()

    return tell


def _artifact(header: dict[str, Any], orders: IO[bytes]) -> ModelArtifact:
    manifest = ModelManifest.parse(header["manifest"], "the order")
    return ModelArtifact(manifest, {path: orders.read(size) for path, size in header["files"]})


def _do(
    order: dict[str, Any],
    examiner: OnnxExaminer,
    artifact: ModelArtifact,
    dataset: FolderDataset | None,
) -> object:
    if order["do"] == "prove":
        proof = examiner.prove(artifact)
        return {"differences": list(proof.differences), "bit_equal": bool(proof.bit_equal)}
    if dataset is None:
        raise ValueError("without a dataset there is nothing to score")
    if order["do"] == "evaluate":
        return examiner.evaluate(artifact, dataset).model_dump(mode="json")
    evaluation = Evaluation.parse(order["evaluation"], "the order")
    plan = MeasurementPlan.parse(order["plan"], "the order")
    return examiner.measure(artifact, dataset, evaluation, plan).model_dump(mode="json")


def _answered(work: Callable[[], object]) -> Answer:
    """Return what work comes to, or who is at fault that it can't be done."""
    try:
        return {"answer": work()}
    except (UnfitModel, JudgeUnfit) as exc:
        faults = {TooSlow: "slow", UnfitModel: "model", JudgeUnfit: "judge"}
        return {"fault": faults[type(exc)], "reason": exc.reason}
    except HoldoutUnusable as exc:
        return {"fault": "photo", "photo": exc.photo, "reason": exc.reason, "split": exc.split}
    except HoldoutEmpty as exc:
        return {"fault": "empty", "reason": exc.photo_manifest}
    except UnreadableRecord as exc:
        return {"fault": "dataset", "reason": exc.source, "problems": list(exc.problems)}
