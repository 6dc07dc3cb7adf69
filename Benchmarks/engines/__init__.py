"""The engines that are compared. Empty on purpose: a worker loads the module of its own engine and no other."""
