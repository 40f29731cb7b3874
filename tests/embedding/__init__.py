"""Tests of embedders and neighbours."""
