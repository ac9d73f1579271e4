"""This file knows how passwords are hashed: Argon2id at OWASP's 19 MiB, two passes, one lane.

Django's default would cost half a CPU second, and 150 staff sign in on an INSET day.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
