"""Materials and colours. All styles share them, so that colour alone tells little about a style."""

from dataclasses import dataclass

from samples.facades.dice import Dice
from samples.facades.geometry import Colour, blend, tint

_COLOURS: dict[str, tuple[Colour, ...]] = {
    "brick": (
        (158, 84, 62),
        (176, 108, 78),
        (132, 74, 60),
        (188, 148, 110),
        (142, 100, 84),
        (196, 130, 96),
    ),
    "stone": (
        (196, 184, 160),
        (172, 166, 154),
        (206, 190, 152),
        (150, 146, 140),
        (188, 160, 126),
        (214, 208, 194),
    ),
    "rubble": ((168, 156, 138), (150, 144, 134), (184, 164, 134), (196, 186, 164)),
    "plaster": (
        (228, 220, 200),
        (214, 196, 160),
        (222, 186, 140),
        (200, 204, 204),
        (214, 168, 148),
        (180, 192, 178),
        (236, 232, 224),
    ),
    "clapboard": (
        (226, 222, 212),
        (170, 184, 186),
        (206, 192, 150),
        (146, 160, 140),
        (188, 150, 124),
        (120, 134, 150),
    ),
    "concrete": ((186, 184, 178), (164, 162, 156), (204, 202, 196), (182, 172, 158)),
    "panel": ((196, 200, 202), (120, 128, 134), (224, 222, 216), (150, 134, 116), (92, 98, 104)),
}
_TRIMS: tuple[Colour, ...] = (
    (232, 228, 216),
    (214, 204, 180),
    (190, 180, 160),
    (170, 164, 156),
    (240, 238, 232),
    (150, 128, 104),
)
_ROOFS: tuple[Colour, ...] = (
    (96, 94, 98),
    (128, 84, 66),
    (110, 104, 96),
    (150, 96, 70),
    (84, 92, 90),
    (104, 122, 112),
    (136, 126, 114),
)
_ACCENTS: tuple[Colour, ...] = (
    (110, 150, 136),
    (190, 150, 70),
    (70, 96, 130),
    (150, 60, 52),
    (60, 90, 72),
    (128, 120, 112),
    (206, 180, 110),
)
_DOORS: tuple[Colour, ...] = ((84, 54, 38), (52, 66, 58), (110, 42, 38), (46, 52, 70), (70, 64, 58))


@dataclass(frozen=True)
class Palette:
    """Colours of one building and the textures of its walls and roofs."""

    wall: Colour
    texture: str
    trim: Colour
    roof: Colour
    accent: Colour
    door: Colour
    frame: Colour
    glass: Colour

    @property
    def shadow(self) -> Colour:
        """The wall colour in the depth of an opening."""
        return tint(self.wall, 0.62)


def _vary(dice: Dice, colour: Colour, spread: float) -> Colour:
    factor = dice.near(1.0, spread)
    return tint(
        (
            int(colour[0] * dice.near(1.0, spread / 3)),
            int(colour[1] * dice.near(1.0, spread / 4)),
            int(colour[2] * dice.near(1.0, spread / 3)),
        ),
        factor,
    )


def mix_palette(dice: Dice, materials: tuple[str, ...]) -> Palette:
    """The palette of one building, its wall made of one of the materials."""
    texture = dice.pick(materials)
    wall = _vary(dice, dice.pick(_COLOURS[texture]), 0.09)
    if dice.chance(0.15):
        wall = blend(wall, dice.pick(_ACCENTS), 0.3)
    trim = _vary(dice, dice.pick(_TRIMS), 0.06)
    if dice.chance(0.3):
        trim = blend(trim, wall, 0.6)
    return Palette(
        wall=wall,
        texture=texture,
        trim=trim,
        roof=_vary(dice, dice.pick(_ROOFS), 0.1),
        accent=_vary(dice, dice.pick(_ACCENTS), 0.1),
        door=_vary(dice, dice.pick(_DOORS), 0.15),
        frame=dice.pick(
            ((236, 234, 228), (60, 54, 50), (120, 96, 76), (200, 196, 186), (44, 52, 50))
        ),
        glass=_vary(dice, (62, 76, 90), 0.2),
    )
