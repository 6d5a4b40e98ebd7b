"""Roads to a routable graph: OSM, lines, speeds, snapping."""
