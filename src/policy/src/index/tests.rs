use proptest::prelude::*;

use super::*;

fn index(texts: &[String]) -> (Vec<Pattern>, Index) {
    let patterns: Vec<Pattern> = texts
        .iter()
        .filter_map(|text| Pattern::parse(text).ok())
        .collect();
    let index = Index::new(patterns.iter());
    (patterns, index)
}

#[test]
fn few_of_many_patterns_are_tried() {
    for form in [
        "node:22.%",
        "acme/%",
        "registry-%.example.com/**",
        "registry.example.com/team-%/*",
        "registry.example.com/**/legacy-%",
        "registry.example.com/*-%",
        "*.team%.example.com/**",
        "**/node-%",
        "ghcr.io/acme/*:%-alpine",
    ] {
        let texts: Vec<String> = (1000..5000)
            .map(|number: i32| form.replace('%', &number.to_string()))
            .collect();
        let (patterns, index) = index(&texts);
        assert_eq!(patterns.len(), texts.len(), "{form}");
        let most = [
            ("docker.io/library/node", "22.1234"),
            ("docker.io/acme/1234", "1"),
            ("registry-1234.example.com/a/b", "1"),
            ("registry.example.com/team-1234/a", "1"),
            ("registry.example.com/a/b/legacy-1234", "1"),
            ("registry.example.com/a-1234", "1"),
            ("eu.team1234.example.com/a", "1"),
            ("ghcr.io/x/node-1234", "1"),
        ]
        .iter()
        .map(|(name, tag)| index.candidates(name, Some(tag)).len())
        .max();
        let expected = if form.starts_with("ghcr.io") { 0 } else { 1 };
        assert_eq!(most, Some(expected), "{form}");
    }
}

#[test]
fn candidates_are_in_the_order_of_the_file() {
    let texts = [
        "**",
        "acme/*",
        "**/tool",
        "acme/tool",
        "acme/tool:1*",
        "*/tool",
    ];
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    let (_, index) = index(&texts);
    assert_eq!(
        index.candidates("docker.io/acme/tool", Some("1.2")),
        [0, 1, 2, 3, 4, 5]
    );
    assert_eq!(
        index.candidates("docker.io/acme/other", Some("1")),
        [0, 1, 5]
    );
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ab*]{1,3}",
        "[ab*]{1,3}/[ab*]{1,4}",
        "[ab*]{1,2}\\.[ab*]{1,2}/[ab*/]{1,5}",
        "\\*\\*(/[ab*]{1,3})?",
        "[ab*]{1,3}/[ab*]{1,3}:[12*.]{1,3}",
        "[ab]:[12*.]{1,3}",
    ]
}

proptest! {
    /// The index finds what a search of the whole list finds, in the same order.
    #[test]
    fn no_matching_pattern_is_missed(
        texts in prop::collection::vec(texts(), 0..40),
        name in "(docker\\.io/library/[ab]{1,3}|docker\\.io/[ab]{1,3}/[ab]{1,3}|[ab]{1,2}\\.[ab]{1,2}(/[ab]{1,2}){1,3})",
        tag in prop::option::of("[12.]{1,3}"),
    ) {
        let (patterns, index) = index(&texts);
        let tag = tag.as_deref();
        let all: Vec<usize> = (0..patterns.len()).filter(|i| patterns[*i].matches(&name, tag)).collect();
        let mut found = index.candidates(&name, tag);
        prop_assert!(found.is_sorted());
        found.retain(|i| patterns[*i].matches(&name, tag));
        prop_assert_eq!(found, all);
    }

    #[test]
    fn no_covering_pattern_is_missed(texts in prop::collection::vec(texts(), 0..40), text in texts()) {
        let (patterns, index) = index(&texts);
        if let Ok(pattern) = Pattern::parse(&text) {
            let found = index.covering_candidates(&pattern);
            for (i, other) in patterns.iter().enumerate() {
                prop_assert!(!other.covers(&pattern) || found.contains(&i), "{} covers {}", other.text, text);
            }
        }
    }
}
