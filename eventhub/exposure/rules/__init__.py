"""Pure rules of exposure: numbers in words, the ledger, its flags, its one spelling."""
