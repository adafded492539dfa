use toml::{
    Spanned,
    de::{DeTable, DeValue},
    value::{Datetime, Offset},
};
use towpath_gotmpl::{List, ListType, Map, Str, Value};

use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME};
use crate::golang::time::{Time, Zone, days_from_civil};

/// Returns the table that `text` holds; `offset` is that of the local zone in seconds, which dates without a zone take.
///
/// # Errors
/// With the line and what is wrong there.
pub(crate) fn decode(text: &str, offset: i64) -> Result<Map, String> {
    let failed = |message: &str, at: usize| {
        let line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        format!("toml: line {line}: {message}")
    };
    let table = DeTable::parse(text)
        .map_err(|error| failed(error.message(), error.span().map_or(text.len(), |span| span.start)))?;
    map(table.get_ref(), offset).map_err(|(message, at)| failed(&message, at))
}

type Failure = (String, usize);

fn map(table: &DeTable<'_>, offset: i64) -> Result<Map, Failure> {
    let entries = table.iter().map(|(key, value)| Ok((Str::from(key.get_ref().as_ref()), convert(value, offset)?)));
    Ok(Map::from_entries(towpath_gotmpl::MapType::ANY, entries.collect::<Result<_, Failure>>()?))
}

fn convert(value: &Spanned<DeValue<'_>>, offset: i64) -> Result<Value, Failure> {
    let refused = |what: String| (what, value.span().start);
    Ok(match value.get_ref() {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => {
            let parsed = i64::from_str_radix(number.as_str(), number.radix());
            Value::int64(parsed.map_err(|_| refused(format!("{} is out of range for int64", number.as_str())))?)
        }
        DeValue::Float(number) => {
            let parsed: Result<f64, _> = number.as_str().parse();
            let parsed = parsed.map_err(|_| refused(format!("{} is no float", number.as_str())))?;
            if parsed.is_infinite() && !number.as_str().contains("inf") {
                return Err(refused(format!("{} is out of range for float64", number.as_str())));
            }
            parsed.into()
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(moment) => Value::object(instant(moment, offset)),
        DeValue::Array(items) => {
            let converted = items.iter().map(|item| convert(item, offset)).collect::<Result<Vec<_>, Failure>>()?;
            // Tables in an array are mostly written as `[[name]]`, which has a type of its own.
            let are_tables = !items.is_empty() && items.iter().all(|item| item.get_ref().is_table());
            let list_type = if are_tables { ListType::ANY_MAP } else { ListType::ANY };
            List::new(list_type, converted).into()
        }
        DeValue::Table(table) => map(table, offset)?.into(),
    })
}

fn instant(moment: &Datetime, local: i64) -> Time {
    let (year, month, day) = moment.date.map_or((0, 1, 1), |date| (date.year, date.month, date.day));
    let days = days_from_civil(i64::from(year), i64::from(month), i64::from(day));
    let (mut seconds, mut nanos) = (days * 86_400, 0);
    if let Some(time) = moment.time {
        let second = i64::from(time.second.unwrap_or(0));
        seconds += i64::from(time.hour) * 3_600 + i64::from(time.minute) * 60 + second;
        nanos = time.nanosecond.unwrap_or(0);
    }
    let (offset, zone) = match (moment.offset, moment.date, moment.time) {
        (Some(Offset::Z | Offset::Custom { minutes: 0 }), ..) => (0, Zone::utc()),
        (Some(Offset::Custom { minutes }), ..) => {
            let offset = i64::from(minutes) * 60;
            (offset, Zone::fixed(offset, ""))
        }
        (None, Some(_), Some(_)) => (local, Zone::fixed(local, LOCAL_DATETIME)),
        (None, Some(_), None) => (local, Zone::fixed(local, LOCAL_DATE)),
        (None, None, _) => (local, Zone::fixed(local, LOCAL_TIME)),
    };
    Time { seconds: seconds - offset, nanos, zone }
}
