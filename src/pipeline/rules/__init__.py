"""The structural rules: one family of detectors a module, each a function from a sheet to claims."""
