//! `.dockerignore`: its patterns and their matching.
