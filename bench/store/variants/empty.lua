-- The floor: what a script costs before it does anything.
return 1
