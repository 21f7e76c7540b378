"""Measures of a DEM against a reference: plain functions of arrays that need NumPy only, each of a window and its neighbours."""
