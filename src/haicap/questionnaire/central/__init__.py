"""ODK Central's API (https://docs.getodk.org/central-api/), as far as pyodk, ruODK and OData readers use it.

A campaign is a project, a device's key is an app user. Every view authenticates by itself (see `door`), finds its rows
through the same queries as the pages, and refuses with Central's numbers (see `errors`).
"""
