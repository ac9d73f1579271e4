"""The base of every case row, encrypted text, and the triggers that keep rows as written."""
