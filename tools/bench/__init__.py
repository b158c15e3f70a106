"""The survival kernels beside their peers: same data, same run, agreement before time."""
