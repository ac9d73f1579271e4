"""The demonstration: an invented primary school with a year of concerns. Nobody in it is real."""
