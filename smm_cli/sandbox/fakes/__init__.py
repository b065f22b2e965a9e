"""One module for each fake network; each names its class FAKE. Found by listing this folder."""
