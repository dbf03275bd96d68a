"""`python -m box`."""

from box.cli import main

main()
