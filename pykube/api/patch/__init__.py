"""The three ways to change an object by a patch. All work on plain data and leave what they are given untouched."""
