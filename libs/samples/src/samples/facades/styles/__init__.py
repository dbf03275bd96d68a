"""One drawing function a style, and the table that names them."""

from samples.facades.styles.table import RULES, Rule

__all__ = ["RULES", "Rule"]
