//! A frontend that ends at once: what BuildKit itself takes to start one.

fn main() {}
