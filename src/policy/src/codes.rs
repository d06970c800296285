//! The codes of all that the gate can say.

/// A code and its subject. Each has a page in `docs/rules`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `FT101`
    pub code: &'static str,
    /// What it is about, as a title.
    pub title: &'static str,
}

const fn code(code: &'static str, title: &'static str) -> Code {
    Code { code, title }
}

/// All codes, in their order.
pub static CODES: &[Code] = &[
    code("FT001", "Broken policy or lock file"),
    code("FT002", "Another frontend"),
    code("FT100", "Not an image reference"),
    code("FT101", "Community image"),
    code("FT102", "Verified publisher's image"),
    code("FT103", "Sponsored open-source image"),
    code("FT104", "Official image"),
    code("FT105", "Internal image"),
    code("FT106", "Image named by the policy"),
    code("FT107", "Unknown official name"),
    code("FT108", "No official image any more"),
    code("FT109", "Look-alike"),
    code("FT110", "Tag not allowed"),
    code("FT111", "Variant not allowed"),
    code("FT113", "Registry not allowed"),
    code("FT120", "Digest required"),
    code("FT121", "Not in the lock file"),
    code("FT122", "Digest disagrees with the lock file"),
    code("FT123", "Registry's digest is another"),
    code("FT124", "Replaced by the builder"),
    code("FT125", "No digest"),
    code("FT126", "Locked digest not to be had"),
    code("FT130", "Deprecated image"),
    code("FT131", "End of life"),
    code("FT132", "Unlisted tag"),
    code("FT133", "Floating tag"),
    code("FT134", "Too old"),
    code("FT135", "End of life is near"),
    code("FT136", "Root user"),
    code("FT137", "Triggers for whoever builds on it"),
    code("FT138", "Label missing"),
    code("FT139", "Label not allowed"),
    code("FT140", "Git repository"),
    code("FT141", "Download by URL"),
    code("FT142", "Scratch"),
    code("FT143", "OCI layout"),
    code("FT144", "Local directory"),
    code("FT145", "Unknown kind of source"),
    code("FT146", "Root file system"),
    code("FT147", "Imported cache"),
    code("FT150", "Exception in use"),
    code("FT160", "Rewritten"),
    code("FT161", "Rewriting failed"),
];
