//! Rules on Rust code, checked on its syntax tree.

use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{Finding, Source};

const FUNCTION_MAX: usize = 70;
/// How many lines above an atomic access its SYNC comment may begin.
const SYNC_REACH: usize = 8;
/// Folders whose results may depend on nothing but their arguments.
const PURE: &[&str] = &["core/src/book", "core/src/model"];
/// What a pure folder may not touch.
const OUTSIDE: &[&str] = &["time", "fs", "net", "thread", "env", "process"];
/// Where `unsafe` may be.
const UNSAFE: &[&str] = &["core/src/sync", "ffi-c", "core/tests/allocation.rs"];

/// The broken rules of one file.
pub fn check(source: &Source) -> Vec<Finding> {
    let file = match syn::parse_file(&source.text) {
        Ok(file) => file,
        Err(error) => return vec![Finding::new(&source.path, 0, error.to_string())],
    };
    let is_within = |folders: &[&str]| folders.iter().any(|at| source.path.starts_with(at));
    let mut visitor = Visitor {
        path: &source.path,
        lines: source.text.lines().collect(),
        is_pure: is_within(PURE),
        may_be_unsafe: is_within(UNSAFE),
        is_sync: is_within(&["core/src/sync"]),
        is_boundary: is_within(&["ffi-c/src"]),
        findings: Vec::new(),
    };
    visitor.visit_file(&file);
    visitor.findings
}

struct Visitor<'a> {
    path: &'a Path,
    lines: Vec<&'a str>,
    is_pure: bool,
    may_be_unsafe: bool,
    is_sync: bool,
    is_boundary: bool,
    findings: Vec<Finding>,
}

impl Visitor<'_> {
    fn find(&mut self, at: &impl Spanned, rule: &str) {
        let line = at.span().start().line;
        self.findings.push(Finding::new(self.path, line, rule));
    }

    fn function(&mut self, name: &syn::Ident, body: &syn::Block) {
        let span = body.span();
        if span.end().line - span.start().line >= FUNCTION_MAX {
            self.find(body, "a function has at most 70 lines");
        }
        if name.to_string().starts_with("get_") {
            self.find(
                name,
                "a reader is named after what it returns, without get_",
            );
        }
    }

    /// An export, wherever it stands and however it gets its name, is one call of `guard`.
    fn export(&mut self, attributes: &[syn::Attribute], sig: &syn::Signature, body: &syn::Block) {
        let is_export = sig.abi.is_some() || attributes.iter().any(names_symbol);
        let is_guarded = matches!(
            body.stmts.as_slice(),
            [syn::Stmt::Expr(syn::Expr::Call(call), None)]
                if matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident("guard"))
        );
        if self.is_boundary && is_export && !is_guarded && sig.ident != "tbk_last_error" {
            self.find(
                sig,
                "an export is one call of guard(), which catches panics",
            );
        }
    }

    fn has_sync_comment(&self, line: usize) -> bool {
        let first = line.saturating_sub(SYNC_REACH);
        let above = self.lines.iter().skip(first).take(line - first);
        above.into_iter().any(|text| text.contains("SYNC:"))
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|what| what == "test")
    })
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.function(&function.sig.ident, &function.block);
        self.export(&function.attrs, &function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.function(&function.sig.ident, &function.block);
        self.export(&function.attrs, &function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        if !self.may_be_unsafe {
            self.find(block, "unsafe is only in core/src/sync and ffi-c");
        }
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let is_float = path.is_ident("f64") || path.is_ident("f32");
        if self.is_pure && is_float {
            self.find(path, "no float in the ledger");
        }
        let mut names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        let outside = names.next().is_some_and(|first| first == "std")
            && names
                .next()
                .is_some_and(|second| OUTSIDE.contains(&second.as_str()));
        if self.is_pure && outside {
            self.find(path, "no clock, file, network or thread in the ledger");
        }
        visit::visit_path(self, path);
    }

    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        let names: Vec<String> = match &*path.tree {
            syn::UseTree::Path(inner) => vec![inner.ident.to_string()],
            syn::UseTree::Name(inner) => vec![inner.ident.to_string()],
            syn::UseTree::Group(_) | syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => Vec::new(),
        };
        let is_outside = names.iter().any(|name| OUTSIDE.contains(&name.as_str()));
        if self.is_pure && path.ident == "std" && is_outside {
            self.find(path, "no clock, file, network or thread in the ledger");
        }
        visit::visit_use_path(self, path);
    }

    fn visit_lit_float(&mut self, literal: &'ast syn::LitFloat) {
        if self.is_pure {
            self.find(literal, "no float in the ledger");
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let takes_ordering = call.args.iter().any(names_ordering);
        let line = call.method.span().start().line;
        if self.is_sync && takes_ordering && !self.has_sync_comment(line) {
            self.find(
                &call.method,
                "an atomic access has a SYNC comment naming its partner",
            );
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        let line = call.span().start().line;
        let is_fence = call.args.iter().any(names_ordering);
        if self.is_sync && is_fence && !self.has_sync_comment(line) {
            self.find(call, "a fence has a SYNC comment naming its partner");
        }
        visit::visit_expr_call(self, call);
    }
}

/// Whether an attribute, also one in `unsafe(...)`, gives a function's symbol its name.
fn names_symbol(attribute: &syn::Attribute) -> bool {
    let is_name = |path: &syn::Path| path.is_ident("no_mangle") || path.is_ident("export_name");
    let inner = attribute.parse_args::<syn::Meta>();
    is_name(attribute.path()) || inner.is_ok_and(|inner| is_name(inner.path()))
}

/// Whether an argument is one of the memory orderings.
fn names_ordering(argument: &syn::Expr) -> bool {
    let syn::Expr::Path(path) = argument else {
        return false;
    };
    let orderings = ["Relaxed", "Acquire", "Release", "AcqRel", "SeqCst"];
    let last = path.path.segments.last();
    last.is_some_and(|segment| orderings.iter().any(|name| segment.ident == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        let source = Source {
            path: path.into(),
            text: text.to_owned(),
        };
        check(&source).len()
    }

    #[test]
    fn each_rule_finds_its_planted_fault() {
        let tall = format!("fn f() {{\n{}}}", "let _ = 1;\n".repeat(70));
        for (path, text) in [
            ("store/src/a.rs", tall.as_str()),
            ("store/src/a.rs", "fn get_x() {}"),
            ("store/src/a.rs", "fn f() { unsafe { g() } }"),
            ("core/src/book/a.rs", "fn f(x: f64) {}"),
            ("core/src/model/a.rs", "const X: i64 = 1.5 as i64;"),
            ("core/src/book/a.rs", "use std::time::Instant;"),
            ("core/src/book/a.rs", "fn f() { std::fs::read(x); }"),
            (
                "core/src/sync/a.rs",
                "fn f() { x.load(Ordering::Acquire); }",
            ),
            ("core/src/sync/a.rs", "fn f() { fence(Ordering::Acquire); }"),
            ("ffi-c/src/a.rs", "pub extern \"C\" fn tbk_x() -> i32 { 0 }"),
            (
                "ffi-c/src/a.rs",
                "mod a { #[unsafe(no_mangle)] pub fn tbk_x() { guard(|| Ok(())); } }",
            ),
            (
                "ffi-c/src/a.rs",
                "impl A { #[unsafe(export_name = \"x\")] fn x() {} }",
            ),
        ] {
            assert_eq!(count(path, text), 1, "{path}: {text}");
        }
    }

    #[test]
    fn what_is_allowed_is_not_found() {
        for (path, text) in [
            ("core/src/bars/a.rs", "fn f(x: f64) {}"),
            ("core/src/sync/a.rs", "fn f() { unsafe { g() } }"),
            (
                "core/src/book/a.rs",
                "#[cfg(test)] mod tests { const X: f64 = 1.5; }",
            ),
            (
                "core/src/sync/a.rs",
                "fn f() {\n// SYNC: why\nx.load(Ordering::Acquire); }",
            ),
            (
                "ffi-c/src/a.rs",
                "pub extern \"C\" fn tbk_x() -> i32 { guard(|| Ok(())) }",
            ),
        ] {
            assert_eq!(count(path, text), 0, "{path}: {text}");
        }
    }
}
