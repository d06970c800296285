//! FT109: a name that looks like the name of an official image or of a well-known registry.

use fromtier_catalog::{self as catalog, edits_up_to_two};
use fromtier_image::ImageRef;

use super::RuleContext;
use crate::code::Code;
use crate::draft::{Draft, SuggestionKind};
use crate::spelling::{skeleton, unicode_host};
use crate::tier::Tier;
use crate::verdict::{Finding, Severity};

/// Registries that other names imitate.
const REGISTRIES: [&str; 13] = [
    "docker.io",
    "index.docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "mcr.microsoft.com",
    "public.ecr.aws",
    "registry.k8s.io",
    "registry.access.redhat.com",
    "registry.redhat.io",
    "registry.gitlab.com",
    "docker.elastic.co",
    "nvcr.io",
];

/// Domains of well-known registries and their owners: a host under one of them is not a look-alike.
const OWNERS: [&str; 20] = [
    "amazonaws.com",
    "azurecr.io",
    "cgr.dev",
    "docker.com",
    "docker.io",
    "ecr.aws",
    "elastic.co",
    "gcr.io",
    "ghcr.io",
    "github.com",
    "gitlab.com",
    "icr.io",
    "k8s.io",
    "lscr.io",
    "microsoft.com",
    "nvcr.io",
    "pkg.dev",
    "quay.io",
    "redhat.com",
    "redhat.io",
];

/// Names that readers take for `docker.io`, though they are other domains.
const DOCKER_DOMAINS: [&str; 3] = ["docker.com", "dockerhub.com", "dockerhub.io"];

/// Registries where anybody can register a name such as `library`. On other registries, such as a mirror, their operator
/// decides on it: `registry.example.com/hub/library/node`.
const PUBLIC: [&str; 5] = [
    "docker.io",
    "ghcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.gitlab.com",
];

/// Docker's own copy of the official images.
const DOCKER_MIRROR: &str = "public.ecr.aws/docker/library/";

/// Ends of host names that nobody can register.
const PRIVATE: [&str; 10] = [
    "corp",
    "home",
    "internal",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "private",
    "test",
];

/// Names on Docker Hub that claim to be `library`.
const CLAIMS: [&str; 6] = [
    "docker-library",
    "docker-official",
    "docker-official-images",
    "dockerlibrary",
    "dockerofficial",
    "official",
];

pub(crate) fn check(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    report(
        context,
        |context| look_alike_registry(context).or_else(|| look_alike_namespace(context)),
        drafts,
    );
}

/// Checks a mirror by its registry only: the names of other registries in its path are no claim.
pub(crate) fn check_place(context: &RuleContext<'_>, drafts: &mut Vec<Draft>) {
    report(context, look_alike_registry, drafts);
}

fn report(
    context: &RuleContext<'_>,
    find: fn(&RuleContext<'_>) -> Option<LookAlike>,
    drafts: &mut Vec<Draft>,
) {
    let severity = context.policy.look_alike();
    if context.tier != Tier::Community
        || severity == Severity::Allow
        || context.policy.has_image_action()
    {
        return;
    }
    let Some(found) = find(context) else {
        return;
    };
    let message = format!(
        "{} {}; {} look-alikes",
        context.name,
        found.description,
        context.policy_verb(severity)
    );
    let help = match &found.original {
        Some(image) => {
            let shown = image.familiar();
            format!("did you mean {}?", shown.trim_end_matches(":latest"))
        }
        None => "if the registry is yours, list it under `internal`".to_owned(),
    };
    let finding = Finding::new(Code::LookAlike, severity, message).with_help(help);
    drafts.push(finding.suggesting(SuggestionKind::Original(found.original)));
}

/// A name that looks like another.
struct LookAlike {
    /// The end of the sentence about the image: "is on docker.lo, which looks like docker.io".
    description: String,
    /// The image that was probably meant, with its tag.
    original: Option<ImageRef>,
}

/// Finds a registry that looks like another.
fn look_alike_registry(context: &RuleContext<'_>) -> Option<LookAlike> {
    let domain = context.name.split('/').next()?;
    let host = domain.split(':').next()?;
    if is_owned(host) || is_private(domain) {
        return None;
    }
    let unicode = unicode_host(host);
    let readable = unicode.as_deref().unwrap_or(host);
    let known = (REGISTRIES
        .into_iter()
        .find(|known| looks_like(readable, known)))
    .or_else(|| {
        DOCKER_DOMAINS
            .iter()
            .any(|name| claims(readable, name))
            .then_some("docker.io")
    });
    let shown = match &unicode {
        Some(unicode) => format!("{host} (`{unicode}`)"),
        None => host.to_owned(),
    };
    match known {
        Some(known) => {
            let name = format!("{known}/{}", context.image.path());
            let tag = context
                .tag()
                .map(|tag| format!(":{tag}"))
                .unwrap_or_default();
            Some(LookAlike {
                description: format!("is on {shown}, which looks like {known} but isn't"),
                original: ImageRef::parse(&format!("{name}{tag}")).ok(),
            })
        }
        None if host.split('.').any(|label| label.starts_with("xn--")) => Some(LookAlike {
            description: format!(
                "is on {shown}, a host whose non-ASCII letters can look like those of another host"
            ),
            original: None,
        }),
        None => None,
    }
}

fn is_owned(host: &str) -> bool {
    OWNERS.iter().any(|owner| {
        host.strip_suffix(owner)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Whether only a private network knows the host.
fn is_private(domain: &str) -> bool {
    let (host, port) = domain.split_once(':').unwrap_or((domain, ""));
    let last = host.rsplit('.').next().unwrap_or_default();
    !port.is_empty()
        || !host.contains('.')
        || domain.starts_with('[')
        || PRIVATE.contains(&last)
        || last.bytes().all(|b| b.is_ascii_digit())
}

fn looks_like(host: &str, known: &str) -> bool {
    claims(host, known) || is_typo(skeleton(host).as_bytes(), skeleton(known).as_bytes())
}

/// Whether a reader sees the known name in the host: alone, with more labels after it, or with another end.
fn claims(host: &str, known: &str) -> bool {
    let (host_skeleton, known_skeleton) = (skeleton(host), skeleton(known));
    let after = host_skeleton.strip_prefix(&known_skeleton);
    // `docker.com` and `ghcr.dev`, but not `docker.example.com`.
    let has_other_end = match (host.split_once('.'), known.split_once('.')) {
        (Some((name, end)), Some((known_name, "io"))) => {
            skeleton(name) == skeleton(known_name) && !end.contains('.')
        }
        _ => false,
    };
    after.is_some_and(|after| after.is_empty() || after.starts_with('.')) || has_other_end
}

/// Whether one typing error separates the names: any in a long name; in a short one, two swapped letters or a doubled
/// letter, because short names differ by one letter too often.
fn is_typo(name: &[u8], known: &[u8]) -> bool {
    if edits_up_to_two(name, known) != Some(1) {
        return false;
    }
    if known.len() >= 9 || name.len() == known.len() && sorted(name) == sorted(known) {
        return true;
    }
    let (long, short) = if name.len() > known.len() {
        (name, known)
    } else {
        (known, name)
    };
    let at = long.iter().zip(short).take_while(|(a, b)| a == b).count();
    long.len() > short.len() && at > 0 && long[at - 1] == long[at]
}

fn sorted(text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    text.sort_unstable();
    text
}

/// Finds an official image's name in a namespace that claims to be Docker's library.
fn look_alike_namespace(context: &RuleContext<'_>) -> Option<LookAlike> {
    let (domain, path) = context.name.split_once('/')?;
    let (namespace, last) = path.rsplit_once('/')?;
    catalog::image(last)?;
    let is_under = |prefix: &str| {
        context.name.strip_prefix(prefix).is_some_and(|after| {
            after.is_empty() || after.starts_with('/') || prefix.ends_with('/')
        })
    };
    let is_mirror = context.listing.iter().any(|layer| {
        let mut mirrors = layer.index.policy.mirrors.iter();
        mirrors.any(|mirror| is_under(&mirror.prefix))
    });
    if !PUBLIC.contains(&domain) || is_mirror || is_under(DOCKER_MIRROR) {
        return None;
    }
    let library = skeleton("library");
    let claimed = namespace.split('/').find(|part| match domain {
        "docker.io" => {
            let part = skeleton(part);
            edits_up_to_two(&part, &library).is_some_and(|edits| edits <= 1)
                || CLAIMS.iter().any(|claim| skeleton(claim) == part)
        }
        _ => *part == "library" || REGISTRIES.contains(part),
    })?;
    Some(LookAlike {
        description: format!(
            "is not an official image, but `{claimed}` in its name makes it look like one"
        ),
        original: None,
    })
}

#[cfg(test)]
mod tests;
