//! What is said of one source while the gate looks at it, and from where it looks.

use crate::gate::{Gate, Via};
use crate::layer::{Reading, View};
use crate::scope::Scope;
use crate::verdict::{ExceptionId, Finding, Severity};
use fromtier_image::Platform;

/// What has been said so far.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub findings: Vec<Finding>,
    /// The exceptions that matched something refused.
    pub exceptions: Vec<ExceptionId>,
}

impl Said {
    /// Adds what one policy said, unless it was said before as strictly.
    pub fn add(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            let again = self.findings.iter().any(|f| {
                f.code == finding.code
                    && f.message == finding.message
                    && f.severity >= finding.severity
            });
            if !again {
                self.findings.push(finding);
            }
        }
    }

    pub fn add_exception(&mut self, id: ExceptionId) {
        if !self.exceptions.contains(&id) {
            self.exceptions.push(id);
        }
    }

    /// The first refusal.
    pub fn refused(&self) -> Option<&Finding> {
        self.findings.iter().find(|f| f.severity == Severity::Deny)
    }
}

/// From where the gate looks at a source: how each policy is read there.
#[derive(Debug, Clone)]
pub(crate) struct Standpoint {
    pub via: Via,
    /// The Dockerfile's path, where it is known.
    pub path: Option<Box<str>>,
    /// The platform that it is wanted for, where it is known.
    pub platform: Option<Platform>,
    /// One a policy, the organisation's first.
    readings: Vec<Reading>,
}

impl Standpoint {
    pub fn new(gate: &Gate, via: Via, scope: &Scope<'_>) -> Standpoint {
        let scope = &Scope {
            path: scope.path.or(gate.file.as_deref()),
            ..*scope
        };
        Standpoint {
            via,
            path: scope.path.map(Into::into),
            platform: scope.platform.cloned(),
            readings: (gate.layers.iter())
                .map(|layer| layer.reading(scope))
                .collect(),
        }
    }

    /// The policies as they hold here.
    pub fn views<'a>(&'a self, gate: &'a Gate) -> impl Iterator<Item = View<'a>> {
        let both = gate.layers.iter().zip(&self.readings);
        both.map(|(layer, reading)| View {
            owner: layer.owner,
            index: &layer.index,
            reading,
        })
    }
}
