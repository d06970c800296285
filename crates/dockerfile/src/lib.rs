//! Dockerfile bytes to a syntax tree with spans, and the rules of the language. Pure.
