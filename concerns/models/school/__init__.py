"""The school, its clocks, people and posts, who covers for whom, and approvals."""
