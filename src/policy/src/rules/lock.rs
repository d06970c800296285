//! FT122: the requested digest is not the one in the lock file.

use super::RuleContext;
use crate::code::Code;
use crate::draft::Draft;
use crate::verdict::Finding;

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    let (Some(requested), Some(locked)) = (context.image.digest(), context.locked) else {
        return;
    };
    if *requested == locked.digest {
        return;
    }
    let message = format!(
        "{} is requested with the digest {}, but the lock file has {}, resolved on {}",
        context.display_name(),
        requested.as_str(),
        locked.digest.as_str(),
        locked.resolved
    );
    let help = "remove the digest from the Dockerfile, or run `fromtier lock` to lock it";
    drafts.push(
        Finding::fixed(Code::DigestNotAsLocked, message)
            .with_help(help)
            .into(),
    );
}

#[cfg(test)]
mod tests {
    use crate::fixtures::{denied_with_lock, lock_of, passes_with_lock};

    #[test]
    fn a_digest_that_differs_from_the_lock_file_is_refused() {
        let lock = lock_of("docker.io/library/node:22", 'a');
        passes_with_lock(
            "version: 1",
            &lock,
            &format!("node:22@sha256:{}", "a".repeat(64)),
        );
        let denial = denied_with_lock(
            "version: 1",
            &lock,
            &format!("node:22@sha256:{}", "b".repeat(64)),
        );
        assert_eq!(denial.code, "FT122");
        assert!(denial.message.contains("resolved on 2026-09-01"));
    }

    #[test]
    fn no_exception_lifts_it() {
        let policy = "version: 1\nexceptions: [{match: node, until: 2030-01-01, owner: me, reason: because}]";
        let lock = lock_of("docker.io/library/node:22", 'a');
        let denial = denied_with_lock(policy, &lock, &format!("node:22@sha256:{}", "b".repeat(64)));
        assert_eq!(denial.code, "FT122");
    }
}
