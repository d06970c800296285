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
