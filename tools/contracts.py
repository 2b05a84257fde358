"""Import contracts that import-linter does not bring itself; pyproject.toml names them."""

from __future__ import annotations

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class StandardLibraryOnly(Contract):
    """The modules of a package import each other and the standard library, nothing else.

    Option `package`: the package's full name.
    """

    type_name = "standard_library_only"

    package = cast(str, fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect each import that leaves the package and is not of the standard library."""
        modules = {self.package} | graph.find_descendants(self.package)
        strangers = sorted(
            (module, imported)
            for module in modules
            for imported in graph.find_modules_directly_imported_by(module) - modules
            if imported.split(".")[0] not in sys.stdlib_module_names
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that must go."""
        strangers: list[tuple[str, str]] = check.metadata["strangers"]
        for module, imported in strangers:
            output.print_error(f"{module} imports {imported}", bold=False)
