"""Roll files on their way in, and the questions they leave."""
