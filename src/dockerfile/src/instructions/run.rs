//! `RUN`: a command in the stage's file system.

use super::flags::Kind::{Text, Texts};
use super::request::Request;
use super::run_device::{self, Device};
use super::run_mount::{self, Mount};
use super::{Command, Common, ShellCmd, run_network, run_security};
use crate::error::Result;
use crate::span::Span;

/// `RUN`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The part that all instructions have.
    pub common: Common,
    /// The command.
    pub cmd: ShellCmd,
    /// The names of the flags that are set.
    pub flags_used: Vec<String>,
    /// The `--mount` values as written; they can have variables.
    pub mount_flags: Vec<String>,
    /// The bytes of each of them in the file.
    pub mount_spans: Vec<Span>,
    /// The mounts as far as they are known without variables (`from` is: it can't have any).
    pub mounts: Vec<Mount>,
    /// `default`, `none` or `host`; `default` when the flag is absent.
    pub network: String,
    /// `sandbox` or `insecure`; `sandbox` when the flag is absent.
    pub security: String,
    /// The values of `--device`.
    pub devices: Vec<Device>,
}

impl Run {
    /// The mounts with variables expanded (the reference's `setMountState` with an expander).
    pub fn expand_mounts(
        &self,
        expand: &mut dyn FnMut(&str) -> Result<String>,
    ) -> Result<Vec<Mount>> {
        self.mount_flags
            .iter()
            .map(|flag| run_mount::parse(flag, Some(expand)))
            .collect()
    }
}

pub(super) fn parse(request: &Request) -> Result<Command> {
    let flags = request.flags(&[
        ("device", Texts),
        ("mount", Texts),
        ("network", Text),
        ("security", Text),
    ])?;
    // The order of the checks decides which mistake is reported first.
    let devices = flags.texts("device");
    let devices = devices
        .iter()
        .map(|flag| run_device::parse(flag))
        .collect::<Result<_>>()?;
    let mount_flags = flags.texts("mount");
    let mounts = mount_flags
        .iter()
        .map(|flag| run_mount::parse(flag, None))
        .collect::<Result<_>>()?;
    let places = flags.places("mount");
    let spans = places
        .into_iter()
        .filter_map(|place| request.value_span(place));
    Ok(Command::Run(Run {
        common: request.common(),
        cmd: request.shell_cmd(),
        flags_used: flags.used(),
        mount_flags,
        mount_spans: spans.collect(),
        mounts,
        network: run_network::parse(flags.text("network"))?,
        security: run_security::parse(flags.text("security"))?,
        devices,
    }))
}
