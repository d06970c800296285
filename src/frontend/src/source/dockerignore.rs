//! The files of the main context that the build doesn't see.

use fromtier_convert::Context;
use fromtier_dockerfile::error::Error;
use fromtier_dockerfile::ignore;
use fromtier_gateway::{Bridge, SolveOptions};
use fromtier_llb::{Definition, Differ, Graph, LocalOptions};
use fromtier_policy::Gate;

use super::{
    DOCKERIGNORE, Dockerfile, Sources, add_local, approve_local, ignore_unreadable, marshal,
    read_optional,
};
use crate::status::{Failure, gateway_error};

impl Sources {
    /// Returns the patterns of the `.dockerignore` that applies; none if the main context isn't a local directory.
    pub async fn dockerignore(
        &self,
        bridge: &Bridge,
        gate: &Gate,
        dockerfile: &Dockerfile,
    ) -> Result<Vec<String>, Error> {
        if self.main.source != Context::Local {
            return Ok(Vec::new());
        }
        let (name, text) = match &dockerfile.ignore_file {
            Some(text) => (format!("{}{DOCKERIGNORE}", self.filename), text.clone()),
            None => {
                let definition = self.ignore_definition(gate)?;
                let text = self.ignore_text(bridge, definition).await?;
                (DOCKERIGNORE.to_owned(), text)
            }
        };
        ignore::read(&text).map_err(|e| e.wrap(format!("failed parsing {name}")))
    }

    /// Reads the main context's `.dockerignore` before it is requested.
    pub async fn prefetch_dockerignore(&self, bridge: &Bridge, gate: &Gate) {
        if self.main.source == Context::Local
            && let Ok(definition) = self.ignore_definition(gate)
        {
            // An error is reported when the file is requested.
            let _ = self.ignore_text(bridge, definition).await;
        }
    }

    pub(super) fn ignore_definition(&self, gate: &Gate) -> Result<Definition, Error> {
        if let Some(early) = &self.ignore_early {
            approve_local(gate, "context").map_err(Failure::into_error)?;
            return Ok(early.clone());
        }
        let mut graph = Graph::new();
        let options = LocalOptions {
            session_id: self.context_session.clone(),
            follow_paths: vec![DOCKERIGNORE.to_owned()],
            shared_key_hint: format!("context-{DOCKERIGNORE}"),
            differ: Some((Differ::None, false)),
            ..LocalOptions::default()
        };
        let state = add_local(&mut graph, gate, "context", options, "load .dockerignore")
            .map_err(Failure::into_error)?;
        marshal(&graph, &state)
    }

    async fn ignore_text(&self, bridge: &Bridge, of: Definition) -> Result<Vec<u8>, Error> {
        let read = async || {
            let solved = bridge.solve(of.into_pb(), SolveOptions::default()).await;
            let solved = solved.map_err(gateway_error)?;
            let read = read_optional(bridge, solved.reference.as_ref(), DOCKERIGNORE).await;
            let text = ignore_unreadable(read).map_err(gateway_error)?;
            Ok(text.unwrap_or_default())
        };
        self.ignored.get_or_init(read).await.clone()
    }
}
