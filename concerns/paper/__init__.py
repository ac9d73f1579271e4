"""How things come in and leave: files of rows, CSV, print, charts. It knows shapes, not rooms."""
