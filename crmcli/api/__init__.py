"""The store's CRM API as a Python package that knows no terminal: `Crm` is the way in.

    with Crm(base_url=…, secure_url=…, private_key=…, token=…) as crm:
        for row in crm.tickets.list(status="Open"):
            …

Rows are the store's own objects, untouched. Everything that fails raises one of `crmcli.errors`.
"""
