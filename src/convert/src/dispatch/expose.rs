//! `EXPOSE`: the ports that a container listens on.

use fromtier_dockerfile::error::Result;
use fromtier_dockerfile::instructions::Common;
use fromtier_dockerfile::lint::rules;

use super::{Dispatch, ports};
use crate::history::Layer;
use crate::stage::Stage;
use crate::vars::StateVars;

impl Dispatch<'_> {
    pub(super) fn expose(
        &mut self,
        stage: &mut Stage,
        common: &Common,
        words: Vec<String>,
    ) -> Result<()> {
        let mut expanded = Vec::new();
        for word in words {
            expanded.extend(self.lex.words(&word, &StateVars(&stage.built.state))?);
        }
        let mut exposed = Vec::new();
        for word in expanded {
            if let Some((odd_casing, has_mapping)) = ports::shape(&word) {
                if odd_casing {
                    self.lint
                        .run(&rules::EXPOSE_PROTO_CASING, &common.location, |text| {
                            text(&word)
                        });
                }
                if has_mapping {
                    self.lint
                        .run(&rules::EXPOSE_INVALID_FORMAT, &common.location, |text| {
                            text(&word)
                        });
                }
            }
            exposed.extend(ports::parse(&word)?);
        }
        let message = format!("EXPOSE [{}]", exposed.join(" "));
        let into = stage
            .built
            .image
            .config
            .exposed_ports
            .get_or_insert_default();
        into.extend(exposed.into_iter().map(|p| (p, ())));
        stage.commit(message, Layer::Empty, self.epoch);
        Ok(())
    }
}
