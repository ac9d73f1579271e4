"""Password hashing: Argon2id with OWASP's parameters (19 MiB, two passes, one lane).

Django's default would take half a second of CPU, and 150 staff may sign in on one INSET day.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
