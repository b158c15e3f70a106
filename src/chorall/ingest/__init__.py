"""Read a delivery as it is, with its hash and origin; change nothing."""

from chorall.ingest.delivery import ROW, Delivery, Remark
from chorall.ingest.read import read_delivery

__all__ = ["ROW", "Delivery", "Remark", "read_delivery"]
