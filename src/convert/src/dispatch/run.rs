//! `RUN`: a command in a container of the stage.

use std::collections::HashMap;

use fromtier_dockerfile::error::{Error, Result};
use fromtier_dockerfile::instructions::{InlineFile, Mount, MountType, Run, ShellCmd};
use fromtier_dockerfile::parser::{chomp_heredoc_bytes, parse_heredoc};
use fromtier_dockerfile::shell::Lex;
use fromtier_gostd::strconv::quote;
use fromtier_llb::caps;
use fromtier_llb::{Cap, Exec, FileAction, MakeInfo, Mount as ExecMount, State};
use fromtier_proto::pb;

use super::{Dispatch, StageId};
use crate::history::Layer;
use crate::meta;
use crate::name;
use crate::stage::Stage;
use crate::vars::{MaskedVars, StateVars};

impl Dispatch<'_> {
    pub(super) fn run(&mut self, stage: &mut Stage, run: Run, sources: &[StageId]) -> Result<()> {
        let mounts = run.expand_mounts(&mut |word| self.expand_word(word, stage, &run.common))?;
        // It can read all the files.
        self.stages.path_set_mut(stage.plan.paths).mark_all();
        stage.built.has_invalid_utf8 |= run.cmd.invalid_utf8;
        let mut exec = Exec::default();
        let (mut args, summary) = self.run_args(stage, &run.cmd, &mut exec)?;
        if run.cmd.prepend_shell {
            args = stage.with_shell(&args);
        }
        let hidden = hidden_variables(&mounts);
        self.run_mounts(stage, &run, mounts, sources, &mut exec)?;
        exec.security = Some(match run.security.as_str() {
            "insecure" => pb::SecurityMode::Insecure,
            "sandbox" => pb::SecurityMode::Sandbox,
            mode => {
                return Err(Error::new(format!(
                    "unsupported security mode {}",
                    quote(mode)
                )));
            }
        });
        exec.network = match run.network.as_str() {
            "default" => None,
            "none" => Some(pb::NetMode::None),
            "host" => Some(pb::NetMode::Host),
            mode => {
                return Err(Error::new(format!(
                    "unsupported network mode {}",
                    quote(mode)
                )));
            }
        };
        if self.can(caps::EXEC_META_ULIMIT) {
            exec.ulimits.extend(self.options.ulimits.iter().cloned());
        }
        if self.can(caps::EXEC_META_CDI) {
            exec.cdi_devices
                .extend(self.options.devices.iter().cloned());
            exec.cdi_devices
                .extend(run.devices.iter().map(|device| pb::CdiDevice {
                    name: device.name.clone(),
                    optional: !device.required,
                }));
        }
        exec.extra_hosts
            .extend(self.options.extra_hosts.iter().cloned());
        if self.options.shm_size > 0 && self.can(caps::EXEC_MOUNT_TMPFS_SIZE) {
            exec.mounts.push(ExecMount {
                target: "/dev/shm".to_owned(),
                tmpfs: Some(self.options.shm_size),
                ..ExecMount::default()
            });
        }
        if !self.options.cgroup_parent.is_empty() && self.can(caps::EXEC_META_CGROUP_PARENT) {
            exec.cgroup_parent = Some(self.options.cgroup_parent.clone());
        }
        let step = self.run_step(stage, &run, &summary, hidden);
        let mut meta = meta::described(self.meta(&step, &run.common.location), &run.common.code);
        if stage.plan.ignore_cache {
            meta = meta.ignore_cache();
        }
        if let Some(resources) = &self.options.linux_resources
            && self.can(caps::EXEC_META_LINUX_RESOURCES)
        {
            meta = meta.linux_resources(resources.clone());
        }
        let line = history_line(stage, &args);
        exec.args = args;
        exec.proxy = self.proxy.cloned();
        exec.constraints = meta;
        stage.built.state = self.graph.run(&stage.built.state, exec);
        stage.commit(line, Layer::Built, self.epoch);
        Ok(())
    }

    fn can(&self, cap: Cap) -> bool {
        self.options.caps.supports(cap).is_ok()
    }

    /// Returns the words to run, and how the step's name shows a heredoc.
    fn run_args(
        &mut self,
        stage: &Stage,
        cmd: &ShellCmd,
        exec: &mut Exec,
    ) -> Result<(Vec<String>, String)> {
        let [first, ..] = cmd.files.as_slice() else {
            return Ok((cmd.args.clone(), String::new()));
        };
        let ([line], true) = (cmd.args.as_slice(), cmd.prepend_shell) else {
            return Err(Error::new(format!(
                "parsing produced an invalid run command: [{}]",
                cmd.args.join(" ")
            )));
        };
        if !matches!(parse_heredoc(line), Ok(Some(_))) {
            // It is part of a longer line, so the shell gets all of it.
            let mut whole = line.clone();
            for file in &cmd.files {
                whole.push('\n');
                whole.push_str(&file.data);
                whole.push_str(&file.name);
            }
            return Ok((vec![whole], String::new()));
        }
        let summary = format!(" ({})", summarize(&first.data));
        let script = script(first);
        if stage.built.image.platform.os == "windows" || !script.starts_with(b"#!") {
            let text = String::from_utf8_lossy(&script).into_owned();
            return Ok((vec![text], summary));
        }
        // It names its own interpreter, so it is written to a file and run.
        let mkfile = FileAction::new().mkfile(&first.name, 0o755, script, MakeInfo::default());
        let meta = meta::internal("preparing inline document");
        let made = self.graph.file(&State::scratch(), mkfile, meta);
        exec.mounts.push(ExecMount {
            target: "/dev/pipes/".to_owned(),
            source: made.output(),
            selector: "/".to_owned(),
            readonly: true,
            ..ExecMount::default()
        });
        let path = fromtier_gostd::path::join(&["/dev/pipes/", &first.name]);
        Ok((vec![path], summary))
    }

    fn run_step(&self, stage: &mut Stage, run: &Run, summary: &str, hidden: Vec<String>) -> String {
        let lex = Lex {
            raw_quotes: true,
            raw_escapes: true,
            skip_unset_env: true,
            ..self.lex
        };
        let text = format!("{}{summary}", run.common.code);
        let text = if hidden.is_empty() {
            name::instruction(&lex, &text, &StateVars(&stage.built.state))
        } else {
            name::instruction(
                &lex,
                &text,
                &MaskedVars {
                    state: &stage.built.state,
                    hidden,
                },
            )
        };
        let platform = stage.built.state.platform().cloned();
        self.step(stage, &text, platform.as_ref())
    }
}

/// The variables with secrets: their values are shown as stars.
fn hidden_variables(mounts: &[Mount]) -> Vec<String> {
    let secrets = mounts.iter().filter(|m| m.kind == MountType::Secret);
    secrets.filter_map(|m| m.env.clone()).collect()
}

fn script(file: &InlineFile) -> Vec<u8> {
    if file.chomp {
        chomp_heredoc_bytes(file.bytes())
    } else {
        file.bytes().to_vec()
    }
}

/// Returns the first line of a text, with dots if more lines follow.
fn summarize(text: &str) -> String {
    let text = text.trim();
    match text.split_once('\n') {
        Some((first, _)) => format!("{}...", first.strip_suffix('\r').unwrap_or(first)),
        None => text.to_owned(),
    }
}

/// Formats `RUN |2 A=1 B=2 /bin/sh -c make`: the build arguments that were set, then the command.
fn history_line(stage: &Stage, args: &[String]) -> String {
    let env = stage.built.state.env();
    let mut shown: Vec<(&str, &str)> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (key, value) in &stage.built.args.list {
        let value = env.get(key).or(value.as_deref()).unwrap_or_default();
        match index.get(&**key) {
            Some(&at) => shown[at].1 = value,
            None => {
                index.insert(key, shown.len());
                shown.push((key, value));
            }
        }
    }
    let mut line = String::from("RUN ");
    if !shown.is_empty() {
        line.push_str(&format!("|{} ", shown.len()));
        for (key, value) in shown {
            line.push_str(&format!("{key}={value} "));
        }
    }
    line.push_str(&args.join(" "));
    line
}

/// Returns the proxy settings among the build's arguments, in any casing. Of several, the last by name counts.
pub(crate) fn proxy(
    build_args: &std::collections::BTreeMap<String, String>,
) -> Option<pb::ProxyEnv> {
    let mut proxy = pb::ProxyEnv::default();
    let mut any = false;
    for (key, value) in build_args {
        let into = match key.to_ascii_lowercase().as_str() {
            "http_proxy" => &mut proxy.http_proxy,
            "https_proxy" => &mut proxy.https_proxy,
            "ftp_proxy" => &mut proxy.ftp_proxy,
            "no_proxy" => &mut proxy.no_proxy,
            "all_proxy" => &mut proxy.all_proxy,
            _ => continue,
        };
        into.clone_from(value);
        any = true;
    }
    any.then_some(proxy)
}
