//! Platforms: `linux/arm64/v8`, as containerd/platforms reads and writes them.

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Platform {
    pub os: String,
    pub architecture: String,
    pub variant: String,
    pub os_version: String,
    /// Go tells nil and empty apart in places, hence the option.
    pub os_features: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlatformError(pub String);

impl Platform {
    /// `platforms.Parse`, with its error texts.
    pub fn parse(_text: &str) -> Result<Platform, PlatformError> {
        todo!("owned by the image helper")
    }
    /// `platforms.Normalize`.
    #[must_use]
    pub fn normalize(self) -> Platform {
        todo!("owned by the image helper")
    }
    /// `platforms.Format`.
    pub fn format(&self) -> String {
        todo!("owned by the image helper")
    }
    /// `platforms.FormatAll`: with the OS version and features.
    pub fn format_all(&self) -> String {
        todo!("owned by the image helper")
    }
    /// The platform this binary was built for (`platforms.DefaultSpec`, normalised).
    pub fn host() -> Platform {
        todo!("owned by the image helper")
    }
}
