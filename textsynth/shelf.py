"""What every part shares (`Part`), and how a folder of parts is looked up by name (`Shelf`)."""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from textsynth.errors import JobError, nearest
from textsynth.records import Closing, Table


class Part(BaseModel):
    """One thing on a shelf. Its fields are its YAML options; their docstrings are the help."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=()
    )

    part: ClassVar[str] = ""
    """The name in the job file: the name of the file that defines the part."""

    shorthand: ClassVar[str] = ""
    """The option that a bare value sets: with shorthand 'each', `{x: 4}` means `{x: {each: 4}}`."""

    holds: ClassVar[tuple[str, ...]] = ()
    """Options that are themselves a part of the same shelf, written as such a part is."""

    def closing(self, closing: Closing) -> Sequence[Table]:
        """What the part has to say about a run that is about to be closed; files it may add.

        Depends on the rows and the inputs alone: same run, same tables, same bytes.
        """
        return ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.part = cls.__module__.rpartition(".")[2]


def options_of(part: Part) -> dict[str, Any]:
    """A part's options by name, as they are; those of a part that it holds under their own name."""
    given = {name: getattr(part, name) for name in type(part).model_fields}
    return {
        name: {value.part: options_of(value)} if isinstance(value, Part) else value
        for name, value in given.items()
    }


P = TypeVar("P", bound=Part)


class Shelf(Generic[P]):
    """The parts in one package folder, plus those that other packages offer as entry points.

    An entry point of group `textsynth.<shelf>` named like the file that defines the part adds it.
    """

    def __init__(self, package: str, kind: type[P]) -> None:
        self.package, self.kind = package, kind
        self.name = package.rpartition(".")[2]

    def names(self) -> dict[str, str]:
        """Part name → where it comes from ('textsynth' or the distribution that adds it)."""
        folder = importlib.import_module(self.package).__path__
        modules = (m.name for m in pkgutil.iter_modules(folder))
        found = {name: "textsynth" for name in modules if not name.startswith("_")}
        for point in importlib.metadata.entry_points(group=self.package):
            found.setdefault(point.name, point.dist.name if point.dist else point.value)
        return dict(sorted(found.items()))

    def load(self, name: str) -> type[P]:
        """The class of that name. Raises JobError with the nearest name if there is none."""
        origin = self.names().get(name)
        if origin is None:
            raise JobError(f"there is no '{name}' among {self.name}", nearest(name, self.names()))
        if origin == "textsynth":
            module = importlib.import_module(f"{self.package}.{name}")
            found = [v for v in vars(module).values() if self._defines(v, module.__name__)]
        else:
            points = importlib.metadata.entry_points(group=self.package, name=name)
            found = [point.load() for point in points][:1]
        if len(found) != 1 or not issubclass(found[0], self.kind) or found[0].part != name:
            raise JobError(
                f"'{name}' on the shelf {self.name} is not a part",
                f"its file must be named {name}.py and define one public {self.kind.__name__}",
            )
        kind: type[P] = found[0]
        return kind

    def _defines(self, value: object, module: str) -> bool:
        return (
            isinstance(value, type)
            and issubclass(value, self.kind)
            and value.__module__ == module
            and not value.__name__.startswith("_")
        )

    def spec(self, spec: Any) -> tuple[str, dict[str, Any]]:
        """Reads the YAML forms `name`, `{name: {option: value}}` and `{name: value}`."""
        if isinstance(spec, str):
            return spec, {}
        if isinstance(spec, dict) and len(spec) == 1:
            ((name, options),) = spec.items()
            if options is None or isinstance(options, dict):
                # Of YAML 1.1 an option that is called `on` comes as True.
                named = {"on" if key is True else key: own for key, own in (options or {}).items()}
                return str(name), named
            shorthand = self.load(str(name)).shorthand
            if shorthand:
                return str(name), {shorthand: options}
        raise JobError(
            f"'{spec}' does not name one part of {self.name}",
            fix="write `name`, or `name: {option: value}`",
        )
