"""Judges candidates, proposes releases, and shows what both rest on."""
