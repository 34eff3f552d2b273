"""The outbox: what is to be made at the store is on disk before it leaves, and stays until somebody knows what became of it.

A message e-mails a customer, can't be taken back, and the API has no idempotency key (product.md section 7). So a send
whose answer was lost is never sent again: it is looked for at the store.
"""
