"""What travels: bytes and values, versions, topics. Knows nothing of the other packages."""
