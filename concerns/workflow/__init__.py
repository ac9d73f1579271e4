"""What an act decides and owes: next steps, escalation, handover, checks before deciding.

Built on the tables in `models/`. What pages read of a concern is in `reading/`.
"""
