"""The sample library: what three invented brands, a retailer, a bank and a telco, would have in theirs."""
