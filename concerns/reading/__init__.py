"""What several pages read: concern history, child story, queue rows, late and quiet, pickers.

Nothing here writes. What an act decides and owes is in `workflow/`.
"""
