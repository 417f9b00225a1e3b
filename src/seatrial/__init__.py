"""The sea trial of a scaled model-serving deployment: set up, load, break, judge, report."""
