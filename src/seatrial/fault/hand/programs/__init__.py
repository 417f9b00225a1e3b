"""The programs of hand pods: each one file of Python 3.9's standard library, sent as text.

They run in a replica's own image, where nothing of seatrial is installed: none imports another.
"""
