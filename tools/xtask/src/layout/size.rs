//! Files up to 500 lines, functions up to 80: more than that is more than one thing.

use syn::spanned::Spanned;
use syn::visit::Visit;

use super::Violation;
use super::source::SourceFile;

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 80;

pub fn check(file: &SourceFile) -> Vec<Violation> {
    let mut functions = LongFunctions {
        file,
        violations: Vec::new(),
    };
    functions.visit_file(&file.syntax);
    let mut violations = functions.violations;
    let lines = file.text.lines().count();
    if lines > FILE_LINES {
        violations.push(Violation {
            file: file.path.clone(),
            line: FILE_LINES + 1,
            message: format!(
                "the file has {lines} lines; split it: a file has at most {FILE_LINES}"
            ),
        });
    }
    violations
}

struct LongFunctions<'a> {
    file: &'a SourceFile,
    violations: Vec<Violation>,
}

impl LongFunctions<'_> {
    /// From the line of the signature to that of the closing brace; attributes and comments above don't count.
    fn check(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = signature.span().start().line;
        let lines = body.span().end().line - first + 1;
        if lines > FUNCTION_LINES {
            self.violations.push(Violation {
                file: self.file.path.clone(),
                line: first,
                message: format!(
                    "`{}` has {lines} lines; split it: a function has at most {FUNCTION_LINES}",
                    signature.ident
                ),
            });
        }
    }
}

impl<'ast> Visit<'ast> for LongFunctions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.check(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.check(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.check(&function.sig, body);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}
