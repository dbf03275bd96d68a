"""What is trained on is also answered: one limit for import, service and batch."""

from pathlib import Path

from support.tiny_artifact import tiny_photo

from features import FILE_LIMIT_BYTES, read_photo
from inference.adapters.photo_files import DiskPhotoFiles
from inference.settings import Settings
from inference.use_cases.predict_photo import predict_photo


def test_a_photo_of_fifteen_megabytes_is_imported_and_predicted_alike(model, tmp_path):
    photo = tiny_photo() + bytes(15_000_000)
    (tmp_path / "large.jpg").write_bytes(photo)
    limit = Settings(public_key=Path("key.pem")).body_limit_bytes
    assert limit == FILE_LIMIT_BYTES
    data = DiskPhotoFiles(limit).read(tmp_path / "large.jpg")
    assert predict_photo(model, data, "an-id").style.label
    assert read_photo(photo).digest
