"""When each delivery is due. Pure: files, history and now go in, a plan comes out; nothing is stored."""
