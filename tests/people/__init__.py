"""Tests of personas as rows: schema, store, grids, dedupe."""
