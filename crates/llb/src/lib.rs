//! The build graph: operations, capabilities, metadata, marshalling, digests. Pure.
//!
//! Shape (the llb helper builds it; names are fixed):
//! - `Graph` is an arena of vertices; an `Output` names a vertex and an output index. No recursion anywhere
//!   (10,000 instructions are a chain of 10,000 vertices), no reference counting of vertices.
//! - `State` is a value: an output (none is scratch) and what the next operation inherits (environment, directory,
//!   user, platform, network, security, hostname, hosts, ulimits, cgroup). It clones in O(1).
//! - Image, OCI-layout, git, http and local sources are made only from `fromtier_policy`'s approved types.
//! - A vertex can be put in place later (`Graph::defer` / `Graph::fill`): the main context is known last.
//! - `Graph::marshal` gives the `pb::Definition` for one output, byte for byte as client/llb marshals it.
