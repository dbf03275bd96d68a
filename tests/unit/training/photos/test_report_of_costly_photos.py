"""The report decodes no photo that an import would refuse for what decoding it costs."""

import io
from pathlib import Path

from PIL import Image
from support.training_doubles import Serial, small_params, style_tree

from pages import Picture, Unshown
from training.models import model_definition
from training.photos import data_report as reporting
from training.photos.data_report import data_report, survey_photos
from training.photos.photo_folder import PhotoFolder


def repeated_scans(times: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (160, 120), "red").save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * times + b"\xff\xd9"


def test_a_photo_that_costs_too_much_is_not_shown_but_the_report_says_why(
    tmp_path: Path, monkeypatch
) -> None:
    root = style_tree(tmp_path / "in", ("gothic",), 4)
    (root / "gothic" / "costly.jpg").write_bytes(repeated_scans(300))
    shown: list[bytes] = []
    make = reporting.thumbnail

    def thumbnail(data: bytes, longest: int) -> Picture | Unshown:
        shown.append(data)
        return make(data, longest)

    monkeypatch.setattr(reporting, "thumbnail", thumbnail)
    params = small_params()
    source = PhotoFolder(root)
    found = survey_photos(source, model_definition(params.model), params, Serial())
    page = data_report(source, found, "in", Serial())
    assert len(shown) == 4
    assert "the JPEG repeats 300 of its 310 scans" in page
