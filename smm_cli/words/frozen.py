"""Dataclasses as `dataclasses` makes them, frozen, but quick to declare: their methods are made when first used.

A process declares about a hundred of them and uses a third; making all methods of each took 45 of 350 ms (measured 2026-11-22).
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool, slots: bool = False):
        """As `dataclasses.dataclass(frozen=True)`, with slots or without; it has no other form."""
        if not frozen:
            raise TypeError("this makes frozen dataclasses only")
        return lambda cls: _declare(cls, slots)


def _declare(cls: Any, slots: bool) -> Any:
    if any(hasattr(base, "__dataclass_fields__") for base in cls.__mro__[1:]) or hasattr(cls, "__post_init__"):
        return dataclasses.dataclass(frozen=True, slots=slots)(cls)  # what depends on others is made at once, with all its checks
    own = frozenset(vars(cls))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    said = made.__dataclass_params__
    said.init = said.repr = said.eq = said.frozen = True
    kept = {"__setattr__": _refuse_setting, "__delattr__": _refuse_deleting}
    if slots:
        kept |= {"__getstate__": _state, "__setstate__": _restore}
    methods = {"__init__": _first_init(made), "__repr__": _shown, "__eq__": _first_equal(made), "__hash__": _first_hash(made), **kept}
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _first_init(cls: Any) -> Any:
    def first(self: Any, *args: Any, **said: Any) -> None:
        cls.__init__ = _init_of(cls)
        cls.__init__(self, *args, **said)

    return first


def _init_of(cls: Any) -> Any:
    """The real `__init__`: what the fields say, as one function."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_unsaid": dataclasses.MISSING}
    taken, lines = [], []
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
            taken.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = field.default_factory
            taken.append(f"{name}=_unsaid")
            value = f"_make_{name}() if {name} is _unsaid else {name}"
        else:
            taken.append(name)
        lines.append(f" _set(self, {name!r}, {value})")
    exec(f"def __init__({', '.join(('self', *taken))}):\n" + "\n".join(lines or [" pass"]), known)  # noqa: S102 - made of names of fields only
    init = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _first_equal(cls: Any) -> Any:
    def first(self: Any, other: object) -> Any:
        values = _values_of(cls)

        def equal(self: Any, other: object) -> Any:
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        cls.__eq__ = equal
        return equal(self, other)

    return first


def _first_hash(cls: Any) -> Any:
    def first(self: Any) -> int:
        values = _values_of(cls)
        cls.__hash__ = lambda self: hash(values(self))
        return hash(self)

    return first


def _values_of(cls: Any) -> Any:
    """A function that gives the values of an instance, as a tuple."""
    names = [field.name for field in dataclasses.fields(cls) if field.compare]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _shown(self: Any) -> str:
    told = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{self.__class__.__qualname__}({told})"


def _refuse_setting(self: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
