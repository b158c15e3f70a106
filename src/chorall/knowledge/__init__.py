"""The facts of the field as sourced files, and one small loader per kind."""
