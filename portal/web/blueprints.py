"""Every blueprint, in one list: the person's side and the desk are apart, because that is the security boundary."""

from __future__ import annotations

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
