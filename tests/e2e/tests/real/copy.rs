//! `COPY`: from where, to where, and with which flags.

use fromtier_e2e::{Build, same};

fn tree(dockerfile: &str) -> Build {
    Build::new(dockerfile)
        .file("a.txt", "a")
        .file("b.txt", "b")
        .file("c.md", "c")
        .file("dir/one", "1")
        .file("dir/deep/two", "2")
        .file_with_mode("run.sh", "#!/bin/sh\n", 0o755)
}

#[test]
fn files_folders_and_wildcards_from_the_context() {
    let image = same(&tree(
        "FROM scratch\nCOPY a.txt /x\nCOPY a.txt b.txt /both/\nCOPY *.txt /glob/\nCOPY dir /dir\nCOPY run.sh /\nCOPY [\"a.txt\", \"/with space/\"]\n",
    ));
    assert_eq!(image.text("/x"), "a");
    assert_eq!(image.text("/both/b.txt"), "b");
    assert!(image.has("/glob/a.txt") && !image.has("/glob/c.md"));
    assert_eq!(image.text("/dir/deep/two"), "2");
    assert_eq!(image.entry("/run.sh").mode, 0o755);
    assert!(image.has("/with space/a.txt"));
}

#[test]
fn a_relative_destination_is_below_the_working_folder() {
    let image = same(&tree(
        "FROM busybox\nWORKDIR /app\nCOPY a.txt .\nCOPY dir ./sub/\n",
    ));
    assert!(image.has("/app/a.txt") && image.has("/app/sub/one"));
}

#[test]
fn from_a_stage_by_name_and_by_number_and_from_an_image() {
    let image = same(&tree(
        "FROM busybox AS first\nRUN echo made > /made\nFROM scratch AS second\nCOPY a.txt /\nFROM scratch\nCOPY --from=first /made /\nCOPY --from=1 /a.txt /\nCOPY --from=alpine:latest /etc/alpine-release /\n",
    ));
    assert_eq!(image.text("/made"), "made\n");
    assert_eq!(image.text("/a.txt"), "a");
    assert_eq!(image.text("/alpine-release"), "3.23.0\n");
}

#[test]
fn chown_takes_names_and_numbers() {
    let image = same(&tree(
        "FROM node:22-alpine\nCOPY --chown=node:node a.txt /name\nCOPY --chown=1234 a.txt /number\nCOPY --chown=0:4321 dir /dir\n",
    ));
    assert_eq!(image.entry("/name").owner, (1000, 1000));
    assert_eq!(image.entry("/number").owner, (1234, 1234));
    assert_eq!(image.entry("/dir/deep/two").owner, (0, 4321));
}

#[test]
fn chmod_takes_octal_and_symbols() {
    let image = same(&tree(
        "FROM busybox\nARG MODE=640\nCOPY --chmod=0751 a.txt /octal\nCOPY --chmod=$MODE a.txt /variable\nCOPY --chmod=u=rwX,go=rX dir /dir\n",
    ));
    assert_eq!(image.entry("/octal").mode, 0o751);
    assert_eq!(image.entry("/variable").mode, 0o640);
    assert_eq!(image.entry("/dir/one").mode, 0o644);
}

#[test]
fn link_makes_a_layer_of_its_own() {
    let image = same(&tree(
        "FROM busybox\nCOPY --link a.txt /linked/\nCOPY --link=true --chown=7 dir /linked/dir\n",
    ));
    assert_eq!(image.text("/linked/a.txt"), "a");
    assert_eq!(image.entry("/linked/dir/one").owner, (7, 7));
}

#[test]
fn parents_keeps_the_path() {
    let image = same(&tree(
        "FROM scratch\nCOPY --parents dir/deep/two /keep/\nCOPY --parents ./dir/./deep/two /pivot/\nCOPY --parents dir/**/two /all/\n",
    ));
    assert!(image.has("/keep/dir/deep/two"));
    assert!(image.has("/pivot/deep/two"));
    assert!(image.has("/all/dir/deep/two"));
}

#[test]
fn exclude_leaves_out() {
    let image = same(&tree(
        "FROM scratch\nCOPY --exclude=*.md --exclude=dir/deep . /\nCOPY --exclude=**/two dir /dir2\n",
    ));
    assert!(image.has("/a.txt") && image.has("/dir/one"));
    assert!(!image.has("/c.md") && !image.has("/dir/deep"));
    assert!(image.has("/dir2/one") && !image.has("/dir2/deep/two"));
}

#[test]
fn heredocs_are_files() {
    let image = same(&Build::new(
        "FROM busybox\nARG WHO=world\nCOPY <<EOF <<\"RAW\" /dir/\nhello $WHO\nEOF\nas is: $WHO\nRAW\nCOPY --chmod=755 <<-EOF /script\n\t#!/bin/sh\n\techo tabs gone\nEOF\nRUN /script > /said\n",
    ));
    assert_eq!(image.text("/dir/EOF"), "hello world\n");
    assert_eq!(image.text("/dir/RAW"), "as is: $WHO\n");
    assert_eq!(image.text("/said"), "tabs gone\n");
}

#[test]
fn links_are_followed_or_kept_as_they_are() {
    let image = same(&tree("FROM busybox\nCOPY link /file\nCOPY . /all/\n").link("link", "a.txt"));
    assert_eq!(image.text("/file"), "a");
    assert_eq!(image.entry("/all/link").kind, '2');
}
