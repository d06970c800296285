//! Syntax tree, resolved bases and approved sources to a graph and an image config.
