"""Allure 3's HTML from Allure's result files: its Node.js, its npm package, its one page.

``package.json`` and ``package-lock.json`` beside this file pin every npm package by hash. What
does not belong here: the results themselves, which pytest and ``report.allure`` write.
"""

from seatrial.report.allure3.render import RenderError, render

__all__ = ["RenderError", "render"]
