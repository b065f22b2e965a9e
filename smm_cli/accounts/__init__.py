"""What lets smm act for an account: references to secrets, what logins returned, signatures. No HTTP here."""
