"""What a browser calls itself, in the two words by which somebody knows their own device.

No library: those that are kept tell thousands of devices apart, from megabytes of patterns, and
these few are what people in a school sign in with. What is not known is called what it is.
"""

# In this order: most browsers also say that they are Safari, and many that they are Chrome.
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"), ("Firefox", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
# An Android says that it is Linux, an iPhone that it is like Mac OS X.
DEVICES = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("CrOS", "a Chromebook"),
    ("Windows", "Windows"), ("Mac OS X", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip


def name_browser(user_agent: str) -> str:
    """Such as "Edge on Windows", from the header User-Agent."""
    browser = _first_in(user_agent, BROWSERS) or "A browser"
    device = _first_in(user_agent, DEVICES) or "an unknown device"
    return f"{browser} on {device}"


def _first_in(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in names if sign in user_agent), "")
