"""Which guards a rule's code can raise, read from its source: it, and all that it calls in slo."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import partial
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from seatrial.slo.guards.undecided import unable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def reached(rule: Callable[..., Any]) -> set[str]:
    """Return the names of the guards in every function of ``seatrial.slo`` that ``rule`` uses."""
    todo, done = list(_functions(rule)), set[FunctionType]()
    found: set[str] = set()
    while todo:
        function = todo.pop()
        if function in done:
            continue
        done.add(function)
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        found |= {name for node in ast.walk(tree) for name in _named(node)}
        for node in ast.walk(tree):
            todo.extend(_functions(_meant(node, function.__globals__)))
    return found


def _functions(what: object) -> Iterator[FunctionType]:
    """Yield the functions of the judge that an object is, or is made of."""
    if isinstance(what, partial):
        yield from (found for part in (what.func, *what.args) for found in _functions(part))
    elif isinstance(what, FunctionType):
        module = what.__module__
        if module.startswith("seatrial.slo") and what is not unable:
            yield what


def _meant(node: ast.AST, names: dict[str, Any]) -> object:
    """Return what a name, or a module's attribute, stands for in a function's module."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = names.get(node.value.id)
        return getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
    return None


def _named(node: ast.AST) -> Iterator[str]:
    """Yield the guard that a call names: ``undecided``'s is not-measured where it names none."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return
    if node.func.id == "unable" and isinstance(node.args[0], ast.Constant):
        yield str(node.args[0].value)
    if node.func.id == "undecided":
        given = {item.arg: item.value for item in node.keywords}.get("guard")
        yield str(given.value) if isinstance(given, ast.Constant) else "not-measured"
