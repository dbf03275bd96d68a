"""`python -m rehearsal.box COMMAND`: what the hooks of a box call."""

import sys

from rehearsal.box.cli import main

main(sys.argv[1:])
