"""Concerns about adults who work with children."""
