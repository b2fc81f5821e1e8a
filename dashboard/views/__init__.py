"""The pages, one module each, and the sections and helpers of a page under its name: `company_gaps` is of `company`."""

from dashboard.views.escaping import plain

__all__ = ["plain"]
