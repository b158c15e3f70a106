"""What the web app lets in: guard, access, tokens, limits, headers and the audit log."""
