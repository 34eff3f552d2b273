"""The sandbox store: a strict emulator of the CRM module over one SQLite file, for `-p demo`, `sandbox serve` and the tests.

It stands in for a store that nobody may experiment on, so it errs on the side of refusing: what the API page does not
list is refused by name. Where the page is silent the choice is a switch (`switches.py`). Only the standard library is
imported here, since `-p demo` pays for it at every start; `serve.py` alone imports werkzeug.
"""
