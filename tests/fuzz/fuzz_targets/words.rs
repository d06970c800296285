//! Words with variables, quotes, and escapes. The first byte chooses how they are read.
#![no_main]

use fromtier_dockerfile::shell::Lex;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((how, bytes)) = bytes.split_first() else {
        return;
    };
    let word = String::from_utf8_lossy(bytes);
    let is_set = |bit: u8| how & (1 << bit) != 0;
    let lex = Lex {
        raw_quotes: is_set(0),
        raw_escapes: is_set(1),
        skip_process_quotes: is_set(2),
        skip_unset_env: is_set(3),
        ..Lex::new(if is_set(4) { '`' } else { '\\' })
    };
    let pairs = [
        ("A", "a b"),
        ("PATH", "/usr/bin:/bin"),
        ("E", ""),
        ("G", "*?[a-z]"),
    ];
    let env: Vec<_> = pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let _ = lex.words(&word, &env);
    if let Ok(expanded) = lex.expand(&word, &env)
        && lex.is_plain(&word)
    {
        assert_eq!(expanded.result, word);
    }
});
