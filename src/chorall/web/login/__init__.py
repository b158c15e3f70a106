"""Signing in at a provider (OpenID Connect), sessions on the server, roles."""
