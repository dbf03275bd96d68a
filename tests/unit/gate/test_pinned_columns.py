"""What of a photo's row the gate reads is what a pinned holdout holds: watched, not listed."""

import sys
import time
from pathlib import Path

import pytest

from artifacts.folder import ModelArtifact
from artifacts.records.holdout import PinnedPhoto
from artifacts.records.photos import PhotoRow
from gate.dataset import FolderDataset
from gate.examiner import OnnxExaminer
from gate.parallel import JoblibParallel
from judging import rules
from judging.case import Holdout
from judging.policy import Policy

WHOLE = frozenset({"_cells", "digest_rows", "_consistent", "of_split"})
"""Functions that go through whole rows, whatever is in them: they judge by no column."""
SHOWN = "_summary"
"""Counts what the model card shows of the data: rules read no licence of it, see below."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Columns that are read of any row of a photo manifest, each with the reading function."""
    seen: set[tuple[str, str]] = set()
    plain = PhotoRow.__getattribute__

    def watched(row: PhotoRow, name: str) -> object:
        code = sys._getframe(1).f_code
        if name in PhotoRow.model_fields and code.co_name not in WHOLE:
            seen.add((name, code.co_qualname.partition(".")[0]))
        return plain(row, name)

    monkeypatch.setattr(PhotoRow, "__getattribute__", watched)
    return seen


def test_every_column_that_measuring_reads_is_pinned(
    reads: set[tuple[str, str]],
    model: ModelArtifact,
    dataset: FolderDataset,
    quick_policy: Policy,
) -> None:
    examiner = OnnxExaminer(JoblibParallel(1), time.perf_counter)
    evaluation = examiner.evaluate(model, dataset)
    examiner.examine(model, dataset, evaluation, quick_policy)
    Holdout.of(dataset.manifest())
    judged = {name for name, function in reads if function != SHOWN}
    assert judged >= {"photo", "group", "style", "year", "source", "slices"}
    assert judged - {"split"} <= set(PinnedPhoto.model_fields)


def test_a_new_column_of_a_row_is_pinned_unless_it_is_named_here() -> None:
    assert set(PhotoRow.model_fields) - set(PinnedPhoto.model_fields) == {"split", "licence"}


def test_no_rule_reads_licences() -> None:
    (folder,) = rules.__path__
    assert not [path for path in Path(folder).glob("*.py") if "licence" in path.read_text("utf-8")]
