"""`python -m rehearsal`: what bin/plinth runs."""

from rehearsal.cli import main

main()
