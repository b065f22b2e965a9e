"""Hold the house to its sizes: no file of smm_cli above 300 lines, no function above 40; print the median."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

MOST_LINES, MOST_FUNCTION = 300, 40


def main() -> int:
    """Print what is too large; 1 where anything is."""
    found, sizes = [], []
    for path in sorted(Path("smm_cli").rglob("*.py")):
        text = path.read_text("utf-8")
        lines = text.count("\n")
        sizes.append(lines)
        if lines > MOST_LINES:
            found.append(f"{path}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MOST_FUNCTION:
                    found.append(f"{path}:{node.lineno} {node.name}: {length} lines")
    print(f"{len(sizes)} files, median {statistics.median(sizes):.0f} lines, largest {max(sizes)}")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
