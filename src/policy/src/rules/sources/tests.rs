use crate::fixtures::gate;
use crate::request::SourceRequest;
use crate::scope::Scope;

#[test]
fn they_pass_if_the_policy_has_no_setting() {
    let gate = gate("version: 1", "");
    for request in [
        SourceRequest::Git {
            url: "https://github.com/a/b.git",
            checksum: None,
        },
        SourceRequest::Http {
            url: "https://example.com/x",
            checksum: None,
        },
        SourceRequest::Scratch,
        SourceRequest::OciLayout {
            reference: "store@sha256:abc",
            context: None,
        },
        SourceRequest::Local { name: "context" },
        SourceRequest::RootFileSystem { path: "root.tar" },
        SourceRequest::CacheImport { from: "acme/cache" },
    ] {
        gate.source(&request, &Scope::default()).unwrap();
    }
}

#[test]
fn each_kind_can_be_refused() {
    let gate = gate(
        "version: 1\nsources: {git: deny, http: deny, scratch: deny, oci-layout: deny, local: deny, root-file-system: deny, cache-import: deny}",
        "",
    );
    for (request, code) in [
        (
            SourceRequest::Git {
                url: "https://github.com/a/b.git",
                checksum: None,
            },
            "FT140",
        ),
        (
            SourceRequest::Http {
                url: "https://example.com/x",
                checksum: None,
            },
            "FT141",
        ),
        (SourceRequest::Scratch, "FT142"),
        (
            SourceRequest::OciLayout {
                reference: "store@sha256:abc",
                context: None,
            },
            "FT143",
        ),
        (SourceRequest::Local { name: "context" }, "FT144"),
        (SourceRequest::RootFileSystem { path: "root.tar" }, "FT146"),
        (SourceRequest::CacheImport { from: "acme/cache" }, "FT147"),
    ] {
        assert_eq!(
            gate.source(&request, &Scope::default()).unwrap_err().code,
            code
        );
    }
}

#[test]
fn a_checksum_can_be_required() {
    let gate = gate(
        "version: 1\nsources: {git: require-checksum, http: require-checksum}",
        "",
    );
    let sum = format!("sha256:{}", "a".repeat(64));
    let commit = "a".repeat(40);
    let http = SourceRequest::Http {
        url: "https://example.com/x",
        checksum: Some(&sum),
    };
    gate.source(&http, &Scope::default()).unwrap();
    let git = SourceRequest::Git {
        url: "https://github.com/a/b.git",
        checksum: Some(&commit),
    };
    gate.source(&git, &Scope::default()).unwrap();
    for (checksum, problem) in [
        (None, "has no checksum"),
        (Some("abc"), "has no full checksum"),
        (Some(""), "has no checksum"),
    ] {
        let git = SourceRequest::Git {
            url: "https://github.com/a/b.git",
            checksum,
        };
        let http = SourceRequest::Http {
            url: "https://example.com/x",
            checksum,
        };
        for (request, code) in [(git, "FT140"), (http, "FT141")] {
            let denial = gate.source(&request, &Scope::default()).unwrap_err();
            assert_eq!(denial.code, code);
            assert!(denial.message.contains(problem), "{}", denial.message);
        }
    }
}

const DOWNLOADS: &str = "version: 1
sources: {http: deny, git: deny}
downloads:
- {match: github.com/acme/**, action: allow}
- {match: \"https://files.example.com\", action: require-checksum, reason: files change}
- {match: github.com/acme/old, action: deny, reason: archived}
";

#[track_caller]
fn judged(request: SourceRequest<'_>) -> Result<(), String> {
    let approved = gate(DOWNLOADS, "").source(&request, &Scope::default());
    approved.map(|_| ()).map_err(|denial| denial.message)
}

#[test]
fn downloads_are_judged_by_host_and_path() {
    let git = |url| SourceRequest::Git {
        url,
        checksum: None,
    };
    let http = |url| SourceRequest::Http {
        url,
        checksum: None,
    };
    for url in ["https://github.com/acme/x.git", "git@github.com:acme/x.git"] {
        assert_eq!(judged(git(url)), Ok(()), "{url}");
    }
    assert_eq!(
        judged(http("https://github.com/acme/x/releases/download/y")),
        Ok(())
    );
    for (request, expected) in [
        (
            git("https://github.com/other/x.git"),
            "https://github.com/other/x.git is a git repository; this policy refuses git repositories",
        ),
        (
            git("https://github.com/acme/old.git"),
            "https://github.com/acme/old.git is a git repository; this policy refuses `github.com/acme/old`: archived",
        ),
        (
            http("https://files.example.com/a"),
            "https://files.example.com/a has no checksum; this policy requires a checksum for `https://files.example.com`: files change",
        ),
        (
            http("http://files.example.com/a"),
            "http://files.example.com/a is a download by URL; this policy refuses downloads by URL",
        ),
        (
            http("https://github.com/acme/../other/x"),
            "https://github.com/acme/../other/x has no path that can be compared; this policy restricts downloads by host and path",
        ),
    ] {
        assert_eq!(judged(request).unwrap_err(), expected);
    }
    let checked = SourceRequest::Http {
        url: "https://files.example.com/a",
        checksum: Some("sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    };
    assert_eq!(judged(checked), Ok(()));
}
