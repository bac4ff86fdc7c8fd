//! What commands say, as JSON: names as in the library, decimals as strings, times as nanoseconds
//! and beside them as RFC 3339.

pub(crate) use serde_json::{Map, Value, json};
use truebook::digest;
use truebook_store::export::{Compared, Field, Piece, Status, TableDifference, Told, Verdict};

use crate::time::rfc3339;

/// An event.
pub(crate) fn told(told: &Told) -> Value {
    let (what, changes) = match told.pieces.split_first() {
        Some((first, rest)) => (piece(first), rest.iter().map(piece).collect()),
        None => (Value::Null, Vec::new()),
    };
    json!({
        "sequence": told.sequence,
        "ts": told.ts,
        "time": rfc3339(told.ts),
        "event": what,
        "changes": changes,
    })
}

fn piece(piece: &Piece) -> Value {
    let mut object = Map::from_iter([("what".to_owned(), piece.what.into())]);
    for (name, field) in &piece.fields {
        let value = match field {
            Field::Text(text) => text.as_str().into(),
            Field::Count(count) => (*count).into(),
            Field::Time(ns) => (*ns).into(),
            Field::Changed(old, new) => json!({"old": old, "new": new}),
        };
        object.insert((*name).to_owned(), value);
    }
    Value::Object(object)
}

/// How a database stands.
pub(crate) fn status(status: &Status) -> Value {
    let checkpoints = status.checkpoints.iter().map(|stored| {
        json!({
            "sequence": stored.sequence,
            "ts": stored.ts,
            "time": rfc3339(stored.ts),
            "hash": digest::hex(&stored.hash),
            "bytes": stored.bytes(),
        })
    });
    let tables = status.tables.as_ref();
    let config = tables.and_then(|tables| tables.config.as_ref());
    json!({
        "path": status.path.to_string_lossy(),
        "format": status.format,
        "mode": status.mode,
        "first_sequence": status.first,
        "last_sequence": status.last,
        "last_ts": status.last_ts,
        "last_time": status.last_ts.map(rfc3339),
        "base": status.base,
        "tables_sequence": tables.map(|tables| tables.sequence),
        "tables_lag": tables.map(|tables| status.last.saturating_sub(tables.sequence)),
        "checkpoints": checkpoints.collect::<Vec<_>>(),
        "writer": status.writer,
        "database_bytes": status.bytes,
        "wal_bytes": status.wal_bytes,
        "open_positions": tables.map(|tables| tables.open_positions),
        "open_orders": tables.map(|tables| tables.open_orders),
        "config_version": config.map(|(version, _)| version),
        "config_hash": config.map(|(_, hash)| hash),
        "alerts_of_last_day": tables.map(|tables| json!({
            "critical": tables.alerts.critical,
            "warning": tables.alerts.warning,
            "info": tables.alerts.info,
            "newest": tables.alerts.newest.iter().map(|alert| json!({
                "sequence": alert.sequence,
                "ts": alert.ts,
                "time": rfc3339(alert.ts),
                "level": alert.level,
                "kind": alert.kind,
                "text": alert.text,
            })).collect::<Vec<_>>(),
        })),
    })
}

/// Where two databases differ.
pub(crate) fn compared(compared: &Compared) -> Value {
    let (verdict, at, events) = match &compared.verdict {
        Verdict::Equal => ("equal", None, None),
        Verdict::FirstIsPrefix => ("a_is_prefix", None, None),
        Verdict::SecondIsPrefix => ("b_is_prefix", None, None),
        Verdict::Pruned(sequence) => ("differ_before_prune", Some(*sequence), None),
        Verdict::Differ(both) => {
            let (a, b) = &**both;
            let events = json!({"a": told(a), "b": told(b)});
            ("differ", Some(a.sequence), Some(events))
        }
    };
    let [a, b] = compared.last;
    let tables = compared.tables.iter().map(table);
    json!({
        "equal": compared.is_equal(),
        "journals": verdict,
        "sequence": at,
        "events": events,
        "last_sequence": {"a": a, "b": b},
        "tables_sequence": compared.tables_sequence.map(|[a, b]| json!({"a": a, "b": b})),
        "tables": tables.collect::<Map<_, _>>(),
    })
}

fn table(table: &TableDifference) -> (String, Value) {
    let rows = table.rows.iter().map(|row| {
        let [is_in_a, is_in_b] = row.is_in;
        let about = row.about.iter();
        let about = about.map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        let columns = row.columns.iter();
        let columns = columns.map(|(name, [a, b])| (name.clone(), json!({"a": a, "b": b})));
        json!({
            "row": about.collect::<Map<_, _>>(),
            "in_a": is_in_a,
            "in_b": is_in_b,
            "columns": columns.collect::<Map<_, _>>(),
        })
    });
    let whole = json!({
        "only_a": table.only_first,
        "only_b": table.only_second,
        "changed": table.changed,
        "rows": rows.collect::<Vec<_>>(),
    });
    (table.table.to_owned(), whole)
}
