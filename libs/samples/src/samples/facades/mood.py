"""What differs from photo to photo and not from building to building: light, weather, stance."""

import math
from dataclasses import dataclass

from samples.facades.dice import Dice
from samples.facades.geometry import Colour, Pose, Vec

# The long side of a photo in pixels, and how wide a photo is for its height.
SHORTEST, LONGEST = 224, 512
_ASPECTS = (1.5, 1.33, 1.33, 1.2, 1.0, 1.0, 0.85, 0.75, 0.75, 0.68)
_LIGHTINGS = ("sun",) * 10 + ("overcast",) * 6 + ("dusk",) * 3 + ("night",) * 2
_GROUNDS: tuple[Colour, ...] = (
    (120, 132, 84),
    (104, 122, 78),
    (150, 144, 134),
    (128, 126, 124),
    (170, 158, 136),
    (176, 158, 122),
)
_SKIES: dict[str, tuple[tuple[Colour, Colour], ...]] = {
    "sun": (
        ((92, 140, 204), (190, 212, 230)),
        ((116, 160, 214), (214, 222, 226)),
        ((70, 116, 184), (164, 198, 226)),
    ),
    "overcast": (
        ((168, 174, 182), (206, 208, 208)),
        ((190, 194, 198), (220, 218, 214)),
        ((140, 148, 160), (190, 194, 196)),
    ),
    "dusk": (
        ((84, 92, 138), (236, 170, 120)),
        ((120, 110, 150), (230, 190, 150)),
        ((60, 78, 128), (214, 150, 130)),
    ),
    "night": (
        ((14, 18, 38), (44, 48, 74)),
        ((22, 24, 34), (62, 56, 58)),
        ((18, 30, 62), (52, 72, 104)),
    ),
}
# Ambient and direct light, as factors of the material's colour.
LIGHTS: dict[str, tuple[Vec, Vec]] = {
    "sun": ((0.46, 0.50, 0.58), (0.72, 0.66, 0.56)),
    "overcast": ((0.68, 0.71, 0.74), (0.22, 0.22, 0.21)),
    "dusk": ((0.40, 0.38, 0.48), (0.72, 0.50, 0.32)),
    "night": ((0.17, 0.19, 0.28), (0.14, 0.14, 0.18)),
}


@dataclass(frozen=True)
class Mood:
    """Light, weather and stance of one photo. Sizes in pixels, amounts from 0 to 1."""

    size: tuple[int, int]
    pose: Pose
    sun: Vec
    lighting: str
    sky: tuple[Colour, Colour]
    ground: Colour
    paving: str
    clouds: float
    fog: float
    rain: float
    snow: float
    season: str
    floodlight: float
    lit_share: float


def _size(dice: Dice) -> tuple[int, int]:
    aspect = dice.pick(_ASPECTS) * dice.between(0.95, 1.05)
    long_side = (
        dice.between(SHORTEST + 8, LONGEST) if dice.chance(0.5) else dice.between(SHORTEST + 8, 340)
    )
    wide, tall = (long_side, long_side / aspect) if aspect > 1 else (long_side * aspect, long_side)
    return int(wide), int(tall)


def _pose(dice: Dice) -> Pose:
    straight = dice.chance(0.3)
    azimuth = dice.near(0.0, 5.0 if straight else 22.0)
    low = dice.chance(0.75)
    return Pose(
        azimuth=math.radians(azimuth),
        rise=dice.between(1.4, 2.4) if low else dice.between(3.0, 9.0),
        distance=dice.between(1.35, 2.8),
        tilt=dice.between(0.0, 1.0) if dice.chance(0.55) else 0.0,
        roll=math.radians(dice.near(0.0, 0.7)),
        fill=dice.between(0.76, 1.02) if dice.chance(0.82) else dice.between(0.6, 1.3),
        offset=(dice.near(0.0, 0.035), dice.near(0.02, 0.03)),
    )


def _sun(dice: Dice, lighting: str) -> Vec:
    height = math.radians(dice.between(6, 20) if lighting == "dusk" else dice.between(25, 58))
    bearing = math.radians(dice.near(0.0, 42.0))
    return (
        math.sin(bearing) * math.cos(height),
        math.sin(height),
        math.cos(bearing) * math.cos(height),
    )


def draw_mood(dice: Dice) -> Mood:
    """The circumstances of one photo."""
    lighting = dice.pick(_LIGHTINGS)
    weather = dice.pick(("clear",) * 8 + ("fog", "rain", "snow", "snow"))
    dark = lighting in ("dusk", "night")
    season = (
        "winter"
        if weather == "snow"
        else dice.pick(("spring", "summer", "summer", "autumn", "winter"))
    )
    return Mood(
        size=_size(dice),
        pose=_pose(dice),
        sun=_sun(dice, lighting),
        lighting=lighting,
        sky=dice.pick(
            _SKIES["overcast" if weather in ("rain", "fog", "snow") and not dark else lighting]
        ),
        ground=(222, 226, 232) if weather == "snow" and dice.chance(0.7) else dice.pick(_GROUNDS),
        paving=dice.pick(("grass", "grass", "paving", "grain")),
        clouds=dice.between(0.0, 1.0),
        fog=dice.between(0.15, 0.5) if weather == "fog" else dice.between(0.0, 0.12),
        rain=dice.between(0.3, 1.0) if weather == "rain" else 0.0,
        snow=dice.between(0.4, 1.0) if weather == "snow" else 0.0,
        season=season,
        floodlight=dice.between(0.0, 1.0) if lighting == "night" else 0.0,
        lit_share={"night": 0.55, "dusk": 0.4}.get(lighting, 0.03) * dice.between(0.3, 1.4),
    )
