//! Sources other than images.

use std::collections::BTreeMap;

use crate::Scope;
use crate::fixtures::gate;
use crate::gate::SourceRequest;
use crate::verdict::Denial;

#[test]
fn what_the_client_uploads_is_local() {
    let policy = "version: 1\nsources: {http: deny, local: SETTING}\nmode: enforce";
    let code = |local: &str, url: &str| {
        let gate = gate(&policy.replace("SETTING", local), "");
        let http = SourceRequest::Http {
            url,
            checksum: None,
        };
        let code = |denial: Denial| denial.code.as_str();
        let in_dockerfile = gate
            .source(&http, &Scope::default())
            .map(|_| ())
            .map_err(code);
        let in_definition = gate
            .input_source(url, &BTreeMap::new(), &Scope::default())
            .map(|_| ());
        assert_eq!(in_dockerfile, in_definition.map_err(code), "{url}");
        in_dockerfile
    };
    let upload = "http://buildkit-session/u2xnjgj3wlc1";
    assert_eq!(code("allow", upload), Ok(()));
    assert_eq!(code("deny", upload), Err("FT144"));
    for other in [
        "http://buildkit-session.example.com/x",
        "http://buildkit-session",
        "http://buildkit-session:80/x",
        "https://buildkit-session/x",
        "http://buildkit-session@example.com/x",
        "http://BUILDKIT-SESSION/x",
    ] {
        assert_eq!(code("allow", other), Err("FT141"), "{other}");
    }
}
