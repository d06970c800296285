//! Tests have one place: short ones are inline in `mod tests`, others in `x/tests.rs` beside `x.rs`.
//!
//! A module that is compiled for tests only is called `tests`, or `fixtures` if several test modules share it.

use syn::spanned::Spanned;
use syn::visit::Visit;

use super::Violation;
use super::source::{SourceFile, is_for_tests, line_of};

/// Inline tests have fewer lines than this.
const INLINE_LINES: usize = 100;

/// Checks the modules of a file that are compiled for tests only.
pub fn check(file: &SourceFile) -> Vec<Violation> {
    let mut modules = TestModules {
        file,
        violations: Vec::new(),
    };
    modules.visit_file(&file.syntax);
    modules.violations
}

struct TestModules<'a> {
    file: &'a SourceFile,
    violations: Vec<Violation>,
}

impl TestModules<'_> {
    fn report(&mut self, line: usize, message: String) {
        self.violations.push(Violation {
            file: self.file.path.clone(),
            line,
            message,
        });
    }
}

impl<'ast> Visit<'ast> for TestModules<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
            return;
        }
        let (name, first) = (&module.ident, line_of(&module.ident));
        if name != "tests" && name != "fixtures" {
            let message = format!(
                "`{name}` is compiled for tests only; call it `tests`, or `fixtures` if several test modules share it"
            );
            self.report(first, message);
        }
        let lines = module.span().end().line - first + 1;
        if module.content.is_some() && lines >= INLINE_LINES {
            let message = format!(
                "`{name}` has {lines} lines; move them to a file of their own: inline tests have fewer than {INLINE_LINES}"
            );
            self.report(first, message);
        }
    }
}
