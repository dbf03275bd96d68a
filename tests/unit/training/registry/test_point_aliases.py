import pytest
from pydantic import ValidationError

from artifacts.errors import UnreadableRecord
from training.registry.mlflow_tracking import point_aliases


class FakeRegistry:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, int | None]] = []

    def point_alias(self, model: str, alias: str, version: int | None) -> None:
        self.told.append((model, alias, version))


def test_each_line_is_an_order_carried_out_in_turn():
    registry = FakeRegistry()
    lines = [
        '{"model": "architecture", "alias": "staging", "version": 3}\n',
        '{"model": "architecture", "alias": "production", "version": null}\n',
    ]
    assert point_aliases(lines, registry) == 2
    assert registry.told == [("architecture", "staging", 3), ("architecture", "production", None)]


def test_no_line_is_no_order():
    registry = FakeRegistry()
    assert point_aliases([], registry) == 0
    assert registry.told == []


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("nonsense", UnreadableRecord),
        ('{"model": "architecture", "alias": "staging"}', ValidationError),
        ('{"model": "../x", "alias": "staging", "version": 1}', ValidationError),
        ('{"model": "m", "alias": "staging", "version": 1, "more": 1}', ValidationError),
    ],
)
def test_of_orders_one_of_which_is_none_not_one_is_carried_out(line, error):
    registry = FakeRegistry()
    good = '{"model": "architecture", "alias": "staging", "version": 3}'
    with pytest.raises(error):
        point_aliases([good, line], registry)
    assert registry.told == []
