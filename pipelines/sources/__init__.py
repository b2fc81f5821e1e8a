"""One file a source: origin facts, requests and parse. Found by its folder; nothing else lists it."""
