import pytest
import yaml
from support.policy_documents import policy_document, tiers_document

from artifacts.digests import digest_json
from artifacts.errors import PolicyRefused, UnreadableRecord
from artifacts.records.holdout import HoldoutPin, PinnedPhoto
from judging.policy import Rules
from judging.policy_files import YamlPolicies

HEX = digest_json("x")
GOOD = yaml.safe_dump(policy_document(), sort_keys=False)
TIERS = yaml.safe_dump(tiers_document(), sort_keys=False)
FLOOR = "at_least: 0.5"


def read(tmp_path, text, model="architecture"):
    path = tmp_path / "models" / f"{model}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return YamlPolicies(tmp_path).read(model)


def test_a_policy_is_read(tmp_path):
    assert read(tmp_path, GOOD).rules.floors[0].at_least == 0.5


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (GOOD + "\nmodel: fraud\n", "model"),
        (GOOD.replace(FLOOR, f"{FLOOR}\n    at_least: 0.01"), "at_least"),
        (GOOD.replace(FLOOR, "at_least: .nan"), "finite"),
        (GOOD.replace(FLOOR, "at_least: -.inf"), "finite"),
        (GOOD.replace(FLOOR, "at_least: .inf"), "finite"),
        (GOOD.replace(FLOOR, "at_least: yes please"), "at_least"),
        (GOOD.replace("style.accuracy", "style.beauty"), "style.beauty"),
        (GOOD.replace("margin: 0.02", "margin: .inf"), "margin"),
        (GOOD + "\noverride: true\n", "override"),
        (GOOD.replace("model: architecture", "model: fraud"), "it is the policy of fraud"),
        (GOOD.replace("tier: moderate", "tier: none"), "tier"),
        ("", "document"),
        ("- a list", "document"),
        ("!!python/object/apply:os.system ['true']", "not valid YAML"),
        (": : :", "not valid YAML"),
    ],
)
def test_a_policy_that_is_not_wholly_understood_is_refused(tmp_path, text, word):
    with pytest.raises(PolicyRefused, match=word) as caught:
        read(tmp_path, text)
    assert caught.value.source.endswith("models/architecture.yaml")


def test_an_unknown_rule_is_named_beside_the_known_and_beside_all_other_problems(tmp_path):
    text = GOOD.replace("  floors:", "  flooors:").replace("margin: 0.02", "margin: 7")
    with pytest.raises(PolicyRefused) as caught:
        read(tmp_path, text)
    told = str(caught.value)
    assert "there is no rule 'flooors'; the rules are" in told
    assert all(name in told for name in Rules.model_fields)
    assert "rules.non_inferiority.margin" in told


def test_a_policy_that_is_no_text_is_refused(tmp_path):
    read(tmp_path, GOOD)
    (tmp_path / "models" / "architecture.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PolicyRefused, match="not UTF-8"):
        YamlPolicies(tmp_path).read("architecture")


def test_a_policy_that_is_not_there_is_unreadable(tmp_path):
    with pytest.raises(UnreadableRecord, match=r"architecture\.yaml"):
        YamlPolicies(tmp_path).read("architecture")


def test_risk_tiers_are_read(tmp_path):
    (tmp_path / "risk_tiers.yaml").write_text(TIERS, encoding="utf-8")
    assert set(YamlPolicies(tmp_path).tiers().tiers) == {"low", "moderate", "high"}


@pytest.mark.parametrize(
    "text", ["", TIERS + "\nkind: risk_tiers\n", TIERS.replace("at_most: 0.03", "at_most: .nan")]
)
def test_risk_tiers_that_can_not_be_followed_are_refused(tmp_path, text):
    (tmp_path / "risk_tiers.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyRefused, match="risk_tiers"):
        YamlPolicies(tmp_path).tiers()


def test_risk_tiers_that_are_not_there_are_unreadable(tmp_path):
    with pytest.raises(UnreadableRecord, match=r"risk_tiers\.yaml"):
        YamlPolicies(tmp_path).tiers()


HEADER = b"photo,group,style,year,source,slice.light,slice.region\n"
PIN = HoldoutPin(
    model="architecture",
    photos=tuple(
        PinnedPhoto(
            photo=photo,
            group='a "church", old',
            style="gothic",
            year=year,
            source="made up",
            slices=slices,
        )
        for photo, year, slices in zip(
            sorted(map(digest_json, "abc")),
            (1350, None, -40),
            ({"region": "north"}, {}, {"light": "day"}),
            strict=True,
        )
    ),
)


def test_a_pinned_holdout_is_written_in_one_form_and_read_back(tmp_path):
    files = YamlPolicies(tmp_path)
    path = files.write_pin(PIN)
    first = path.read_bytes()
    assert path == tmp_path / "holdouts" / "architecture.csv"
    assert first.startswith(HEADER + PIN.photos[0].photo.encode())
    assert first.count(b"\n") == 4
    assert files.pin("architecture") == PIN
    assert files.pin("architecture").split_digest == PIN.split_digest
    assert files.write_pin(files.pin("architecture")).read_bytes() == first
    assert [found.name for found in path.parent.iterdir()] == ["architecture.csv"]


def test_before_a_holdout_is_pinned_there_is_none(tmp_path):
    assert YamlPolicies(tmp_path).pin("architecture") is None


def spoilt(change):
    def lines(text):
        found = text.splitlines(keepends=True)
        change(found)
        return "".join(found)

    return lines


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda _: "", "first line"),
        (lambda text: text.replace("photo,group", "group,photo", 1), "first line"),
        (lambda text: text.replace("photo,", "photo;", 1), "first line"),
        (lambda text: text.replace(",slice.light,", ",light,", 1), "first line"),
        (lambda text: text.replace(",slice.light,", ",slice.light,slice.light,", 1), "first line"),
        (lambda text: text.replace("slice.light", "slice.s", 1), "first line"),
        (lambda _: "photo,group,style,year\n", "earlier form.*gate pin-holdout"),
        (lambda text: text.splitlines()[0] + "\n", "photos"),
        (lambda text: text.replace("gothic", "gothic,more", 1), "line 2: 8 cells"),
        (lambda text: text + "\n", "line 5: 0 cells"),
        (lambda text: text.replace("1350", "MCCCL"), "year"),
        (lambda text: text.replace("1350", "01350"), "not in the form"),
        (lambda text: text.replace("\n", "\r\n"), "not in the form"),
        (lambda text: text.replace("gothic", '"gothic"', 1), "not in the form"),
        (lambda text: text.replace("sha256:", "sha1:", 1), "photo"),
        (spoilt(lambda lines: lines.append(lines[1])), "sorted"),
        (spoilt(lambda lines: lines.insert(1, lines.pop())), "sorted"),
        (lambda text: text + '"', "unexpected end"),
    ],
)
def test_a_pinned_holdout_that_was_edited_by_hand_is_unreadable(tmp_path, change, word):
    files = YamlPolicies(tmp_path)
    path = files.write_pin(PIN)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8", newline="")
    with pytest.raises(UnreadableRecord, match=word):
        files.pin("architecture")
