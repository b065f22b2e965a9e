"""The ledger: facts about deliveries, durable and shared by every process of this machine."""
