"""Rows out of files, folders, runs and Hub datasets: found, read and understood, for any shelf."""
