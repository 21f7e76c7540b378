"""The self-check: does what is installed here compute what it should? (docs/contracts.md, section 4)"""
