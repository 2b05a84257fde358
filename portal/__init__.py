"""Recourse: a portal to get non-consensual intimate imagery taken down.

Nothing is imported here, so that any part can be imported alone.
"""
