//! Compiles `proto/*.proto` without `protoc`.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto");
    println!("cargo::rerun-if-changed={}", dir.display());
    let config = || {
        let mut config = prost_build::Config::new();
        // Sorted maps: an operation's digest is that of its encoding.
        config.btree_map(["."]);
        if std::env::var_os("CARGO_FEATURE_SERDE").is_some() {
            config.type_attribute(".", "#[derive(serde::Serialize)]");
        }
        config
    };
    config().compile_fds(protox::compile(["solver.proto"], [&dir])?)?;
    config()
        .extern_path(".pb", "crate::pb")
        .compile_fds(protox::compile(["gateway.proto"], [&dir])?)?;
    Ok(())
}
