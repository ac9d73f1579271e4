"""Notices, the e-mails they go out in, and the heartbeat of the clock."""
