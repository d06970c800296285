//! Structs with one value for each variant of an enum.

/// Declares a struct with one value for each variant of an enum. A variant without a field doesn't compile.
macro_rules! per_variant {
    (
        $(#[$attribute:meta])*
        struct $name:ident of $key:ident { $($field:ident: $variant:ident),+ $(,)? }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub(crate) struct $name<T> {
            $($field: T),+
        }

        impl<T> $name<T> {
            /// Makes each value from its key.
            pub fn from_fn(value: impl Fn($key) -> T) -> $name<T> {
                $name {
                    $($field: value($key::$variant)),+
                }
            }

            /// Returns the value of a key.
            pub fn get(&self, key: $key) -> &T {
                match key {
                    $($key::$variant => &self.$field),+
                }
            }

            /// Returns the value of a key, to change it.
            pub fn get_mut(&mut self, key: $key) -> &mut T {
                match key {
                    $($key::$variant => &mut self.$field),+
                }
            }

            /// Combines the values of two structs, key by key.
            pub fn combine<U>(self, other: $name<U>, with: impl Fn(T, U) -> T) -> $name<T> {
                $name {
                    $($field: with(self.$field, other.$field)),+
                }
            }
        }
    };
}

pub(crate) use per_variant;
