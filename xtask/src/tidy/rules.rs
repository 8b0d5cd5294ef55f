//! What a tidy file looks like: one function per kind of file, text in, complaints out.

/// Longest source file; a longer one holds more than one concept.
const MAX_LINES: usize = 500;

/// Names that say nothing about what is inside.
const BANNED_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

/// Attributes that hide what a test promises, with the better way.
const BANNED_ATTRIBUTES: &[(&str, &str)] =
    &[("#[should_panic", "assert the returned error instead"), ("#[ignore", "make the test fast, or remove it")];

/// Words that do not belong in a source file, with the reason. They are cut in two so that this file may list them.
const BANNED_WORDS: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "do it, or describe the limit in the docs"),
    (concat!("FIX", "ME"), "fix it, or describe the limit in the docs"),
    (concat!("X", "XX"), "say what is meant"),
    (concat!("thread_", "rng"), "randomness is a value: take a Seed"),
    (concat!("Std", "Rng"), "its stream may change: take a Seed"),
    (concat!("Small", "Rng"), "its stream depends on the platform: take a Seed"),
    (concat!("from_", "entropy"), "randomness is a value: take a Seed"),
    (concat!("from_os_", "rng"), "randomness is a value: take a Seed"),
    (concat!("map_", "init"), "its batches depend on the threads: key the stream by the index"),
];

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("/t", "mp/"),
    concat!("C:", "\\Users"),
];

/// Complaints about a Rust source file; `path` is relative to the root and uses `/`.
pub(crate) fn source(path: &str, text: &str) -> Vec<String> {
    let mut found = names(path);
    if !text.starts_with("//! ") {
        found.push(format!("{path}:1: the first line is not a `//!` module doc"));
    }
    let lines = text.lines().count();
    if MAX_LINES < lines {
        found.push(format!("{path}: {lines} lines, allowed are {MAX_LINES}; split it by concept"));
    }
    for (number, line) in numbered(text) {
        let mut complain = |what: &str| found.push(format!("{path}:{number}: {what}"));
        if line.ends_with([' ', '\t', '\r']) {
            complain("white space at the end of the line");
        }
        if line.contains('\t') {
            complain("a tab; indent with spaces, and write \\t in strings");
        }
        if let Some((attribute, advice)) = BANNED_ATTRIBUTES.iter().find(|(a, _)| line.trim_start().starts_with(a)) {
            complain(&format!("{attribute}] is banned: {advice}"));
        }
        if let Some((word, advice)) = BANNED_WORDS.iter().find(|(word, _)| has_word(line, word)) {
            complain(&format!("`{word}` is banned: {advice}"));
        }
        if let Some(name) = module_name(line).filter(|name| BANNED_NAMES.contains(name)) {
            complain(&format!("a module called `{name}`; name it after what it holds"));
        }
        if names_rayon(line) && is_library(path) && !path.ends_with("/par.rs") {
            complain("only par.rs may name rayon");
        }
        if path.starts_with("crates/") && path.ends_with("/src/lib.rs") && is_function(line) {
            complain("lib.rs is a catalogue: move the function into a module");
        }
    }
    found.extend(text_of_any_kind(path, text));
    found
}

/// Complaints about a text file that is not Rust.
pub(crate) fn text(path: &str, text: &str) -> Vec<String> {
    let mut found = text_of_any_kind(path, text);
    let is_member = path.ends_with("/Cargo.toml") && !path.starts_with("fuzz/");
    if is_member && !text.contains("[lints]\nworkspace = true") {
        found.push(format!("{path}: the lints of the workspace are not taken over; add `[lints]`, `workspace = true`"));
    }
    found
}

fn text_of_any_kind(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.ends_with('\n') {
        found.push(format!("{path}: no newline at the end of the file"));
    } else if text.ends_with("\n\n") {
        found.push(format!("{path}: an empty line at the end of the file"));
    }
    for (number, line) in numbered(text) {
        if let Some(start) = MACHINE_PATHS.iter().find(|start| has_path(line, start)) {
            found.push(format!("{path}:{number}: a path of one machine (`{start}`)"));
        }
    }
    found
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split('\n').enumerate().map(|(index, line)| (index + 1, line))
}

fn names(path: &str) -> Vec<String> {
    path.split('/')
        .map(|part| part.strip_suffix(".rs").unwrap_or(part))
        .filter(|part| BANNED_NAMES.contains(part))
        .map(|part| format!("{path}: a file or folder called `{part}`; name it after what it holds"))
        .collect()
}

fn is_library(path: &str) -> bool {
    path.starts_with("crates/") && path.contains("/src/")
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        !line[..start].ends_with(is_word_char) && !line[start + word.len()..].starts_with(is_word_char)
    })
}

/// True if `start` begins a path, and is not the middle of one such as a web address.
fn has_path(line: &str, start: &str) -> bool {
    line.match_indices(start)
        .any(|(at, _)| !line[..at].ends_with(|c: char| is_word_char(c) || ['.', '-', '/', '}', '~'].contains(&c)))
}

/// True if the line uses the crate, not if it mentions the feature of that name.
fn names_rayon(line: &str) -> bool {
    !is_comment(line) && has_word(line, "rayon") && !line.contains("\"rayon\"")
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The name in `mod NAME`, with or without visibility.
fn module_name(line: &str) -> Option<&str> {
    let rest = without_visibility(line.trim_start()).strip_prefix("mod ")?;
    rest.split(|c: char| !is_word_char(c)).next()
}

fn is_function(line: &str) -> bool {
    let mut rest = without_visibility(line.trim_start());
    while let Some(shorter) = ["const ", "async ", "unsafe ", "extern \"C\" "].iter().find_map(|w| rest.strip_prefix(w))
    {
        rest = shorter;
    }
    rest.starts_with("fn ")
}

fn without_visibility(line: &str) -> &str {
    match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')').map_or(rest, |(_, after)| after).trim_start(),
        Some(rest) => rest.trim_start(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "//! Module doc.\n\nfn main() {}\n";

    #[track_caller]
    fn assert_refused(path: &str, text: &str, because: &str) {
        let found = source(path, text);
        assert!(found.iter().any(|complaint| complaint.contains(because)), "{path}: {found:?}");
    }

    #[track_caller]
    fn assert_line_refused(line: &str, because: &str) {
        assert_refused("crates/a/src/b.rs", &format!("//! Doc.\n{line}\n"), because);
    }

    #[track_caller]
    fn assert_fine(path: &str, text: &str) {
        let found = source(path, text);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_good_file_passes() {
        assert_fine("crates/a/src/b.rs", GOOD);
    }

    #[test]
    fn the_module_doc_comes_first() {
        assert_refused("crates/a/src/b.rs", "fn main() {}\n", "module doc");
        assert_refused("crates/a/src/b.rs", "\n//! Late.\n", "module doc");
        assert_refused("crates/a/src/b.rs", "", "module doc");
    }

    #[test]
    fn a_file_ends_at_500_lines() {
        let of = |lines: usize| format!("//! Doc.\n{}", "// A line.\n".repeat(lines - 1));
        assert_fine("crates/a/src/b.rs", &of(500));
        assert_refused("crates/a/src/b.rs", &of(501), "501 lines");
    }

    #[test]
    fn white_space_is_checked() {
        assert_line_refused("fn f() {} ", "end of the line");
        assert_line_refused("fn f() {}\r", "end of the line");
        assert_line_refused("\tfn f() {}", "a tab");
        assert_refused("crates/a/src/b.rs", "//! Doc.", "no newline");
        assert_refused("crates/a/src/b.rs", "//! Doc.\n\n", "empty line at the end");
    }

    #[test]
    fn names_must_say_something() {
        assert_refused("crates/a/src/utils.rs", GOOD, "called `utils`");
        assert_refused("crates/a/src/common/b.rs", GOOD, "called `common`");
        assert_line_refused("pub(crate) mod helpers {", "called `helpers`");
        assert_line_refused("mod misc;", "called `misc`");
        assert_fine("crates/a/src/common_mode.rs", GOOD);
    }

    #[test]
    fn attributes_that_hide_are_refused() {
        assert_line_refused("    #[should_panic(expected = \"x\")]", "banned");
        assert_line_refused("#[ignore]", "banned");
    }

    #[test]
    fn banned_words_are_found_as_words() {
        for (word, _) in BANNED_WORDS {
            assert_line_refused(&format!("// {word}: later."), "banned");
            assert_fine("crates/a/src/b.rs", &format!("//! Doc.\n// a{word}b is another word.\n"));
        }
    }

    #[test]
    fn machine_paths_are_found_and_addresses_are_not() {
        for start in MACHINE_PATHS {
            assert_line_refused(&format!("const P: &str = \"{start}x\";"), "path of one machine");
            assert_eq!(text("docs/a.md", &format!("See {start}x.\n")).len(), 1, "{start}");
        }
        let address = format!("//! See <https://example.org{}x>.\n", MACHINE_PATHS[0]);
        assert_fine("crates/a/src/b.rs", &address);
    }

    #[test]
    fn rayon_lives_in_par_alone() {
        let user = "//! Doc.\nuse rayon::prelude::*;\n";
        assert_refused("crates/a/src/b.rs", user, "only par.rs");
        assert_line_refused("    rayon::join(a, b);", "only par.rs");
        assert_fine("crates/a/src/par.rs", user);
        assert_fine("crates/a/tests/threads.rs", user);
        assert_fine("crates/a/src/lib.rs", "//! Feature `rayon`.\n#[cfg(feature = \"rayon\")]\nmod par;\n");
    }

    #[test]
    fn lib_is_a_catalogue() {
        for line in ["fn f() {}", "pub fn f() {}", "pub(crate) const fn f() {}", "pub const unsafe fn f() {}"] {
            assert_refused("crates/a/src/lib.rs", &format!("//! Doc.\n{line}\n"), "catalogue");
        }
        assert_fine("crates/a/src/lib.rs", "//! Doc.\n//! fn main() {}\nmod b;\npub use b::fnord;\n");
        assert_fine("crates/a/src/b.rs", "//! Doc.\npub fn f() {}\n");
    }

    #[test]
    fn manifests_take_the_lints_over() {
        let bare = "[package]\nname = \"a\"\n";
        assert_eq!(text("crates/a/Cargo.toml", bare).len(), 1);
        assert!(text("crates/a/Cargo.toml", &format!("{bare}\n[lints]\nworkspace = true\n")).is_empty());
        assert!(text("fuzz/Cargo.toml", bare).is_empty());
        assert!(text("Cargo.toml", "[workspace]\n").is_empty());
    }
}
