//! A helper of the project's scripts: makes images without Docker, and checks how the source is laid out.
#![expect(clippy::print_stdout, reason = "its results go to standard output")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::{bundle, frontend, layout, oci, registry, standins};

const HELP: &str = "\
xtask: does what the project's scripts need a program for

  xtask frontend-image --binary FILE --out FILE.oci.tar [--path /bin/NAME] [--policy FILE] [--lock FILE]
                       [--caps a,b] [--platform linux/amd64]
      Packs a frontend image for scratch: the binary, and a policy and a lock below /etc/fromtier.
  xtask stand-ins --images FOLDER --busybox FILE --registry FOLDER
      Makes the stand-in images that FOLDER describes and stores them in a registry's folder.
  xtask store --archive FILE.oci.tar --registry FOLDER --name REPOSITORY:TAG
      Stores the image of an OCI archive in a registry's folder.
  xtask bundle --archive FILE.oci.tar --out FOLDER
      Unpacks an image into a bundle that runc runs.
  xtask layout --root FOLDER
      Checks sizes of files and functions, the order of crates and imports, circles of files, and type names.
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> io::Result<()> {
    let Some((command, rest)) = args.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    let mut options = Options::parse(rest)?;
    match command.as_str() {
        "frontend-image" => {
            let out = options.path("out")?;
            let image = frontend::image(&frontend::Parts {
                binary: options.path("binary")?,
                at: options.text_or("path", "/bin/fromtier-frontend"),
                policy: options.take("policy").map(PathBuf::from),
                lock: options.take("lock").map(PathBuf::from),
                caps: options.text_or("caps", frontend::CAPS),
                platform: options.text_or("platform", "linux/amd64"),
            })?;
            options.finish()?;
            image.write_archive(&out)?;
            let layers: usize = image.blobs.values().map(Vec::len).sum();
            println!("{} ({} KiB)", out.display(), layers.div_ceil(1024));
        }
        "stand-ins" => {
            let (folder, busybox) = (options.path("images")?, options.path("busybox")?);
            let registry = registry::Registry::new(&options.path("registry")?);
            options.finish()?;
            for tag in standins::make(&folder, &busybox, &registry)? {
                println!("{tag}");
            }
        }
        "store" => {
            let image = oci::Image::read_archive(&options.path("archive")?)?;
            let registry = registry::Registry::new(&options.path("registry")?);
            let name = options.text("name")?;
            options.finish()?;
            registry.put(&image, &name)?;
        }
        "bundle" => {
            let image = oci::Image::read_archive(&options.path("archive")?)?;
            let out = options.path("out")?;
            options.finish()?;
            bundle::write(&image, &out)?;
        }
        "layout" => {
            let root = options.path("root")?;
            options.finish()?;
            let violations = layout::check(&root)?;
            for violation in &violations {
                println!("{violation}");
            }
            if !violations.is_empty() {
                let number = violations.len();
                return Err(io::Error::other(format!(
                    "{number} violations of the layout"
                )));
            }
        }
        "help" | "--help" | "-h" => print!("{HELP}"),
        other => {
            return Err(io::Error::other(format!(
                "no such command: {other}; see xtask --help"
            )));
        }
    }
    Ok(())
}

/// `--name value` pairs.
struct Options(BTreeMap<String, String>);

impl Options {
    fn parse(args: &[String]) -> io::Result<Self> {
        let mut options = BTreeMap::new();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let name = arg
                .strip_prefix("--")
                .ok_or_else(|| io::Error::other(format!("{arg}: expected an option")))?;
            let value = args
                .next()
                .ok_or_else(|| io::Error::other(format!("--{name} needs a value")))?;
            options.insert(name.to_owned(), value.clone());
        }
        Ok(Self(options))
    }

    /// An option that may be left out; an empty value counts as left out.
    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name).filter(|value| !value.is_empty())
    }

    fn text(&mut self, name: &str) -> io::Result<String> {
        self.take(name)
            .ok_or_else(|| io::Error::other(format!("--{name} is required")))
    }

    fn text_or(&mut self, name: &str, otherwise: &str) -> String {
        self.take(name).unwrap_or_else(|| otherwise.to_owned())
    }

    fn path(&mut self, name: &str) -> io::Result<PathBuf> {
        self.text(name).map(|text| Path::new(&text).to_path_buf())
    }

    fn finish(self) -> io::Result<()> {
        match self.0.keys().next() {
            Some(name) => Err(io::Error::other(format!("no such option: --{name}"))),
            None => Ok(()),
        }
    }
}
