//! Generates Dockerfiles.

mod around;
mod words;

use words::{IMAGES, KEYS, NAMES, PATHS, VALUES, WORDS};

/// A random number generator whose numbers are the same everywhere (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// One generated case as its text.
pub fn case(dice: &mut Dice) -> String {
    let mut head = String::new();
    for _ in 0..dice.below(3) {
        head.push_str(&format!("option {}\n", option(dice)));
    }
    head.push_str(&around::directives(dice));
    let mut file = String::new();
    if dice.one_in(30) {
        file.push_str("# syntax=docker/dockerfile:1\n");
    }
    if dice.one_in(12) {
        file.push_str("# escape=`\n");
        if dice.one_in(2) {
            head.push_str("option platform=windows/amd64\n");
        }
    }
    if dice.one_in(8) {
        file.push_str("# check=experimental=all\n");
    }
    for _ in 0..dice.below(3) {
        file.push_str(&format!(
            "ARG {}={}\n",
            dice.pick(&["A", "B", "BASE"]),
            dice.pick(VALUES)
        ));
    }
    let mut stages: Vec<&str> = Vec::new();
    for _ in 0..1 + dice.below(4) {
        file.push_str(&stage(dice, &mut stages));
    }
    let mut text = format!("# Made by chance.\n{head}-- Dockerfile --\n{file}");
    text.push_str(&around::images(dice, &stages));
    if dice.one_in(5) {
        text.push_str("-- context:.dockerignore --\n*.txt\n!a\nb\n/usr\n");
    }
    text
}

/// An option of the frontend, as `NAME=VALUE`.
fn option(dice: &mut Dice) -> String {
    match dice.below(13) {
        0 => "platform=linux/arm64".to_owned(),
        1 => "platform=linux/amd64,linux/arm/v7".to_owned(),
        2 if dice.one_in(3) => format!("target={}", dice.pick(NAMES)),
        3 => "no-cache=".to_owned(),
        4 => format!(
            "label:{}={}",
            dice.pick(KEYS),
            dice.pick(&["1", "two words", ""])
        ),
        5 => "build-arg:SOURCE_DATE_EPOCH=1234567890".to_owned(),
        6 => format!("context:{}=docker-image://busybox", dice.pick(NAMES)),
        7 => "context:ctx=local:ctx".to_owned(),
        8 => format!(
            "build-arg:BUILDKIT_GIT_ADVICE={}",
            dice.pick(&["1", "true", "0", "", "x"])
        ),
        _ => format!(
            "build-arg:{}={}",
            dice.pick(&["A", "B", "C", "VERSION"]),
            dice.pick(&["given", "", "x/y.z", "a b"])
        ),
    }
}

/// A stage with its instructions; its name, if it has one, is added to those before it.
fn stage(dice: &mut Dice, stages: &mut Vec<&str>) -> String {
    let base = if !stages.is_empty() && dice.one_in(3) {
        // In lower case: two bad references are refused at the same time, and which one is reported is a race.
        &*stages[dice.below(stages.len())].to_lowercase()
    } else if dice.one_in(25) {
        dice.pick(&[
            "$BASE",
            "${BASE:-alpine}",
            "alpine:${A}",
            "${B}busybox",
            "nosuch/image",
        ])
    } else {
        dice.pick(IMAGES)
    };
    let platform = match dice.below(12) {
        0 => "--platform=$BUILDPLATFORM ",
        1 => "--platform=linux/arm64 ",
        2 => "--platform=$TARGETPLATFORM ",
        _ => "",
    };
    let mut text = format!("FROM {platform}{base}");
    if dice.one_in(2) {
        let name = dice.pick(NAMES);
        text.push_str(&format!(" {} {name}", dice.pick(&["AS", "AS", "AS", "as"])));
        stages.push(name);
    }
    text.push('\n');
    for _ in 0..dice.below(7) {
        text.push_str(&instruction(dice, stages));
        text.push('\n');
    }
    text
}

fn words(dice: &mut Dice, from: &[&str], least: usize, most: usize) -> String {
    let count = least + dice.below(most - least + 1);
    (0..count)
        .map(|_| dice.pick(from))
        .collect::<Vec<_>>()
        .join(dice.pick(&[" ", " ", " ", "  ", "\t"]))
}

fn array(dice: &mut Dice, usual: usize) -> String {
    let least = if dice.one_in(20) { 0 } else { usual };
    let count = least + dice.below(3);
    let items: Vec<_> = (0..count)
        .map(|_| {
            format!(
                "\"{}\"",
                dice.pick(&["a", "b c", "$A", "/d/", "\\\\", "\\\"", "é"])
            )
        })
        .collect();
    format!("[{}]", items.join(dice.pick(&[", ", ",", " , "])))
}

fn pairs(dice: &mut Dice) -> String {
    let count = 1 + dice.below(3);
    (0..count)
        .map(|_| format!("{}={}", dice.pick(KEYS), dice.pick(VALUES)))
        .collect::<Vec<_>>()
        .join(dice.pick(&[" ", " ", " \\\n  "]))
}

fn instruction(dice: &mut Dice, stages: &[&str]) -> String {
    match dice.below(24) {
        0..4 => run(dice, stages),
        4..8 => copy(dice, stages),
        8 => add(dice),
        9 | 10 if dice.one_in(6) => format!("ENV {} {}", dice.pick(KEYS), words(dice, WORDS, 1, 3)),
        9 | 10 => format!("ENV {}", pairs(dice)),
        11 | 12 => arg(dice),
        13 => format!("LABEL {}", pairs(dice)),
        14 | 15 => format!("WORKDIR {}", dice.pick(PATHS)),
        16 => format!(
            "USER {}",
            dice.pick(&["root", "1000", "a:b", "$A", "0:0", "${B:-x}:1"])
        ),
        17 => format!(
            "EXPOSE {}",
            words(
                dice,
                &[
                    "80", "443/tcp", "53/udp", "1-3", "$A", "80/TCP", "8080:80", "${C:-9}"
                ],
                1,
                3
            )
        ),
        18 => format!(
            "VOLUME {}",
            if dice.one_in(2) {
                array(dice, 2)
            } else {
                words(dice, PATHS, 1, 2)
            }
        ),
        19 => {
            let word = dice.pick(&["CMD", "ENTRYPOINT", "SHELL"]);
            let exec = word == "SHELL" || dice.one_in(2);
            format!(
                "{word} {}",
                if exec {
                    array(dice, 2)
                } else {
                    words(dice, WORDS, 1, 3)
                }
            )
        }
        20 => healthcheck(dice),
        21 => format!(
            "STOPSIGNAL {}",
            dice.pick(&["SIGTERM", "9", "KILL", "$A", "SIGRTMIN+3"])
        ),
        22 => {
            let inner = instruction(dice, stages);
            format!("ONBUILD {inner}")
        }
        _ => dice
            .pick(&[
                "# a comment",
                "",
                "MAINTAINER me <me@example.com>",
                "run lower",
                "  RUN indented",
                "\tEXPOSE 1",
            ])
            .to_owned(),
    }
}

fn arg(dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => format!("ARG {}", dice.pick(KEYS)),
        1 => format!("ARG {}={}", dice.pick(KEYS), dice.pick(VALUES)),
        _ => format!(
            "ARG {} {}={}",
            dice.pick(KEYS),
            dice.pick(KEYS),
            dice.pick(VALUES)
        ),
    }
}

fn healthcheck(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => "HEALTHCHECK NONE".to_owned(),
        1 => format!("HEALTHCHECK CMD {}", array(dice, 1)),
        _ => format!(
            "HEALTHCHECK --interval={} --retries={} CMD {}",
            dice.pick(&["5s", "1m30s", "0", "1h", "100ms", "1h1s"]),
            dice.pick(&["1", "0", "3"]),
            words(dice, WORDS, 1, 2)
        ),
    }
}

fn run(dice: &mut Dice, stages: &[&str]) -> String {
    let mut out = "RUN ".to_owned();
    for _ in 0..dice.below(2) + dice.below(2) {
        let mount = match dice.below(10) {
            0 => format!(
                "type=cache,target={}",
                dice.pick(&["/c", "rel", "$A", "/c/"])
            ),
            1 => format!(
                "type=cache,target=/k,id={},sharing={}",
                dice.pick(&["i", "$A"]),
                dice.pick(&["shared", "locked", "private"])
            ),
            2 => format!("target={}", dice.pick(&["/m", ".", "$B"])),
            3 => format!("from={},target=/f", stages.last().unwrap_or(&"busybox")),
            4 => format!(
                "type=bind,source={},target=/s,rw",
                dice.pick(&["a", "/a", "$A"])
            ),
            5 => "type=secret,id=s,env=S".to_owned(),
            6 => "type=secret,id=s,target=/run/x,mode=0400,required=true".to_owned(),
            7 => "type=ssh".to_owned(),
            8 => format!(
                "type=secret,id=s,target={}",
                dice.pick(&["C:\\s", "D:/s", "s", "$A"])
            ),
            _ => "type=tmpfs,target=/t,size=10m".to_owned(),
        };
        out.push_str(&format!("--mount={mount} "));
    }
    if dice.one_in(8) {
        out.push_str(dice.pick(&["--network=none ", "--network=host ", "--security=insecure "]));
    }
    match dice.below(8) {
        0 => out.push_str(&array(dice, 1)),
        1 => out.push_str("<<EOF\necho $A\n  two \\\n three\nEOF"),
        2 => out.push_str("<<-'E' cat && echo $B\n\ttext\n\tE"),
        3 => out.push_str(&format!(
            "{} \\\n# comment\n  {}",
            words(dice, WORDS, 1, 3),
            words(dice, WORDS, 1, 3)
        )),
        _ => out.push_str(&words(dice, WORDS, 1, 5)),
    }
    out
}

fn copy(dice: &mut Dice, stages: &[&str]) -> String {
    let mut out = "COPY ".to_owned();
    if dice.one_in(4) {
        let from = if stages.is_empty() || dice.one_in(3) {
            dice.pick(&["busybox", "0", "debian:bookworm", "nginx:1.27", "alpine"])
        } else {
            stages[dice.below(stages.len())]
        };
        out.push_str(&format!("--from={from} "));
    }
    for choice in [
        &["--link ", "--link=false "][..],
        &["--chown=1:2 ", "--chown=app ", "--chown=$A ", "--chown=5: "],
        &["--chmod=755 ", "--chmod=u+x ", "--chmod=$B "],
        &["--parents "],
        &["--exclude=*.md ", "--exclude=a --exclude=b/* "],
    ] {
        if dice.one_in(5) {
            out.push_str(dice.pick(choice));
        }
    }
    match dice.below(8) {
        0 => out.push_str(&array(dice, 2)),
        1 => out.push_str(&format!("<<EOF {}\n$A text\nEOF", dice.pick(PATHS))),
        2 => out.push_str(&format!(
            "<<\"one\" <<two {}\n$A\none\n$B\ntwo",
            dice.pick(PATHS)
        )),
        _ => out.push_str(&words(dice, PATHS, 2, 4)),
    }
    out
}

fn add(dice: &mut Dice) -> String {
    let mut out = "ADD ".to_owned();
    for _ in 0..dice.below(2) {
        out.push_str(dice.pick(&[
            "--link ",
            "--chmod=600 ",
            "--chown=3 ",
            "--unpack ",
            "--unpack=false ",
            "--keep-git-dir ",
        ]));
    }
    let source = dice.pick(&[
        "https://example.com/f.tar.gz",
        "https://example.com/$A/f?x=1",
        "https://github.com/o/r.git",
        "https://github.com/o/r.git#v1:sub",
        "git@github.com:o/r.git",
        "a.tar",
        "dir",
        "$B",
    ]);
    out.push_str(&format!("{source} {}", dice.pick(PATHS)));
    out
}

#[cfg(test)]
mod tests {
    use fromtier_buildkit_double::Case;

    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_case_and_every_case_can_be_read() {
        assert_eq!(case(&mut Dice::new(7)), case(&mut Dice::new(7)));
        for seed in 0..500 {
            let text = case(&mut Dice::new(seed));
            Case::parse("generated", &text).unwrap();
        }
    }
}
