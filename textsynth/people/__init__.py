"""Personas as rows: what one is, the store that searches them, grids that make them, dedupe."""
