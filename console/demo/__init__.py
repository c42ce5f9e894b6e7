"""A throw-away helpline: made-up calls, real public bodies to refer to, and a rota."""

from console.demo.build import Demonstration, build

__all__ = ["Demonstration", "build"]
