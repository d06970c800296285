//! `ADD`: `COPY` that also downloads URLs and git repositories, and unpacks archives.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::Add;

use super::Dispatch;
use super::copy::CopyJob;
use crate::stage::Stage;

impl Dispatch<'_> {
    pub(super) fn add(&mut self, stage: &mut Stage, add: Add) -> Result<()> {
        let common = &add.common;
        let chown = self.expand_word(&add.chown, stage, common)?;
        let chmod = self.expand_word(&add.chmod, stage, common)?;
        let checksum = self.expand_word(&add.checksum, stage, common)?;
        let files = self.expand_files(add.files, stage, common)?;
        let used = files.sources.clone();
        self.copy_files(
            stage,
            CopyJob {
                files,
                exclude: add.exclude,
                source: self.context.clone(),
                is_add: true,
                common: add.common,
                chown,
                chmod,
                link: add.link,
                keep_git_dir: add.keep_git_dir,
                checksum,
                parents: false,
                ignore: self.ignore,
                unpack: add.unpack,
            },
        )?;
        for path in used {
            if !path.starts_with("http://") && !path.starts_with("https://") {
                stage.built.context_paths.mark(&path);
            }
        }
        Ok(())
    }
}
