"""Decisions, referrals, conversations, meetings, tasks, next steps and watches."""
