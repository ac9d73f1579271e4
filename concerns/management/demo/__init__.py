"""The demonstration: an invented primary school and its year of concerns. Nobody in it is real."""
