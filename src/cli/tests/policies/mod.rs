//! A policy with something of each kind, and answers in JSON.

use serde_json::Value;

pub const POLICY: &str = "version: 1
tiers:
  community: deny
internal: [registry.example.com/platform/**]
rewrite:
- match: bitnami/node
  to: node:{tag}
  reason: one source
images:
- match: node
  tags: \">=22\"
mirrors:
  docker.io: r.example.com/hub
exceptions:
- match: ghcr.io/acme/legacy
  until: 2026-12-11
  owner: payments
  reason: migration
";

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
