"""The pooled data model: columns, types, units, ranges, and the pool on disk."""
