//! A stand-in LLBBridge for tests: serves a frontend binary from files and records what it asks.
