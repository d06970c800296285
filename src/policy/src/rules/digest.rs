//! FT120, FT121: the image must have a digest, in the reference or in the lock file, before the registry is asked.

use super::RuleContext;
use crate::code::Code;
use crate::draft::Draft;
use crate::settings::DigestRule;
use crate::verdict::Finding;

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let (requested, owner) = (context.image.digest(), context.policy.owner);
    let is_locked = context.locked.is_some()
        || requested.is_some_and(|digest| {
            context.tag().is_none() && context.lock.has_digest(context.image, digest)
        });
    let (code, message) = match context.policy.digest() {
        DigestRule::Pin if !is_locked => (
            Code::NotLocked,
            format!(
                "{} is not in the lock file; {owner} only allows locked images",
                context.display_name()
            ),
        ),
        DigestRule::Require if !is_locked && requested.is_none() => (
            Code::DigestRequired,
            format!(
                "{} has no digest; {owner} requires one",
                context.display_name()
            ),
        ),
        _ => return,
    };
    let digest = requested.map_or("sha256:<digest>", |digest| digest.as_str());
    let (name, today) = (context.name, context.today);
    let help = match context.tag() {
        Some(tag) => format!(
            "run `fromtier lock` to add its line to `fromtier.lock`: {name}:{tag} {digest} {today}"
        ),
        None => format!("add a line to `fromtier.lock`: {name}:<tag> {digest} {today}"),
    };
    drafts.push(Finding::fixed(code, message).with_help(help).into());
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied_with_lock, lock_of, passes_with_lock};

    const PIN: &str = "version: 1\nbase: {digest: pin}";
    const REQUIRE: &str = "version: 1\nbase: {digest: require}";

    #[test]
    fn an_image_that_is_not_locked_is_refused_with_the_line_to_add() {
        let denial = denied_with_lock(PIN, "", "node:22");
        assert_eq!(denial.code, "FT121");
        assert_eq!(
            denial.message,
            "docker.io/library/node:22 is not in the lock file; this policy only allows locked images"
        );
        assert_eq!(
            denial.help.as_deref(),
            Some(
                "run `fromtier lock` to add its line to `fromtier.lock`: docker.io/library/node:22 sha256:<digest> 2026-09-01"
            )
        );
        // A digest in the Dockerfile doesn't count as locked.
        assert_eq!(
            denied_with_lock(PIN, "", &format!("node:22@sha256:{}", "a".repeat(64))).code,
            "FT121"
        );
    }

    #[test]
    fn a_locked_image_is_pinned() {
        let pass = passes_with_lock(PIN, &lock_of("docker.io/library/node:22", 'a'), "node:22");
        assert_eq!(
            pass.pinned().unwrap().as_str(),
            format!("sha256:{}", "a".repeat(64))
        );
        assert_eq!(
            pass.pull().to_string(),
            format!("docker.io/library/node:22@sha256:{}", "a".repeat(64))
        );
    }

    #[test]
    fn a_digest_without_a_tag_is_locked_if_any_tag_is_locked_to_it() {
        let lock = lock_of("docker.io/library/node:22", 'a');
        passes_with_lock(PIN, &lock, &format!("node@sha256:{}", "a".repeat(64)));
        assert_eq!(
            denied_with_lock(PIN, &lock, &format!("node@sha256:{}", "b".repeat(64))).code,
            "FT121"
        );
        assert_eq!(
            denied_with_lock(PIN, &lock, &format!("python@sha256:{}", "a".repeat(64))).code,
            "FT121"
        );
    }

    #[test]
    fn require_accepts_a_digest_from_the_dockerfile_or_the_lock() {
        assert_eq!(denied_with_lock(REQUIRE, "", "node:22").code, "FT120");
        passes_with_lock(REQUIRE, "", &format!("node:22@sha256:{}", "a".repeat(64)));
        passes_with_lock(
            REQUIRE,
            &lock_of("docker.io/library/node:22", 'a'),
            "node:22",
        );
    }
}
