//! Read-outs of neurons that are not the neurons of a code: activity, and classes.

pub(crate) mod activity;
pub(crate) mod classes;
