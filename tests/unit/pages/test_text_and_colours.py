import itertools
import re
from importlib import resources

import pytest

from pages import shown

CSS = (resources.files("pages") / "templates" / "page.css").read_text(encoding="utf-8")
LEAST = 4.5
"""Contrast of text, WCAG 2.2, success criterion 1.4.3."""


def palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("number", range(3), ids=("light", "dark", "print"))
def test_all_text_can_be_read_on_what_lies_behind_it(number: int) -> None:
    colours = palettes()[number]
    grounds = ("paper", "card")
    pairs = list(itertools.product(("ink", "muted", "accent", "good", "bad", "unsure"), grounds))
    pairs += [(tone, f"{tone}-wash") for tone in ("good", "bad", "unsure")]
    pairs += [("ink", f"{tone}-wash") for tone in ("good", "bad", "unsure", "plain")]
    pairs += [("muted", "plain-wash")]
    found = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < LEAST} == {}


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\tb  c ", "a b c"),
        ("80\u00a0%", "80\u00a0%"),
        ("\u202egpj", "\ufffdgpj"),
        ("a\u200bb", "a\ufffdb"),
        ("", ""),
    ],
)
def test_hidden_characters_are_shown_and_white_space_is_one_space(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_a_long_text_is_cut() -> None:
    assert shown("abcdef", 4) == "abc\u2026"
    assert shown("abcd", 4) == "abcd"
