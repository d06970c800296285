//! Which files are Dockerfiles, by their names.

/// Endings of templates, documents, data, and backups, which are no Dockerfiles.
const OTHER_ENDINGS: &[&str] = &[
    "adoc", "bak", "cs", "diff", "ejs", "erb", "gotmpl", "gotpl", "hbs", "html", "in", "j2",
    "java", "jinja", "jinja2", "json", "kt", "lock", "m4", "markdown", "md", "mustache", "orig",
    "patch", "png", "rej", "rst", "snap", "svg", "swp", "template", "tmpl", "toml", "tpl", "xml",
    "yaml", "yml",
];

/// Endings of source code. `dockerfile.go` is a source; `Dockerfile.go` is the Dockerfile of a program in Go.
const SOURCE_ENDINGS: &[&str] = &[
    "c", "cc", "cpp", "ex", "go", "h", "js", "jsx", "lua", "mjs", "php", "pl", "py", "rb", "rs",
    "sh", "swift", "ts", "tsx", "vim",
];

/// Whether a file is named as a Dockerfile: `Dockerfile`, `Containerfile`, `api.Dockerfile`, `Dockerfile.dev`,
/// `Dockerfile-dev`, and so on.
pub fn is_dockerfile(name: &str) -> bool {
    is_like_dockerfile(name) && !is_template_or_source(name)
}

/// Whether a file is named like a Dockerfile, but is a template, a document, or source code.
pub fn is_template_or_source(name: &str) -> bool {
    let Some((stem, ending)) = name.rsplit_once('.') else {
        return false;
    };
    if !is_like_dockerfile(name) {
        return false;
    }
    let ending = ending.to_ascii_lowercase();
    let ending = ending.as_str();
    OTHER_ENDINGS.contains(&ending)
        || SOURCE_ENDINGS.contains(&ending) && !stem.starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_like_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".dockerignore") || name.ends_with('~') {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|kind| {
        let begins = name.strip_prefix(kind);
        let ends = name.strip_suffix(kind);
        begins.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || ends.is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests;
