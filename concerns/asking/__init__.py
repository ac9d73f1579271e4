"""What every form is made of. It knows shapes, not rooms, so that rooms ask in one voice."""
