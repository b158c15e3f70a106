"""Several deliveries to one pool: plan, build, explain, diff."""
