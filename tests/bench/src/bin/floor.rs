//! A frontend that exits immediately: it shows what BuildKit itself takes to start one.

fn main() {}
