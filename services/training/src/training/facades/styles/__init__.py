"""One drawing function a style, and the table that names them."""

from training.facades.styles.table import RULES, Rule

__all__ = ["RULES", "Rule"]
