"""Tests of the quality filters, on literal texts."""
