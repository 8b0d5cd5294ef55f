//! Says how an extension module is linked where the linker must be told: on macOS, against symbols that come later.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
