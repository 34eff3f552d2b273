"""crmcli: the CRM of a 3dcart / Shift4Shop store, from the command line."""

__version__ = "0.1.0"
