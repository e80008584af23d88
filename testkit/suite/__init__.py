"""The tests from the outside: what they will take here, beside which other work they run, and how often."""
