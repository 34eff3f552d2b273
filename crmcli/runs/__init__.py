"""Runs: what a command was to do, row by row, is on disk before it begins, and what each row has become as soon as it is known.

So a run that was killed goes on where it stopped, and what it changed can be put back (product.md section 9).
"""
