//! Tables as Apache Arrow. The only file that names its crates.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    RecordBatchIterator, StringArray, TimestampNanosecondArray,
};
use arrow_schema::{ArrowError, Field, Schema};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use truebook::model::{Fixed, MAX_SCALE};
use truebook::{Frame, Values};

use crate::error::exception;

/// The digits of a decimal.
const PRECISION: u8 = 38;

/// `frame` as a stream of one batch, for whoever takes the Arrow PyCapsule interface.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    frame: &Frame,
    is_float: bool,
) -> PyResult<Bound<'py, PyCapsule>> {
    let batch = batch(frame, is_float).map_err(|error| {
        let others =
            "the values as they are by name or to_pylist(), or floats=True where it can be said";
        exception(py, "InvalidValue", format!("{error}, allowed: {others}"))
    })?;
    let schema = batch.schema();
    let batches = RecordBatchIterator::new([Ok(batch)], schema);
    let stream = FFI_ArrowArrayStream::new(Box::new(batches));
    PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
}

fn batch(frame: &Frame, is_float: bool) -> Result<RecordBatch, ArrowError> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for (name, values) in &frame.columns {
        let column = array(name, values, is_float)?;
        fields.push(Field::new(name, column.data_type().clone(), true));
        columns.push(column);
    }
    let schema = Arc::new(Schema::new(fields));
    RecordBatch::try_new(schema, columns)
}

fn array(name: &str, values: &Values, is_float: bool) -> Result<ArrayRef, ArrowError> {
    Ok(match values {
        Values::Text(values) => Arc::new(StringArray::from_iter(values)),
        Values::Whole(values) => Arc::new(Int64Array::from_iter(values)),
        Values::Time(values) => {
            let times = TimestampNanosecondArray::from_iter(values);
            Arc::new(times.with_timezone("UTC"))
        }
        Values::Flag(values) => Arc::new(BooleanArray::from_iter(values)),
        Values::Ratio(values) => Arc::new(Float64Array::from_iter(values)),
        Values::Decimal(values) if is_float => {
            let float = |value: &Option<Fixed>| value.map(nearest);
            Arc::new(values.iter().map(float).collect::<Float64Array>())
        }
        Values::Decimal(values) => {
            let at_scale = |value: Fixed| at_scale(name, value);
            let exact = values.iter().map(|value| value.map(at_scale).transpose());
            let exact = exact.collect::<Result<Vec<_>, _>>()?;
            let exact = Decimal128Array::from_iter(exact);
            Arc::new(exact.with_precision_and_scale(PRECISION, MAX_SCALE.cast_signed())?)
        }
    })
}

/// The nearest float.
pub(crate) fn nearest(value: Fixed) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

fn at_scale(name: &str, value: Fixed) -> Result<i128, ArrowError> {
    const LARGEST: i128 = 10_i128.pow(PRECISION as u32) - 1;
    let raw = value
        .exactly_at(MAX_SCALE)
        .filter(|raw| raw.abs() <= LARGEST);
    raw.ok_or_else(|| {
        let text = format!(
            "{name}: found {value}, more than a decimal of {PRECISION} digits, {MAX_SCALE} of them \
             after the point"
        );
        ArrowError::ComputeError(text)
    })
}
