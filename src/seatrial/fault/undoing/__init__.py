"""How the changes of faults are undone, a module for each family; `fault.mechanisms` lists them."""
