"""Bugs planted into a copy of the project, one at a time: do the tests find each of them?"""
