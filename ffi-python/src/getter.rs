//! Getters of the fields of a record, so that each is said once.

/// Getters of decimals: each the field of the same name.
macro_rules! decimals {
    ($class:ident { $($(#[$doc:meta])* $name:ident,)+ }) => {
        #[pymethods]
        impl $class {
            $($(#[$doc])*
            #[getter]
            fn $name<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                $crate::number::decimal(py, self.0.$name)
            })+
        }
    };
}

/// Getters of decimals that may be absent: each the field of the same name, or None.
macro_rules! maybe_decimals {
    ($class:ident { $($(#[$doc:meta])* $name:ident,)+ }) => {
        #[pymethods]
        impl $class {
            $($(#[$doc])*
            #[getter]
            fn $name<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
                $crate::number::maybe(py, self.0.$name)
            })+
        }
    };
}

/// Getters of plain values: each the field of the same name.
macro_rules! plain {
    ($class:ident { $($(#[$doc:meta])* $name:ident: $kind:ty,)+ }) => {
        #[pymethods]
        impl $class {
            $($(#[$doc])*
            #[getter]
            fn $name(&self) -> $kind {
                self.0.$name
            })+
        }
    };
}

pub(crate) use {decimals, maybe_decimals, plain};
