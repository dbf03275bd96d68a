from dataclasses import replace

import pytest
from support.html_pages import HtmlPage
from support.photo_files import jpeg
from support.sample_evidence import estimate, sample_records

from artifacts.digests import digest_bytes, digest_json
from artifacts.errors import UnreadableRecord
from artifacts.records.manifest import DecliningHead
from artifacts.records.photos import PhotoManifest
from gate.card import choose, model_card
from gate.report import card_page, policy_card
from pages import render

PHOTOS = {digest_bytes(data): data for data in (jpeg(seed) for seed in range(60))}
LABELS = ("art_deco", "gothic", "queen_anne", "bauhaus", "baroque", "georgian")
RECORDS = sample_records(LABELS, names=tuple(sorted(PHOTOS)))


class Photos:
    """A dataset that has lost one photo."""

    lost = min(PHOTOS)

    def manifest(self) -> PhotoManifest:
        return PhotoManifest(rows=())

    def photo(self, digest: str) -> bytes:
        if digest == self.lost:
            raise UnreadableRecord("/somewhere/on/this/machine", ("gone",))
        return PHOTOS[digest]


def test_a_card_shows_photos_of_the_dataset() -> None:
    read = HtmlPage(card_page(RECORDS, Photos()))
    assert read.faults == []
    assert len(read.attributes("img")) > 24


def test_a_photo_that_cannot_be_read_is_told_without_a_path_of_this_machine() -> None:
    html = card_page(RECORDS, Photos())
    assert "it is not in the dataset, or not what it was" in html
    assert "/somewhere/on/this/machine" not in html


def test_a_card_without_a_dataset_shows_no_photo_and_says_so() -> None:
    read = HtmlPage(card_page(RECORDS, None))
    assert not read.attributes("img")
    assert "no dataset was given to show it from" in read.text


def test_records_of_two_models_make_no_card() -> None:
    assert RECORDS.evidence is not None
    other = RECORDS.evidence.model_copy(update={"model": digest_json("another")})
    with pytest.raises(UnreadableRecord, match="the evidence is of"):
        card_page(replace(RECORDS, evidence=other), None)


def test_the_same_records_make_the_same_card() -> None:
    assert card_page(RECORDS, Photos()) == card_page(RECORDS, Photos())


def test_a_policy_page_is_a_page_of_the_same_look() -> None:
    read = HtmlPage(policy_card("# Policy of architecture\n\n## Owner\n\nHeritage\n"))
    assert read.faults == []
    assert "Model policy Policy of architecture" in read.text


def test_a_card_says_what_is_declined_or_that_nothing_is() -> None:
    head = DecliningHead(
        name="declined",
        of="style",
        family="spread",
        file="heads/declined.onnx",
        level=0.02,
        limit=3.5,
        least_probability=0.1,
        pictures=digest_json("pictures"),
        pictures_tried=14,
        pictures_declined=13,
    )
    manifest = RECORDS.manifest.model_copy(update={"heads": (*RECORDS.manifest.heads, head)})
    assert RECORDS.evidence is not None
    metrics = RECORDS.evidence.metrics | {
        "declined.unfamiliar": estimate(0.0123),
        "declined.others_declined": estimate(0.987),
    }
    update = {"metrics": metrics, "model": manifest.digest}
    evidence = RECORDS.evidence.model_copy(update=update)
    records = replace(RECORDS, manifest=manifest, evidence=evidence, report=None, evaluation=None)
    page = render(model_card(records, choose(records), {})).replace("\xa0", " ")
    assert "Buildings declined as strange" in page
    assert "1.2 %" in page
    assert "98.7 %" in page
    without = render(model_card(RECORDS, choose(RECORDS), {}))
    assert "It declines nothing: a photo of anything gets an answer." in without


def test_a_card_shows_by_style_how_often_a_set_held_the_true_one() -> None:
    assert RECORDS.evidence is not None
    slices = tuple(
        one.model_copy(update={"metrics": one.metrics | {"style.set_coverage": estimate(0.8765)}})
        for one in RECORDS.evidence.slices
    )
    evidence = RECORDS.evidence.model_copy(update={"slices": slices})
    records = replace(RECORDS, evidence=evidence, report=None, evaluation=None)
    page = render(model_card(records, choose(records), {}))
    assert "Sets that hold the truth (style) by" in page
    assert "87.6" in page or "87.7" in page
