"""What clients of the field speak (ODK Collect and others): OpenRosa 1.0 lists, manifests and submissions.

https://docs.getodk.org/openrosa/ ; one folder, no logic of its own: forms come from `queries.collect`, filled forms go
to `actions.receive`.
"""
