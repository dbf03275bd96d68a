from dataclasses import replace
from types import MappingProxyType

import pytest
from support.html_pages import HOSTILE, HtmlPage
from support.photo_files import jpeg
from support.sample_evidence import sample_records

from artifacts.digests import digest_bytes, digest_json
from artifacts.records.manifest import ArtifactFile
from gate.card import CardRecords, choose, model_card, photos_shown
from gate.card.data import NOT_COVERED
from gate.card.records import answered
from gate.evidence_page import strongest_mistakes
from pages import render, thumbnail

RECORDS = sample_records()
SECTIONS = (
    "In numbers",
    "What it is for",
    "The gate, rule by rule",
    "Slice by slice",
    "What it confuses",
    "Answers, right and wrong",
    "Does it know what it doesn't know",
    "When photos are worse",
    "The data",
    "Could it have cheated",
    "Labels to look at again",
    "What else was tried",
    "What it costs",
    "What this doesn't tell you",
    "Where it comes from",
)


def page_of(records: CardRecords) -> HtmlPage:
    examples = choose(records)
    picture = thumbnail(jpeg(1))
    pictures = MappingProxyType(dict.fromkeys(photos_shown(records, examples), picture))
    return HtmlPage(render(model_card(records, examples, pictures)))


@pytest.fixture(scope="module")
def page() -> HtmlPage:
    return page_of(RECORDS)


def section(page: HtmlPage, title: str) -> str:
    """The text of a section, up to the next one's title."""
    after = page.text.rpartition(f" {title} ")[2]
    nexts = [*SECTIONS[SECTIONS.index(title) + 1 :], "Made from records alone"]
    return after.partition(f" {nexts[0]}")[0]


def test_a_card_holds_every_section_in_the_order_of_a_reviewer(page: HtmlPage) -> None:
    assert page.faults == []
    card = model_card(RECORDS, choose(RECORDS), {})
    assert tuple(found.title for found in card.sections) == SECTIONS


def test_the_verdict_stands_first_with_its_reasons(page: HtmlPage) -> None:
    before = page.text.partition(" In numbers Measured")[0]
    assert "Refused 2 of 7 rules did not pass." in before
    assert RECORDS.report is not None
    for rule in RECORDS.report.violations:
        assert f"{rule.rule}: {rule.reason}" in before
    assert "first release, no champion" in before


def test_a_champion_is_named_in_the_verdict() -> None:
    assert RECORDS.report is not None
    champion = digest_json("champion")
    report = RECORDS.report.model_copy(update={"champion": champion, "first_release": False})
    assert f"against champion {champion[:19]}" in page_of(replace(RECORDS, report=report)).text


def test_rules_that_did_not_pass_stand_before_those_that_did(page: HtmlPage) -> None:
    rules = section(page, "The gate, rule by rule")
    assert rules.index("insufficient") < rules.index("policy_applies")


def test_numbers_carry_their_interval_and_what_was_asked(page: HtmlPage) -> None:
    numbers = section(page, "In numbers")
    assert "8.1 % 7.1 to 9.1 % asked: at most 5 %" in numbers
    assert "no interval" in section(page, "Does it know what it doesn't know")


def test_a_number_that_breaks_its_limit_is_marked() -> None:
    (numbers,) = model_card(RECORDS, choose(RECORDS), {}).sections[0].blocks
    tones = {number.label: number.tone for number in numbers.numbers}
    assert tones["Calibration error (style)"] == "bad"
    assert tones["Macro F1 (style)"] == "plain"


def test_uses_owner_and_limits_are_those_of_the_policy(page: HtmlPage) -> None:
    policy = RECORDS.policy
    assert policy is not None
    told = (*policy.intended_use, *policy.forbidden_use, *policy.known_limits, policy.owner.team)
    assert [line for line in told if line not in page.text] == []


def test_what_no_check_covers_is_said_backdoors_first(page: HtmlPage) -> None:
    assert NOT_COVERED[0].startswith("Backdoors: no check looks for a trigger.")
    assert [line for line in NOT_COVERED if line not in page.text] == []


def test_every_digest_of_the_lineage_is_there(page: HtmlPage) -> None:
    manifest, evidence = RECORDS.manifest, RECORDS.evidence
    assert evidence is not None
    assert RECORDS.policy is not None
    assert RECORDS.report is not None
    lineage = section(page, "Where it comes from")
    digests = (
        *(manifest.digest, manifest.feature_schema, manifest.data.photo_manifest),
        *(manifest.code.commit, manifest.environment, manifest.params, evidence.holdout),
        *(evidence.digest, RECORDS.policy.digest, RECORDS.report.digest),
    )
    assert [digest for digest in digests if digest not in lineage] == []


def test_networks_that_others_trained_are_named_with_their_licences(page: HtmlPage) -> None:
    elsewhere = "Trained elsewhere, by others"
    assert elsewhere not in page.text
    paths = (f"weights/{'ab' * 32}.onnx", "licences/efficientnet_lite0.txt")
    files = tuple(
        ArtifactFile(path=path, digest=digest_bytes(path.encode()), size_bytes=13 << 20)
        for path in paths
    )
    manifest = RECORDS.manifest
    manifest = manifest.model_copy(update={"files": (*manifest.files, *files)})

    lineage = section(page_of(replace(RECORDS, manifest=manifest)), "Where it comes from")

    assert elsewhere in lineage
    told = [text for file in files for text in (file.path, file.digest)]
    assert [text for text in told if text not in lineage] == []
    assert "13.00 MiB" in lineage


def test_what_training_stated_is_marked_as_not_believed(page: HtmlPage) -> None:
    assert "The gate doesn't believe them." in section(page, "What else was tried")


def test_photos_come_with_their_sources_and_licences(page: HtmlPage) -> None:
    assert "CC-BY-4.0" in section(page, "The data")
    assert "city archive" in section(page, "The data")


def test_the_examples_are_the_most_confident_right_and_wrong_answers() -> None:
    examples = choose(RECORDS)
    wrong = sorted((a.probability for a in answered(RECORDS) if not a.right), reverse=True)
    assert [answer.probability for answer in examples.wrong] == wrong[: len(examples.wrong)]
    assert len({answer.truth for answer in examples.right}) == len(examples.right) == 12


def test_the_strongest_confusions_come_first_with_photos_of_them() -> None:
    assert RECORDS.evidence is not None
    pairs = strongest_mistakes(RECORDS.evidence.confusions[0])
    assert [pair[2] for pair in pairs] == sorted((pair[2] for pair in pairs), reverse=True)
    for pair in choose(RECORDS).confused:
        assert pair.examples
        assert {(a.truth, a.answer) for a in pair.examples} == {(pair.truth, pair.answer)}


def test_hostile_labels_are_shown_as_they_stand() -> None:
    records = sample_records((HOSTILE, *(f"style {n}" for n in range(4))), photos=60)
    read = page_of(records)
    assert read.faults == []
    assert HOSTILE in read.text


def test_a_card_of_a_manifest_alone_says_what_is_missing() -> None:
    read = page_of(CardRecords(RECORDS.manifest))
    assert read.faults == []
    assert "Not judged" in read.text
    assert "There is no readable policy" in read.text
    assert read.text.count("Not measured: there is no evidence on this model.") == 9


@pytest.mark.parametrize(
    ("field", "change", "words"),
    [
        ("policy", {"model": "another"}, "the policy is of another"),
        ("evidence", {"model": digest_json("x")}, "the evidence is of sha256:"),
        ("evaluation", {"model": digest_json("x")}, "the evaluation is of sha256:"),
        ("report", {"candidate": digest_json("x")}, "judged by the candidate sha256:"),
        ("report", {"policy": digest_json("x")}, "judged by the policy sha256:"),
        ("report", {"evidence": digest_json("x")}, "judged by the evidence sha256:"),
    ],
)
def test_records_that_do_not_belong_together_are_named(
    field: str, change: dict[str, str], words: str
) -> None:
    changed = getattr(RECORDS, field).model_copy(update=change)
    assert any(words in found for found in replace(RECORDS, **{field: changed}).discords())


def test_records_of_one_judgement_belong_together() -> None:
    assert RECORDS.discords() == ()
