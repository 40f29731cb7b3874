"""Tests of the writers: each format is compared with what its readers document."""
