"""How large a bank must be: judged with fewer patients and fewer markers, and extrapolated."""
