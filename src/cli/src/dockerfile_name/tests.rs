use super::*;

#[test]
fn sensible_names_are_dockerfiles() {
    for name in [
        "Dockerfile",
        "dockerfile",
        "Containerfile",
        "api.Dockerfile",
        "Dockerfile.dev",
        "Dockerfile-prod",
        "Dockerfile_x86",
        "Dockerfile.go",
        "Dockerfile.20.04",
        "a.containerfile",
    ] {
        assert!(is_dockerfile(name), "{name}");
    }
    for name in [
        "Dockerfile.dockerignore",
        "Dockerfiles",
        "MyDockerfile",
        "docker-compose.yml",
        "Dockerfile.bak~",
    ] {
        assert!(
            !is_dockerfile(name) && !is_template_or_source(name),
            "{name}"
        );
    }
    for name in [
        "dockerfile.go",
        "dockerfile-parser_test.go",
        "Dockerfile.5.md",
        "Dockerfile.j2",
        "Dockerfile.erb",
        "Dockerfile.prod.tmpl",
        "Dockerfile.template",
        "dockerfile.json",
    ] {
        assert!(
            !is_dockerfile(name) && is_template_or_source(name),
            "{name}"
        );
    }
}

/// The pattern of a key in `.pre-commit-hooks.yaml`: a text in quotes, or the lines below the key.
fn hook_pattern(key: &str) -> regex::Regex {
    let text = include_str!("../../../../.pre-commit-hooks.yaml");
    let (_, value) = text.split_once(&format!("  {key}: ")).unwrap();
    let pattern = match value.split_once('\n').unwrap() {
        ("|", block) => {
            let lines = block.lines().take_while(|line| line.starts_with("    "));
            lines.collect::<Vec<_>>().join("\n")
        }
        (line, _) => line.trim_matches('\'').to_owned(),
    };
    regex::Regex::new(pattern.trim_start()).unwrap()
}

#[test]
fn the_pre_commit_hook_checks_the_same_files() {
    let (files, exclude) = (hook_pattern("files"), hook_pattern("exclude"));
    let endings = [OTHER_ENDINGS, SOURCE_ENDINGS].concat();
    let mut names: Vec<String> = endings
        .iter()
        .flat_map(|ending| {
            ["Dockerfile", "dockerfile-a", "a.Containerfile"].map(|name| format!("{name}.{ending}"))
        })
        .collect();
    names.extend(
        [
            "Dockerfile",
            "containerfile",
            "Dockerfile.dev",
            "Dockerfile-NAME",
            "Dockerfile_x86",
            "Dockerfile.J2",
            "dockerfile.20.04",
            "api.Dockerfile",
            ".Dockerfile",
            "a.containerfile",
            "Dockerfile.dockerignore",
            "Dockerfile.dev~",
            "Dockerfiles",
            "MyDockerfile",
            "docker-compose.yml",
        ]
        .map(str::to_owned),
    );
    for name in names {
        for path in [
            name.clone(),
            format!("a/{name}"),
            format!("Dockerfile.d/b/{name}"),
        ] {
            let is_passed = files.is_match(&path) && !exclude.is_match(&path);
            assert_eq!(is_passed, is_dockerfile(&name), "{path}");
        }
    }
}
