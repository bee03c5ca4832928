//! How a published layout is declared: one line per column, from which the record, its documentation and the matching
//! table all come. It must not know any particular layout.

/// Whether a file without the column can be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The directory cannot be built without it: its absence refuses the file.
    Required,
    /// Its absence is reported and its values are empty.
    Optional,
}

/// One column of a published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The heading as published.
    pub published: &'static str,
    /// Other headings seen for the same column, in older files and other people's copies.
    pub aliases: &'static [&'static str],
    /// Whether its absence refuses the file.
    pub need: Need,
}

/// Declares a record from its columns, in published order.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $record:ident {
            $( $(#[$doc:meta])* $field:ident : $need:ident $published:literal $(or $alias:literal)* ; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $record<'a> {
            $(
                $(#[$doc])*
                #[doc = ""]
                #[doc = concat!("Published as `", $published, "`.")]
                pub $field: &'a str,
            )+
        }

        impl<'a> $record<'a> {
            /// The columns of the file, in published order.
            pub const COLUMNS: &'static [$crate::columns::Column] = &[
                $( $crate::columns::Column {
                    published: $published,
                    aliases: &[$($alias),*],
                    need: $crate::columns::Need::$need,
                }, )+
            ];

            /// Every field with its name in this crate, in published order.
            pub fn fields(&self) -> [(&'static str, &'a str); $record::<'static>::COLUMNS.len()] {
                [ $( (stringify!($field), self.$field), )+ ]
            }

            fn from_values(mut values: $crate::table::Values<'a>) -> Self {
                Self { $( $field: values.next_value(), )+ }
            }
        }
    };
}

pub(crate) use record;
