import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from artifacts.errors import ArtifactError, UnreadableRecord
from artifacts.records.record import Part, Record, parse_json, parse_yaml


class Inner(Part):
    number: float


class Outer(Record):
    name: str
    count: int
    inner: Inner


GOOD = {"name": "a", "count": 1, "inner": {"number": 0.5}}
TEXT = '{"name": "a", "count": 1, "inner": {"number": 0.5}}'


def bomb(levels: int = 9, width: int = 9) -> str:
    """Nine aliases of nine aliases ...: 400 million strings in a few lines."""
    lines = ['a0: &a0 ["ha", "ha"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels + 1)]
    return "\n".join(lines)


def test_a_record_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Outer.model_validate(GOOD).count = 2


def test_a_part_of_a_record_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Outer.model_validate(GOOD).inner.number = 2


@pytest.mark.parametrize("extra", [{"other": 1}, {"inner": {"number": 1, "other": 1}}])
def test_an_unknown_key_is_refused_at_any_depth(extra: dict[str, object]):
    with pytest.raises(ValidationError, match="Extra inputs"):
        Outer.model_validate(GOOD | extra)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_unreadable_in_json(number: str, tmp_path: Path):
    (tmp_path / "r.json").write_text(TEXT.replace("0.5", number))
    with pytest.raises(UnreadableRecord):
        Outer.read(tmp_path / "r.json")


@pytest.mark.parametrize("number", [".nan", ".inf", "-.INF", "!!float nan"])
def test_a_number_that_is_none_is_unreadable_in_yaml(number: str, tmp_path: Path):
    (tmp_path / "r.yaml").write_text(TEXT.replace("0.5", number))
    with pytest.raises(UnreadableRecord):
        Outer.read(tmp_path / "r.yaml")


@pytest.mark.parametrize("name", ["r.json", "r.yaml", "r.yml"])
@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace('"count": 1', '"count": 1, "count": 1'),
        TEXT.replace("0.5", '0.5, "number": 0.25'),
        TEXT.replace('"name"', '"n\\u0061me": "b", "name"'),
    ],
    ids=["at the top", "nested", "written in another way"],
)
def test_a_duplicate_key_is_unreadable(name: str, text: str, tmp_path: Path):
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableRecord, match="given twice"):
        Outer.read(tmp_path / name)


@pytest.mark.parametrize("text", ["{1: a, 0x1: b}", "{true: a, yes: b}", "[{a: {b: 1, b: 2}}]"])
def test_keys_that_yaml_takes_for_equal_are_duplicates(text: str):
    with pytest.raises(UnreadableRecord, match="given twice"):
        parse_yaml(text, "text")


def test_every_problem_is_named_at_once():
    with pytest.raises(UnreadableRecord) as caught:
        Outer.parse({"count": "many", "inner": {"number": None, "x": 1}, "y": 1}, "here")

    named = {problem.partition(":")[0] for problem in caught.value.problems}
    assert named == {"name", "count", "inner.number", "inner.x", "y"}
    assert all(name in str(caught.value) for name in (*named, "here"))


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_a_document_that_is_no_object_is_unreadable(value: object):
    with pytest.raises(UnreadableRecord, match="document"):
        Outer.parse(value, "here")


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"{", b"[" * 200_000, b'{"a": 1' + b"0" * 5000 + b"}", b"{} {}"],
    ids=["empty", "not UTF-8", "cut", "deep", "long number", "two"],
)
@pytest.mark.parametrize("name", ["r.json", "r.yaml"])
def test_a_broken_file_is_unreadable_and_not_a_crash(name: str, data: bytes, tmp_path: Path):
    (tmp_path / name).write_bytes(data[:5_000] if name == "r.yaml" else data)
    with pytest.raises(UnreadableRecord):
        Outer.read(tmp_path / name)


@pytest.mark.parametrize("name", ["missing.json", "folder.yaml"])
def test_a_missing_file_or_a_folder_is_unreadable(name: str, tmp_path: Path):
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(UnreadableRecord, match=name):
        Outer.read(tmp_path / name)


def test_an_unreadable_record_is_an_error_of_this_package():
    assert issubclass(UnreadableRecord, ArtifactError)


@pytest.mark.parametrize("name", ["r.json", "r.yaml"])
def test_what_is_written_is_read_again(name: str, tmp_path: Path):
    record = Outer.model_validate(GOOD | {"name": "Café\n\u2028 #: - 'x'"})

    assert Outer.read(record.write(tmp_path / "new" / name)) == record
    assert [path.name for path in (tmp_path / "new").iterdir()] == [name]


def test_equal_records_are_equal_bytes_and_one_digest():
    turned = Outer.model_validate(dict(reversed(GOOD.items())))
    assert turned.to_json() == Outer.model_validate(GOOD).to_json()
    assert turned.digest == Outer.model_validate(GOOD).digest


def test_the_digest_of_a_record_never_changes():
    assert Outer.model_validate(GOOD).digest == (
        "sha256:a4040c43fcbdd99308fbbc5e6f945dce5008a180511684b2c56910d6295a0c62"
    )


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object:builtins.object {}",
        "!!python/object/apply:os.system ['touch PLANTED']",
        "!!python/object/new:pathlib.Path ['x']",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/tuple [1]",
        "!own {a: 1}",
    ],
)
def test_a_yaml_tag_constructs_no_object(tag: str, tmp_path: Path):
    planted = tmp_path / "planted"
    with pytest.raises(UnreadableRecord, match="could not determine a constructor"):
        parse_yaml("name: " + tag.replace("PLANTED", str(planted)), "text")
    assert not planted.exists()


@pytest.mark.parametrize("text", ["!!bool maybe", "!!int ''", "!!timestamp soon", "2026-13-45"])
def test_a_yaml_value_that_does_not_fit_its_tag_is_unreadable(text: str):
    """PyYAML raises KeyError, IndexError and AttributeError for these."""
    with pytest.raises(UnreadableRecord, match="not valid YAML"):
        parse_yaml(f"a: {text}", "text")


@pytest.mark.parametrize(
    "text",
    [
        bomb(),
        f"{bomb()}\nb: {{? *a9 : 1}}",
        f"{bomb()}\n{bomb().replace('a', 'b')}\nc: {{? *a9 : 1, ? *b9 : 1}}",
        "a: &a [*a]",
        "a: &a {b: 1}\nc: *a",
        "a: &a {b: 1}\nc:\n  <<: *a",
    ],
    ids=["bomb", "bomb as a key", "two bombs compared", "loop", "alias", "merge"],
)
def test_an_alias_of_a_collection_is_unreadable_at_once(text: str):
    before = time.perf_counter()
    with pytest.raises(UnreadableRecord):
        parse_yaml(text, "text")
    assert time.perf_counter() - before < 1


def test_an_alias_of_a_plain_value_is_that_value():
    """PyYAML itself writes them, for a date that two entries share."""
    assert parse_yaml("a: &day 2026-01-02\nb: *day", "text") == parse_yaml(
        "{a: 2026-01-02, b: 2026-01-02}", "text"
    )


@pytest.mark.parametrize("text", ["? [a]\n: 1", "? {a: 1}\n: 1"])
def test_a_collection_as_a_key_is_unreadable(text: str):
    with pytest.raises(UnreadableRecord, match="a key is a list or a mapping"):
        parse_yaml(text, "text")


def test_many_keys_take_no_quadratic_time():
    text = "{" + ", ".join(f'"k{n}": 1' for n in range(50_000)) + "}"
    before = time.perf_counter()
    assert len(parse_json(text, "text")) == 50_000  # type: ignore[arg-type]
    assert time.perf_counter() - before < 2


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_numbers_that_json_does_not_have_are_not_parsed(text: str):
    with pytest.raises(UnreadableRecord, match="is not a JSON number"):
        parse_json(text, "text")


def test_a_lone_surrogate_is_refused():
    """It has no UTF-8 form, so a record that held one could be neither written nor named."""
    value = parse_json(TEXT.replace('"a"', '"\\ud800"'), "text")
    with pytest.raises(UnreadableRecord, match="no canonical JSON"):
        Outer.parse(value, "text")


def test_an_integer_beyond_the_canonical_range_is_refused():
    with pytest.raises(UnreadableRecord, match="no canonical JSON"):
        Outer.parse(GOOD | {"count": 2**53 + 1}, "text")
