"""The report of a run of `superresolve`: what went in, what was changed, and how to do it again, on one page."""
