"""The mutation check of the gate: weakens one line at a time, and asks for a test that notices.

A gate is only as good as the tests that would fail if somebody weakened it. So every rule of the
table is removed in turn and made to pass whatever it finds, every decision in its code is weakened,
and every line of the policies is taken out or loosened by a small step. Each such mutant must make
a test fail; one that doesn't is named, and fails the check.

Ready-made mutators don't fit. mutmut 3 and cosmic-ray 8 change Python only: neither knows what a
line of a policy is, in which direction a limit is loosened, or what it means to remove a rule.
Both change every string and number, messages too, and start a process and a test session for each
mutant, which takes a second where the budget is a fifth of one. What is left to take from them is
replacing a node of a syntax tree, which `ast` does.

    mutant.py          what a mutant is
    operators.py       mutants of a piece of Python
    reading.py         which parts of a Python file decide something, and which are only words
    rule_table.py      mutants of the table of rules: a rule removed, a rule that always passes
    policy_files.py    whether a policy can be read at all
    policy_lines.py    mutants of a policy file
    targets.py         which files are mutated, and which tests must notice
    importing.py       puts mutated code in the place of a module
    runs.py            runs tests against mutants, side by side
    session.py         one pytest session, from which every run is forked
    equivalents.py     mutants that no test could tell from the original, each with the reason
    summary.py         the tables at the end
"""
