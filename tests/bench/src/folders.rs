//! Folders that are slow to check.

use std::fmt::Write;

/// Files by their paths.
pub type Files = Vec<(String, String)>;

/// A folder to check.
pub struct Folder {
    pub name: &'static str,
    pub files: Files,
    /// How the program ends.
    pub exit: i32,
}

/// The folders.
pub fn folders() -> Vec<Folder> {
    let folder = |name, exit, files| Folder { name, files, exit };
    vec![
        folder(
            "2000 Dockerfiles that pass, one folder",
            0,
            one_folder(2000, "alpine:3.22"),
        ),
        folder(
            "20000 Dockerfiles that pass, one folder",
            0,
            one_folder(20_000, "alpine:3.22"),
        ),
        folder(
            "20000 Dockerfiles that pass, a folder each",
            0,
            own_folders(20_000, "alpine:3.22"),
        ),
        folder(
            "20000 equal findings, a folder each",
            1,
            own_folders(20_000, "acme/tool"),
        ),
        folder(
            "2000 different findings, a folder each",
            1,
            own_folders(2000, "acme/tool-%"),
        ),
        folder(
            "20000 different findings, a folder each",
            1,
            own_folders(20_000, "acme/tool-%"),
        ),
        folder(
            "20000 Dockerfiles and a repository's exception",
            0,
            excepted(20_000),
        ),
        folder(
            "20000 Dockerfiles below a policy of 4000 rules",
            0,
            below_rules(20_000),
        ),
        folder(
            "4000 rewrite rules in a chain",
            2,
            with_policy(&rewrites(4000)),
        ),
        folder(
            "16000 unknown policy keys",
            2,
            with_policy(&unknown_keys(16_000)),
        ),
        folder("8000 mirrors on one line", 0, with_policy(&mirrors(8000))),
        folder(
            "a mirror's host of 40000 letters",
            0,
            with_policy(&long_mirror(40_000)),
        ),
    ]
}

/// A Dockerfile of two stages. `%` in the base is the number.
fn dockerfile(number: usize, base: &str) -> String {
    let base = base.replace('%', &number.to_string());
    format!(
        "FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app ./cmd/{number}\n\
         FROM {base}\nCOPY --from=build /app /app\nUSER 1000\nENTRYPOINT [\"/app\"]\n"
    )
}

fn one_folder(count: usize, base: &str) -> Files {
    let file = |number| (format!("Dockerfile.{number}"), dockerfile(number, base));
    (0..count).map(file).collect()
}

fn own_folders(count: usize, base: &str) -> Files {
    let file = |number| {
        let path = format!("services/{}/{number}/Dockerfile", number / 100);
        (path, dockerfile(number, base))
    };
    (0..count).map(file).collect()
}

fn excepted(count: usize) -> Files {
    let policy = "version: 1\nexceptions:\n- match: acme/tool\n  until: 2027-01-01\n  owner: a\n  reason: b\n";
    let mut files = own_folders(count, "acme/tool");
    files.push((".fromtier.yaml".to_owned(), policy.to_owned()));
    files
}

fn below_rules(count: usize) -> Files {
    let mut policy = "version: 1\nimages:\n".to_owned();
    for number in 0..4000 {
        // Writing to a string cannot fail.
        let _ = writeln!(policy, "- {{match: acme/tool-{number}, action: allow}}");
    }
    let mut files = own_folders(count, "acme/tool-1");
    files.push((".fromtier.yaml".to_owned(), policy));
    files
}

fn with_policy(policy: &str) -> Files {
    let mut files = one_folder(1, "node:22-alpine");
    files.push((".fromtier.yaml".to_owned(), policy.to_owned()));
    files
}

fn rewrites(count: usize) -> String {
    let mut policy = "version: 1\nrewrite:\n".to_owned();
    for number in 0..count {
        let _ = writeln!(
            policy,
            "- {{match: acme/i{number}, to: acme/i{}}}",
            number + 1
        );
    }
    policy
}

fn unknown_keys(count: usize) -> String {
    let keys = (0..count).map(|number| format!("key{number}: 1\n"));
    format!("version: 1\n{}", keys.collect::<String>())
}

fn mirrors(count: usize) -> String {
    let mirrors = (0..count).map(|number| format!("r{number}.example.com: m.example.com/{number}"));
    format!(
        "version: 1\nmirrors: {{{}}}\n",
        mirrors.collect::<Vec<_>>().join(", ")
    )
}

fn long_mirror(length: usize) -> String {
    format!(
        "version: 1\nmirrors: {{docker.io: {}.example.com}}\n",
        "a".repeat(length)
    )
}
