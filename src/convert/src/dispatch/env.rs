//! `ENV`: variables of the image and of all instructions after it.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::{Common, KeyValue};
use fromtier_dockerfile::lint::rules;

use super::Dispatch;
use crate::evaluate;
use crate::history::Layer;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn env(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        env: Vec<KeyValue>,
    ) -> Result<()> {
        let env = evaluate::set_env(env, stage, |stage, word| {
            self.expand_word(word, stage, common)
        })?;
        let mut message = String::from("ENV");
        for pair in env {
            self.check_delimiter(&pair, common);
            self.check_secret_key("ENV", &pair.key, common);
            message.push_str(&format!(" {}={}", pair.key, pair.value));
        }
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }

    /// Reports `ENV key value`, which is the legacy form.
    pub(super) fn check_delimiter(&self, pair: &KeyValue, common: &Common) {
        if pair.no_delim {
            self.lint
                .run(&rules::LEGACY_KEY_VALUE_FORMAT, &common.location, |text| {
                    text(&common.name)
                });
        }
    }

    /// Reports variables whose names look like those of secrets: everyone who has the image can read them.
    pub(super) fn check_secret_key(&self, instruction: &str, key: &str, common: &Common) {
        if looks_secret(key) {
            self.lint.run(
                &rules::SECRETS_USED_IN_ARG_OR_ENV,
                &common.location,
                |text| text(instruction, key),
            );
        }
    }
}

/// Whether a word between underscores means a secret, and no word says otherwise.
fn looks_secret(key: &str) -> bool {
    const SECRET: [&str; 10] = [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "password",
        "pword",
        "passwd",
        "secret",
        "token",
    ];
    const HARMLESS: [&str; 3] = ["public", "file", "version"];
    let has = |words: &[&str]| {
        key.split('_')
            .any(|part| words.iter().any(|word| same_letters(part, word)))
    };
    has(&SECRET) && !has(&HARMLESS)
}

/// Whether two words are equal in any casing. `ſ` and the Kelvin sign fold to `s` and `k`, as in BuildKit's pattern.
fn same_letters(text: &str, word: &str) -> bool {
    text.chars()
        .map(|c| match c {
            'ſ' => 's',
            '\u{212a}' => 'k',
            c => c.to_ascii_lowercase(),
        })
        .eq(word.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_a_word_of_their_name() {
        for key in [
            "API_KEY",
            "apikey",
            "GITHUB_TOKEN",
            "secret_MESSAGE",
            "AUTH",
        ] {
            assert!(looks_secret(key), "{key}");
        }
        for key in [
            "KEYBOARD",
            "AUTHOR",
            "PUBLIC_KEY",
            "SECRET_FILE",
            "TOKEN_VERSION",
            "",
        ] {
            assert!(!looks_secret(key), "{key}");
        }
    }
}
