//! Long builds stay fast, and deep graphs cause no stack overflow.

use fromtier_image::ImageRef;

use super::{TestTarget, marshal};
use crate::{Constraints, Exec, Graph, ImageOptions};

#[test]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn ten_thousand_commands_in_a_row() {
    let mut graph = Graph::new();
    let reference = ImageRef::parse("busybox").unwrap();
    let mut state = graph.image_at(&reference, ImageOptions::default(), Constraints::new());
    let begin = std::time::Instant::now();
    for i in 0..10_000 {
        let args = vec!["/bin/sh".to_owned(), "-c".to_owned(), format!("echo {i}")];
        let constraints = Constraints::new().custom_name(&format!("[{i}/10000] RUN echo {i}"));
        state = graph.run(
            &state,
            Exec {
                constraints,
                ..Exec::new(args)
            },
        );
    }
    let built = begin.elapsed();
    let definition = marshal(&graph, &state, &TestTarget::default()).unwrap();
    println!("built in {built:?}, all in {:?}", begin.elapsed());
    assert_eq!(definition.def.len(), 10_002);
    // Generous: a quadratic loop takes minutes.
    assert!(begin.elapsed().as_secs() < 20);
}
