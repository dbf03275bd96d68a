from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from artifacts.digests import digest_bytes, digest_file
from artifacts.errors import UnreadableRecord
from artifacts.records.photos import PhotoManifest, PhotoRow

HEADER = "photo,split,group,style,year,source,licence"
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
CONTROLS = [chr(n) for n in (*range(32), 127)]
TEXTS = st.text(
    st.characters(exclude_characters=CONTROLS, exclude_categories=["Cs"]), min_size=1, max_size=12
)


def row(photo: str = A, **changes: Any) -> PhotoRow:
    fields = {
        "photo": photo,
        "split": "train",
        "group": f"group of {photo[-1]}",
        "style": "gothic",
        "year": 1240,
        "source": "a source",
        "licence": "CC0-1.0",
    }
    return PhotoRow.model_validate(fields | changes)


def line(photo: str = A, split: str = "train", group: str = "g", year: str = "1240") -> str:
    return f"{photo},{split},{group},gothic,{year},a source,CC0-1.0"


def read(tmp_path: Path, *lines: str) -> PhotoManifest:
    path = tmp_path / "manifest.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return PhotoManifest.read(path)


def problems_of(tmp_path: Path, *lines: str) -> tuple[str, ...]:
    with pytest.raises(UnreadableRecord) as caught:
        read(tmp_path, *lines)
    return caught.value.problems


@st.composite
def manifests(draw: st.DrawFn) -> PhotoManifest:
    rows = [
        row(
            digest_bytes(str(n).encode()),
            split=draw(st.sampled_from(["train", "validation", "holdout"])),
            group=f"{n} {draw(TEXTS)}",
            style=draw(TEXTS),
            year=draw(st.none() | st.integers(-4000, 2040)),
            source=draw(TEXTS),
            slices=draw(st.dictionaries(TEXTS, TEXTS, max_size=3)),
        )
        for n in range(draw(st.integers(0, 5)))
    ]
    return PhotoManifest(rows=tuple(sorted(rows, key=lambda made: made.photo)))


@given(manifests())
@settings(max_examples=60, deadline=None)
def test_any_manifest_survives_its_file(tmp_path_factory: Any, manifest: PhotoManifest):
    path = tmp_path_factory.mktemp("csv") / "manifest.csv"
    again = PhotoManifest.read(manifest.write(path))

    assert again == manifest
    assert digest_file(path) == manifest.digest == again.digest


def test_slices_unicode_commas_quotes_and_years_before_christ_survive(tmp_path: Path):
    rows = (
        row(A, group='Häuser, "am" Markt; 京都', slices={"region, of": "south-east, Asia"}),
        row(B, year=-447, source="=1+1", slices={"light": "night"}),
        row(C, year=None, licence=" "),
    )
    manifest = PhotoManifest(rows=rows)

    assert PhotoManifest.read(manifest.write(tmp_path / "m.csv")) == manifest
    assert manifest.slice_names == ("light", "region, of")


@pytest.mark.parametrize("text", ["two\nlines", "tab\t", "end\n", "\x00", "", "x" * 301])
@pytest.mark.parametrize("field", ["group", "style", "source", "licence"])
def test_a_name_is_one_line_of_text(field: str, text: str):
    with pytest.raises(ValidationError, match=field):
        row(**{field: text})


@pytest.mark.parametrize("slices", [{"": "x"}, {"a\nb": "x"}, {"a": ""}])
def test_a_slice_has_a_name_and_a_value(slices: dict[str, str]):
    with pytest.raises(ValidationError, match="slices"):
        row(slices=slices)


def test_equal_rows_give_equal_bytes():
    left = row(slices={"a": "1", "b": "2"})
    right = row(slices={"b": "2", "a": "1"})
    assert PhotoManifest(rows=(left,)).to_csv() == PhotoManifest(rows=(right,)).to_csv()


def test_the_form_of_the_file_never_changes():
    manifest = PhotoManifest(rows=(row(A, year=-12, slices={"light": "day"}), row(B, year=None)))
    assert manifest.to_csv() == (
        "photo,split,group,style,year,source,licence,slice.light\n"
        f"{A},train,group of a,gothic,-12,a source,CC0-1.0,day\n"
        f"{B},train,group of b,gothic,,a source,CC0-1.0,\n"
    )


def test_an_empty_year_is_unknown_and_not_zero(tmp_path: Path):
    assert read(tmp_path, HEADER, line(year="")).rows[0].year is None
    assert read(tmp_path, HEADER, line(year="0")).rows[0].year == 0


@pytest.mark.parametrize("missing", HEADER.split(","))
def test_a_missing_column_is_named(missing: str, tmp_path: Path):
    header = ",".join(name for name in HEADER.split(",") if name != missing)
    assert problems_of(tmp_path, header) == (f"no column {missing}",)


@pytest.mark.parametrize("extra", ["slce.region", "notes", "slice.", "Year", ""])
def test_an_unknown_column_is_named(extra: str, tmp_path: Path):
    assert problems_of(tmp_path, f"{HEADER},{extra}", f"{line()},x") == (
        f"column {extra!r} is unknown",
    )


@pytest.mark.parametrize("twice", ["style", "slice.light"])
def test_a_column_given_twice_is_named(twice: str, tmp_path: Path):
    """A reader by names would take the last and hide the other from a reviewer."""
    header = f"{HEADER},slice.light,{twice}"
    assert problems_of(tmp_path, header, f"{line()},day,x") == (f"column {twice} is there twice",)


@pytest.mark.parametrize(
    ("cells", "count"), [(line() + ",extra", 8), (line().rpartition(",")[0], 6), ("", 0)]
)
def test_a_line_with_other_cells_than_columns_is_named(cells: str, count: int, tmp_path: Path):
    assert problems_of(tmp_path, HEADER, line(), cells) == (f"line 3: {count} cells for 7 columns",)


def test_a_cut_line_is_not_a_photo_of_unknown_year(tmp_path: Path):
    header = "photo,split,group,style,source,licence,year"
    assert problems_of(tmp_path, header, f"{A},train,g,gothic,a source,CC0-1.0") == (
        "line 2: 6 cells for 7 columns",
    )


def test_every_bad_line_is_named_with_its_field(tmp_path: Path):
    problems = problems_of(
        tmp_path,
        HEADER,
        line(photo="sha256:short"),
        line(B, split="test"),
        line(C),
        line(C, year="old", group=""),
        line(C, year="1900.5"),
    )
    assert [problem.partition(":")[0] for problem in problems] == [
        "line 2, photo",
        "line 3, split",
        "line 5, group",
        "line 5, year",
        "line 6, year",
    ]


@pytest.mark.parametrize(
    ("lines", "match"),
    [
        ((line(A), line(A)), "stands twice"),
        ((line(B), line(A, group="h")), "not sorted"),
        ((line(A, "train"), line(B, "holdout")), "group g lies in two splits"),
        ((line(A, "train"), line(B, "validation")), "group g lies in two splits"),
        ((line(A).replace("a source", '"a" source'),), "line 2"),
        ((line(A).replace("a source", '"a source'),), "line 2"),
        ((line(A, year=str(10**30)),), "canonical"),
    ],
    ids=["twice", "unsorted", "holdout", "validation", "quote", "open quote", "far year"],
)
def test_an_inconsistent_manifest_is_unreadable(lines: tuple[str, ...], match: str, tmp_path: Path):
    assert match in " ".join(problems_of(tmp_path, HEADER, *lines))


@pytest.mark.parametrize("header", ['"a"b,' + HEADER, "\r," + HEADER, "\ufeff" + HEADER])
def test_a_broken_header_is_unreadable_and_not_a_crash(header: str, tmp_path: Path):
    assert problems_of(tmp_path, header)


@pytest.mark.parametrize("data", [None, b"", b"\xff\xfe"], ids=["missing", "empty", "not UTF-8"])
def test_a_broken_file_is_unreadable(data: bytes | None, tmp_path: Path):
    if data is not None:
        (tmp_path / "m.csv").write_bytes(data)
    with pytest.raises(UnreadableRecord, match=r"m\.csv"):
        PhotoManifest.read(tmp_path / "m.csv")


def test_a_split_digest_names_all_that_a_pin_holds_and_nothing_else():
    def digest(**changes: Any) -> str:
        return PhotoManifest(rows=(row(A, **changes), row(B))).split_digest("train")

    assert digest(licence="other") == digest()
    others = [{"style": "tudor"}, {"year": None}, {"year": 0}, {"group": "h"}]
    others += [{"source": "other"}, {"slices": {"light": "day"}}, {"slices": {"light": "dusk"}}]
    assert len({digest(), *(digest(**other) for other in others)}) == 8


def test_a_split_digest_does_not_change_with_another_split():
    alone = PhotoManifest(rows=(row(A),))
    both = PhotoManifest(rows=(row(A), row(B, split="holdout")))
    assert both.split_digest("train") == alone.split_digest("train")
    assert both.of_split("holdout") == (row(B, split="holdout"),)


def test_a_row_knows_the_truth_of_two_heads():
    assert (row().truth("style"), row(year=None).truth("era")) == ("gothic", None)
    with pytest.raises(KeyError):
        row().truth("price")
