"""Written calls, and the script that plays them through the real call screen."""
