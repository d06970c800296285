//! One build: options, contexts, platforms, sub-requests, result.
