//! `ADD`: files, archives and URLs.

use fromtier_e2e::{Build, same, serve};
use xtask::layer::{Layer, Node, digest};

fn archive() -> Vec<u8> {
    let mut layer = Layer::default();
    layer.put("/in/archive", 0o640, (3, 4), Node::File(b"packed".to_vec()));
    layer.pack(6).unwrap().blob.bytes
}

#[test]
fn an_archive_is_unpacked_and_a_file_is_not() {
    let image = same(
        &Build::new(
            "FROM scratch\nADD a.tar.gz /out/\nADD --unpack=false a.tar.gz /packed/\nADD plain /out/plain\nADD --chown=5:6 --chmod=600 plain /owned\n",
        )
        .file("a.tar.gz", archive())
        .file("plain", "plain"),
    );
    let unpacked = image.entry("/out/in/archive");
    assert_eq!(
        (unpacked.text().as_str(), unpacked.owner),
        ("packed", (3, 4))
    );
    assert!(image.has("/packed/a.tar.gz"));
    let owned = image.entry("/owned");
    assert_eq!((owned.owner, owned.mode), ((5, 6), 0o600));
}

#[test]
fn a_url_is_fetched() {
    let server = serve(&[("file.txt", b"served"), ("a.tar.gz", &archive())]);
    let sum = digest(b"served");
    let image = same(&Build::new(&format!(
        "FROM scratch\nADD {0} /got/\nADD --checksum={sum} --chmod=0755 {0} /checked\nADD --link {0} /linked\nADD {1} /kept/\nADD --unpack=true {1} /unpacked/\n",
        server.url("file.txt"),
        server.url("a.tar.gz"),
    )));
    assert_eq!(image.text("/got/file.txt"), "served");
    assert_eq!(image.entry("/got/file.txt").mode, 0o600);
    assert_eq!(image.entry("/checked").mode, 0o755);
    assert!(image.has("/linked"));
    assert!(image.has("/kept/a.tar.gz"));
    assert_eq!(image.text("/unpacked/in/archive"), "packed");
}

#[test]
fn heredocs_and_exclusions_work_as_with_copy() {
    let image = same(
        &Build::new("FROM scratch\nADD <<EOF /file\ntext\nEOF\nADD --exclude=*.md dir /dir/\n")
            .file("dir/a.md", "a")
            .file("dir/b", "b"),
    );
    assert_eq!(image.text("/file"), "text\n");
    assert!(image.has("/dir/b") && !image.has("/dir/a.md"));
}
