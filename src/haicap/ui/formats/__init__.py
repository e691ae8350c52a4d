"""Formats of dates and numbers, one package a language; FORMAT_MODULE_PATH names this one."""
