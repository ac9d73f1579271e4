"""This folder knows how our pages are drawn."""
