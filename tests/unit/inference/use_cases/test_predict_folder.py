import csv
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.tiny_artifact import tiny_photo

from inference.adapters.csv_table import CsvTable
from inference.adapters.photo_files import DiskPhotoFiles
from inference.errors import NoPhotoFound
from inference.use_cases.predict_folder import BatchCount, predict_folder
from inference.use_cases.predict_photo import predict_photo


class Recorder:
    """A progress that remembers."""

    def __init__(self):
        self.seen = []

    def advance(self, done, total):
        self.seen.append((done, total))


@pytest.fixture
def folder(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(4):
        (photos / f"{i}.jpg").write_bytes(tiny_photo(seed=i))
    (photos / "2.jpg").write_bytes(b"no photo")
    (photos / "5.png").write_bytes(tiny_photo(20, 20, format_="PNG"))
    (photos / "6.webp").write_bytes(b"")
    return photos


def run(model, paths, out, progress=None):
    with ThreadPoolExecutor(2) as workers:
        return predict_folder(
            model,
            paths,
            DiskPhotoFiles(1_000_000),
            CsvTable(out),
            lambda: "an-id",
            workers,
            progress or Recorder(),
        )


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_file_has_its_row_in_order_and_bad_ones_say_why(model, folder, tmp_path):
    count = run(model, [folder], tmp_path / "out.csv")
    rows = read(tmp_path / "out.csv")
    assert count == BatchCount(photos=6, errors=3)
    assert [row["path"] for row in rows] == [str(path) for path in sorted(folder.iterdir())]
    assert [row["error"].partition(":")[0] for row in rows] == [
        *("", "", "not_an_image", ""),
        *("photo_too_small", "body_empty"),
    ]


def test_a_row_with_an_error_has_no_answer(model, folder, tmp_path):
    run(model, [folder], tmp_path / "out.csv")
    bad = read(tmp_path / "out.csv")[2]
    assert {value for name, value in bad.items() if name not in {"path", "error"}} == {""}


def test_a_batch_answers_what_the_service_answers(model, folder, tmp_path):
    run(model, [folder], tmp_path / "out.csv")
    expected = predict_photo(model, (folder / "0.jpg").read_bytes(), "an-id")
    row = read(tmp_path / "out.csv")[0]
    assert row["style"] == expected.style.label
    assert float(row["probability"]) == expected.style.probability
    assert int(row["year"]) == expected.era.year
    assert row["vector_digest"] == expected.vector_digest


def test_progress_counts_up_to_the_number_of_files(model, folder, tmp_path):
    progress = Recorder()
    run(model, [folder], tmp_path / "out.csv", progress)
    assert progress.seen == [(i, 6) for i in range(1, 7)]


def test_nothing_is_written_where_no_photo_was_found(model, tmp_path):
    with pytest.raises(NoPhotoFound):
        run(model, [tmp_path], tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
