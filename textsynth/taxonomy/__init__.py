"""Trees of topics: read, written, grown, edited and measured."""
