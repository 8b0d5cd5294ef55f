//! Flags that belong to some codes only: one table says which, and what was given elsewhere is refused by it.

use spike_core::{CodingScheme, ConfigError};

/// A flag and the codes that have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag {
    /// As it is written on the command line.
    pub(crate) name: &'static str,
    /// Names of schemes, separated by a comma and a blank.
    pub(crate) schemes: &'static str,
}

impl Flag {
    /// Whether a code has the flag.
    pub(crate) fn belongs_to(&self, scheme: CodingScheme) -> bool {
        self.schemes.split(", ").any(|name| name == scheme.name())
    }

    /// Refuses the flag for a code that does not have it.
    pub(crate) fn check(&self, scheme: CodingScheme) -> Result<(), ConfigError> {
        if self.belongs_to(scheme) {
            return Ok(());
        }
        Err(ConfigError::OptionOfAnotherCode { option: self.name, scheme, belongs_to: self.schemes })
    }
}

/// Declares a family of flags: a struct of options for clap, the table of its flags, and which of them were given.
macro_rules! code_flags {
    (
        $(#[$outer:meta])*
        $name:ident, $heading:literal, {
            $(
                $(#[$inner:meta])*
                $field:ident: $type:ty, $flag:literal $(= $value:literal)?, of $schemes:literal;
            )+
        }
    ) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Default, clap::Args)]
        #[command(next_help_heading = $heading)]
        pub(crate) struct $name {
            $(
                $(#[$inner])*
                #[arg(long $(, value_name = $value)?)]
                pub(crate) $field: Option<$type>,
            )+
        }

        impl $name {
            /// Every flag of the family.
            pub(crate) const FLAGS: &'static [$crate::options::flags::Flag] =
                &[$($crate::options::flags::Flag { name: $flag, schemes: $schemes },)+];

            /// The flags that were given.
            pub(crate) fn given(&self) -> Vec<$crate::options::flags::Flag> {
                let given = [$(self.$field.is_some(),)+];
                Self::FLAGS.iter().zip(given).filter(|(_, given)| *given).map(|(flag, _)| *flag).collect()
            }
        }
    };
}
pub(crate) use code_flags;

/// Sets a field to what was given.
pub(crate) fn set<T>(field: &mut T, given: &Option<impl Into<T> + Clone>) {
    if let Some(value) = given {
        *field = value.clone().into();
    }
}

/// Declares the names of a choice on the command line, and what each stands for.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident for $target:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
        pub(crate) enum $name {
            $($variant,)+
        }

        impl From<$name> for $target {
            fn from(name: $name) -> Self {
                match name {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }
    };
}
pub(crate) use names;
