//! Embeds the pages of the rules: `docs/rules/FTnnn.md`.

use std::fmt::Write as _;
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../../docs/rules");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut pages: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(&root)? {
        let path = entry?.path();
        println!("cargo::rerun-if-changed={}", path.display());
        let code = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
            .to_owned();
        if code.starts_with("FT") && path.extension().is_some_and(|extension| extension == "md") {
            pages.push((code, path.canonicalize()?.display().to_string()));
        }
    }
    pages.sort();
    let mut table = String::from("static PAGES: &[(&str, &str)] = &[\n");
    for (code, path) in &pages {
        writeln!(table, "    ({code:?}, include_str!({path:?})),")?;
    }
    table.push_str("];\n");
    std::fs::write(
        Path::new(&std::env::var("OUT_DIR")?).join("pages.rs"),
        table,
    )?;
    Ok(())
}
