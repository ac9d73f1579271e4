"""The bench: made-up schools of many sizes, and what each page costs in them. `make bench`."""
