//! The build graph: operations, capabilities, metadata, marshalling, digests. Pure.
