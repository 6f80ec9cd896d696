"""The judge: decides claims numerically, at points that satisfy the declared facts; knows neither engine nor rules."""
