"""Measurements. Nothing here asserts on time; each figure is printed beside what is aimed for."""
