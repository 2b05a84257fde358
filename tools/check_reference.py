"""Checks the reference: every law, platform and regulator is read strictly; a record that does not fit is named."""

from __future__ import annotations

import sys

from portal.reference.registry import load_registry
from portal.reference.strict import BadReference


def main() -> int:
    """Load everything. Returns the exit code."""
    try:
        registry = load_registry()
        counts = {
            "regimes": len(registry.regimes),
            "platforms": len(registry.platforms),
            "regulators": len(registry.regulators),
        }
    except BadReference as error:
        print(f"The reference does not hold: {error}", file=sys.stderr)
        return 1
    empty = [name for name, count in counts.items() if count == 0]
    if empty:
        print(f"The reference has no {', no '.join(empty)}.", file=sys.stderr)
        return 1
    print("Reference: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
