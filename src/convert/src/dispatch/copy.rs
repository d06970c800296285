//! `COPY`: copies files of the context, of a stage, or of an image. Also has the code that `ADD` shares with it.

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::git_url::{GitRef, is_http_source};
use fromtier_dockerfile::ignore::Matcher;
use fromtier_dockerfile::instructions::{Common, Copy, SourcesAndDest};
use fromtier_dockerfile::lint::rules;
use fromtier_dockerfile::shell::Lex;
use fromtier_gostd::path;
use fromtier_gostd::strconv::quote;
use fromtier_image::Digest;
use fromtier_llb::caps::MERGE_OP;
use fromtier_llb::{Constraints, CopyInfo, FileAction, GitOptions, MakeInfo, Mode, Owner, State};
use fromtier_policy::gate::{SourceRequest, Via};

use super::{Dispatch, StageId};
use crate::base::images::Place;
use crate::chmod;
use crate::context::remote;
use crate::history::Layer;
use crate::meta;
use crate::name;
use crate::paths;
use crate::plan;
use crate::stage::Stage;
use crate::vars::StateVars;

/// A `COPY` or `ADD` with its variables expanded.
pub(super) struct CopyJob<'j> {
    pub files: SourcesAndDest,
    pub exclude: Vec<String>,
    pub source: State,
    pub is_add: bool,
    pub common: Common,
    pub chown: String,
    pub chmod: String,
    pub link: bool,
    pub keep_git_dir: Option<bool>,
    pub checksum: String,
    pub parents: bool,
    /// The ignore file of the main context, if the files are copied from there.
    pub ignore: Option<&'j Matcher>,
    pub unpack: Option<bool>,
}

impl CopyJob<'_> {
    /// The place in the build that requests a source.
    fn place<'a>(&'a self, stage: &'a Stage) -> Place<'a> {
        Place {
            via: Via::Add,
            scope: stage.scope(),
            location: &self.common.location,
        }
    }
}

/// One source of a copy: where it is, its path, and how it is copied.
type Source = (State, String, CopyInfo);

impl Dispatch<'_> {
    pub(super) fn copy(
        &mut self,
        stage: &mut Stage,
        copy: Copy,
        from: Option<StageId>,
    ) -> Result<()> {
        let common = &copy.common;
        let chown = self.expand_word(&copy.chown, stage, common)?;
        let chmod = self.expand_word(&copy.chmod, stage, common)?;
        let files = self.expand_files(copy.files, stage, common)?;
        let source = match from {
            None => self.context.clone(),
            Some(id) => self
                .built(stage, id)
                .ok_or_else(|| plan::copies_later_stage(&copy.from, &stage.plan.display_name))?,
        };
        let used = files.sources.clone();
        self.copy_files(
            stage,
            CopyJob {
                files,
                exclude: copy.exclude,
                source,
                is_add: false,
                common: copy.common,
                chown,
                chmod,
                link: copy.link,
                keep_git_dir: None,
                checksum: String::new(),
                parents: copy.parents,
                ignore: self.ignore.filter(|_| from.is_none()),
                unpack: None,
            },
        )?;
        let paths = match from {
            None => &mut stage.built.context_paths,
            Some(id) => self.paths_of(stage, id),
        };
        used.iter().for_each(|path| paths.mark(path));
        Ok(())
    }

    /// Expands the variables in sources, destination, and heredocs.
    pub(super) fn expand_files(
        &self,
        files: SourcesAndDest,
        stage: &Stage,
        common: &Common,
    ) -> Result<SourcesAndDest> {
        let sources = self.expand_words(files.sources, stage, common)?;
        let dest = self.expand_word(&files.dest, stage, common)?;
        let mut contents = files.contents;
        let raw = Lex {
            skip_process_quotes: true,
            ..Lex::new('\\')
        };
        for content in contents.iter_mut().filter(|c| c.expand) {
            content.data = self.expand(&raw, &content.data, stage, common)?;
            content.raw = None;
        }
        Ok(SourcesAndDest {
            dest,
            sources,
            contents,
        })
    }

    pub(super) fn copy_files(&mut self, stage: &mut Stage, mut job: CopyJob<'_>) -> Result<()> {
        let dest = destination(stage, &job.files.dest)?;
        let info = copy_info(&job)?;
        check_checksum(&job)?;
        let mut message = String::from(if job.is_add { "ADD" } else { "COPY" });
        if job.parents {
            message.push_str(" --parents");
        }
        for (flag, value) in [("chown", &job.chown), ("chmod", &job.chmod)] {
            if !value.is_empty() {
                message.push_str(&format!(" --{flag}={value}"));
            }
        }
        let text = name::instruction(&self.lex, &job.common.code, &StateVars(&stage.built.state));
        let platform = stage.platform.clone();
        let step = self.step(stage, &text, platform.as_ref());

        let mut action = FileAction::new();
        for source in std::mem::take(&mut job.files.sources) {
            message.push(' ');
            message.push_str(&source);
            self.ask_root(stage, &source, &dest, &job)?;
            let (state, path, info) = match GitRef::parse(&source) {
                Err(e) if e.is_git => return Err(e.error),
                Ok(git) if !git.indistinguishable_from_local => {
                    self.git_source(stage, git, &mut job, &step, &info)?
                }
                _ if is_http_source(&source) => {
                    self.http_source(stage, &source, &job, &step, &info)?
                }
                _ => self.local_source(stage, &source, &job, &info)?,
            };
            action = action.copy(&state, &path, &dest, info);
        }
        for content in &job.files.contents {
            message.push_str(" <<");
            message.push_str(&content.path);
            let file = paths::strip_drive(&content.path, stage.os(), false)
                .map_err(|e| e.wrap("removing drive letter"))?;
            let data = content.bytes().to_vec();
            let mkfile = FileAction::new().mkfile(&file, 0o644, data, MakeInfo::default());
            let meta = meta::internal("preparing inline document");
            let made = self.graph.file(&State::scratch(), mkfile, meta);
            let path = paths::to_slash(&file, stage.os()).into_owned();
            action = action.copy(&made, &path, &dest, info.clone());
        }
        message.push(' ');
        message.push_str(&job.files.dest);

        let is_linked =
            job.link && job.chmod.is_empty() && self.options.caps.supports(MERGE_OP).is_ok();
        stage.built.state = if is_linked {
            let shown = platform.filter(|_| self.options.multi_platform);
            let state = stage.built.state.clone();
            let link = stage.this_step(&format!("LINK {text}"), shown.as_ref(), &StateVars(&state));
            self.link_files(stage, action, &job, &step, &link)
        } else {
            let meta = self.step_meta(stage, &job, &step);
            self.graph.file(&stage.built.state, action, meta)
        };
        stage.commit(message, Layer::Built, self.epoch);
        Ok(())
    }

    /// Puts the files of `action` over the stage. They don't depend on the files below them, so they are an operation
    /// of their own, which is merged.
    fn link_files(
        &mut self,
        stage: &Stage,
        action: FileAction,
        job: &CopyJob<'_>,
        step: &str,
        link: &str,
    ) -> State {
        let group = group_id(step, &job.common.location);
        let meta = self.step_meta(stage, job, step);
        let files = meta.clone().progress_group(&group, step, true);
        let made = self.graph.file(&State::scratch(), action, files);
        let merge = meta.progress_group(&group, step, false).custom_name(link);
        let state = stage.built.state.clone();
        let merged = self.graph.merge(&[state.clone(), made], merge);
        state.with_output(self.graph, merged.output())
    }

    fn step_meta(&self, stage: &Stage, job: &CopyJob<'_>, step: &str) -> Constraints {
        let meta = self.meta(step, &job.common.location);
        if stage.plan.ignore_cache {
            meta.ignore_cache()
        } else {
            meta
        }
    }

    fn git_source(
        &mut self,
        stage: &Stage,
        git: GitRef,
        job: &mut CopyJob<'_>,
        step: &str,
        info: &CopyInfo,
    ) -> Result<Source> {
        if !job.is_add {
            return Err(Error::new("source can't be a git ref for COPY"));
        }
        if let (Some(flag), Some(query)) = (job.keep_git_dir, git.keep_git_dir)
            && flag != query
        {
            return Err(Error::new("inconsistent keep-git-dir configuration"));
        }
        // Some options of one source also apply to those after it.
        job.keep_git_dir = git.keep_git_dir.or(job.keep_git_dir);
        if !job.checksum.is_empty() && !git.checksum.is_empty() && job.checksum != git.checksum {
            return Err(Error::new(format!(
                "checksum mismatch {} != {}",
                quote(&job.checksum),
                quote(&git.checksum)
            )));
        }
        if !git.checksum.is_empty() {
            job.checksum.clone_from(&git.checksum);
        }
        let options = GitOptions {
            keep_git_dir: job.keep_git_dir == Some(true),
            checksum: job.checksum.clone(),
            mtime: String::new(),
            advice: self.options.git_advice,
            ..remote::git_options(&git)
        };
        let source = remote::approve_git(self.ledger, &git, options, &job.place(stage))?;
        let state = source.state(self.graph, meta::named(step));
        Ok((state, "/".to_owned(), info.clone()))
    }

    fn http_source(
        &mut self,
        stage: &Stage,
        url: &str,
        job: &CopyJob<'_>,
        step: &str,
        info: &CopyInfo,
    ) -> Result<Source> {
        if !job.is_add {
            return Err(Error::new("source can't be a URL for COPY"));
        }
        let file = remote::http_filename(url);
        let checksum = match job.checksum.as_str() {
            "" => None,
            text => Some(Digest::parse(text).map_err(|e| Error::new(e.to_string()))?),
        };
        let source =
            remote::approve_http(self.ledger, url, file.clone(), checksum, &job.place(stage))?;
        let state = source.state(self.graph, meta::described(meta::named(step), ""));
        let info = CopyInfo {
            attempt_unpack: job.unpack.unwrap_or(false),
            ..info.clone()
        };
        Ok((state, file, info))
    }

    /// Asks the gate about what might be a root file system: an archive that `ADD` unpacks at the root of a stage on
    /// scratch. Whether a file of the context is an archive isn't known before the build.
    fn ask_root(&self, stage: &Stage, source: &str, dest: &str, job: &CopyJob<'_>) -> Result<()> {
        let unpacks = job.unpack.unwrap_or(!is_http_source(source));
        let at_root = path::join(&["/", dest]) == "/";
        if !job.is_add || !unpacks || !at_root || !self.is_on_scratch(stage) {
            return Ok(());
        }
        let request = SourceRequest::RootFileSystem { path: source };
        self.ledger
            .approve_source(&request, &job.place(stage))
            .map(|_| ())
    }

    fn is_on_scratch(&self, stage: &Stage) -> bool {
        let mut stage = stage;
        while let Some(base) = stage.base_stage() {
            stage = &self.stages[base];
        }
        stage.base.is_empty
    }

    fn local_source(
        &self,
        stage: &Stage,
        source: &str,
        job: &CopyJob<'_>,
        info: &CopyInfo,
    ) -> Result<Source> {
        self.check_ignored(source, job);
        let os = stage.os();
        let drive = |e: Error| e.wrap("removing drive letter");
        let mut source = source;
        let mut include = Vec::new();
        let mut required = Vec::new();
        if job.parents {
            // The directories to keep begin after `/./`.
            let (parent, pattern) = source.split_once("/./").unwrap_or(("/", source));
            let pattern = paths::normalize("/", pattern, os, false).map_err(drive)?;
            if !paths::has_wildcards(parent) && !paths::has_wildcards(&pattern) {
                let path = path::join(&[parent, &pattern]);
                required.push(paths::normalize("/", &path, os, false).map_err(drive)?);
            }
            include.push(pattern.strip_prefix('/').unwrap_or(&pattern).to_owned());
            source = parent;
        }
        let source = paths::normalize("/", source, os, false).map_err(drive)?;
        let info = CopyInfo {
            follow_symlinks: true,
            copy_dir_contents_only: true,
            include_patterns: include,
            required_paths: required,
            attempt_unpack: job.unpack.unwrap_or(job.is_add),
            allow_wildcard: true,
            allow_empty_wildcard: true,
            ..info.clone()
        };
        Ok((job.source.clone(), source, info))
    }

    /// Reports a source that the ignore file excludes: it can't be there. If the ignore file has exceptions, nothing
    /// is reported.
    fn check_ignored(&self, source: &str, job: &CopyJob<'_>) {
        let Some(ignore) = job.ignore.filter(|i| !i.has_exclusions()) else {
            return;
        };
        let source = path::clean(source);
        let all = |p: &str| matches!(p, "*" | "**" | "**/*");
        let is_root = matches!(&*source, "." | "/");
        if is_root && !ignore.patterns().iter().any(|p| all(p.as_str())) {
            return;
        }
        if ignore.matches_or_parent_matches(&source).unwrap_or(false) {
            let command = if job.is_add { "Add" } else { "Copy" };
            self.lint
                .run(&rules::COPY_IGNORED_FILE, &job.common.location, |text| {
                    text(command, &source)
                });
        }
    }
}

/// Returns the owner, the mode and the exclusions of the copied files.
fn copy_info(job: &CopyJob<'_>) -> Result<CopyInfo> {
    let owner = (!job.chown.is_empty()).then(|| Owner::parse(&job.chown));
    // Linked files don't see the files of users and groups below them.
    if job.link && owner.as_ref().is_some_and(Owner::has_names) {
        return Err(Error::new(format!(
            "--chown={}: user and group names can't be resolved when used with --link, use numeric uid[:gid] instead",
            job.chown
        )));
    }
    let mode = match job.chmod.as_str() {
        "" => None,
        text => Some(match chmod::parse(text)? {
            chmod::Mode::Octal(mode) => Mode::Octal(mode),
            chmod::Mode::Symbolic(text) => Mode::Text(text),
        }),
    };
    Ok(CopyInfo {
        mode,
        owner,
        exclude_patterns: job.exclude.clone(),
        create_dest_path: true,
        ..CopyInfo::default()
    })
}

/// Returns the path of a destination in the image.
fn destination(stage: &Stage, path: &str) -> Result<String> {
    let os = stage.os();
    let path = paths::strip_drive(path, os, true).map_err(|e| e.wrap("removing drive letter"))?;
    if paths::is_absolute(&path, os) {
        return paths::normalize("/", &path, os, true);
    }
    let path = if path.is_empty() || path == "." {
        "./"
    } else {
        &path
    };
    paths::normalize(stage.built.state.dir(), path, os, true)
}

fn check_checksum(job: &CopyJob<'_>) -> Result<()> {
    let refuse = |text: &str| Err(Error::new(text));
    match job.files.sources.as_slice() {
        _ if job.checksum.is_empty() => Ok(()),
        _ if !job.is_add => refuse("checksum can't be specified for COPY"),
        [source] if is_http_source(source) || GitRef::parse(source).is_ok() => Ok(()),
        [_] => refuse("checksum requires HTTP(S) or Git sources"),
        _ => refuse("checksum can't be specified for multiple sources"),
    }
}

/// The text that distinguishes the operations of one step from those of others.
fn group_id(step: &str, location: &[fromtier_dockerfile::span::Range]) -> String {
    let line = location.first().map_or(0, |r| r.start.line);
    let digest = Digest::sha256(format!("{line} {step}").as_bytes());
    digest.encoded().chars().take(25).collect()
}
