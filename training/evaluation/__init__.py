"""What `python -m training.evaluate` is made of: pairs of DEMs, conditions, methods, figures, tables and a page."""
