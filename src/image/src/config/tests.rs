use super::ImageConfig;

/// Each line: a config; then what Go's json.Marshal writes of what json.Unmarshal read of it, or the error.
const VERIFIED: &str = include_str!("verified.txt");

#[test]
fn configs_are_read_and_written_as_go_does() {
    let lines: Vec<&str> = VERIFIED.lines().collect();
    assert!(lines.len() > 60);
    for pair in lines.chunks(2) {
        let got = match ImageConfig::from_json(pair[0].as_bytes()) {
            Ok(config) => String::from_utf8(config.to_json()).unwrap(),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, pair[1], "{}", pair[0]);
    }
}

#[test]
fn nil_and_empty_lists_stay_different() {
    let read = |text: &str| ImageConfig::from_json(text.as_bytes()).unwrap().config;
    assert_eq!(read(r#"{"config":{"Cmd":[]}}"#).cmd, Some(vec![]));
    assert_eq!(read(r#"{"config":{"Cmd":null}}"#).cmd, None);
    assert_eq!(read("{}").cmd, None);
}
