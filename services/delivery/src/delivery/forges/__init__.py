"""The forge: branches become pull requests in a box or on GitHub."""
