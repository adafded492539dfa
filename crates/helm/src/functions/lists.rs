use towpath_gotmpl::{Kind, List, ListType, Signature, Type, Value};

use super::{
    A, Answer, B, Entry, I, LIST,
    arguments::{NIL_POINTER, elements, int},
    fail,
    reflection::deep_equal,
};
use crate::golang::cast::to_int;

const LISTS: Type = Type::List(ListType::ANY_LIST);
const PUSH: Entry = ("push", Signature::new(&[A, A], LIST), |_, a| {
    let mut items = elements(&a[0], "Cannot push on type ")?.into_owned();
    items.push(a[1].clone());
    Ok(List::any(items).into())
});
const PREPEND: Entry = ("prepend", Signature::new(&[A, A], LIST), |_, a| {
    let mut items = elements(&a[0], "Cannot prepend on type ")?.into_owned();
    items.insert(0, a[1].clone());
    Ok(List::any(items).into())
});
const FIRST: Entry = ("first", Signature::new(&[A], A), |_, a| {
    Ok(elements(&a[0], "Cannot find first on type ")?.first().cloned().unwrap_or_default())
});
const LAST: Entry = ("last", Signature::new(&[A], A), |_, a| {
    Ok(elements(&a[0], "Cannot find last on type ")?.last().cloned().unwrap_or_default())
});
const REST: Entry = ("rest", Signature::new(&[A], LIST), |_, a| {
    Ok(some(elements(&a[0], "Cannot find rest on type ")?.split_first().map(|(_, rest)| rest)))
});
const INITIAL: Entry = ("initial", Signature::new(&[A], LIST), |_, a| {
    Ok(some(elements(&a[0], "Cannot find initial on type ")?.split_last().map(|(_, rest)| rest)))
});
const REVERSE: Entry = ("reverse", Signature::new(&[A], LIST), |_, a| {
    let items = elements(&a[0], "Cannot find reverse on type ")?;
    Ok(List::any(items.iter().rev().cloned().collect()).into())
});
const COMPACT: Entry = ("compact", Signature::new(&[A], LIST), |_, a| {
    let items = elements(&a[0], "Cannot compact on type ")?;
    Ok(List::any(items.iter().filter(|item| item.is_true()).cloned().collect()).into())
});
const UNIQ: Entry = ("uniq", Signature::new(&[A], LIST), |_, a| {
    let mut kept: Vec<Value> = Vec::new();
    for item in elements(&a[0], "Cannot find uniq on type ")?.iter() {
        if !kept.iter().any(|known| deep_equal(item, known)) {
            kept.push(item.clone());
        }
    }
    Ok(List::any(kept).into())
});
const WITHOUT: Entry = ("without", Signature::variadic(&[A], A, LIST), |_, a| {
    let items = elements(&a[0], "Cannot find without on type ")?;
    let kept = items.iter().filter(|item| !a[1..].iter().any(|omitted| deep_equal(item, omitted)));
    Ok(List::any(kept.cloned().collect()).into())
});
const HAS: Entry = ("has", Signature::new(&[A, A], B), |_, a| {
    if matches!(a[1], Value::Nil) {
        return Ok(Value::Bool(false));
    }
    let items = elements(&a[1], "Cannot find has on type ")?;
    Ok(Value::Bool(items.iter().any(|item| deep_equal(&a[0], item))))
});
const CHUNK: Entry = ("chunk", Signature::new(&[I, A], LISTS), |_, a| chunk(int(&a[0]), &a[1]));
const SLICE: Entry = ("slice", Signature::variadic(&[A], A, A), |_, a| slice(&a[0], &a[1..]));

pub(super) const FUNCTIONS: &[Entry] = &[
    ("append", PUSH.1, PUSH.2),
    ("push", PUSH.1, PUSH.2),
    ("mustAppend", PUSH.1, PUSH.2),
    ("mustPush", PUSH.1, PUSH.2),
    PREPEND,
    ("mustPrepend", PREPEND.1, PREPEND.2),
    FIRST,
    ("mustFirst", FIRST.1, FIRST.2),
    LAST,
    ("mustLast", LAST.1, LAST.2),
    REST,
    ("mustRest", REST.1, REST.2),
    INITIAL,
    ("mustInitial", INITIAL.1, INITIAL.2),
    REVERSE,
    ("mustReverse", REVERSE.1, REVERSE.2),
    COMPACT,
    ("mustCompact", COMPACT.1, COMPACT.2),
    UNIQ,
    ("mustUniq", UNIQ.1, UNIQ.2),
    WITHOUT,
    ("mustWithout", WITHOUT.1, WITHOUT.2),
    HAS,
    ("mustHas", HAS.1, HAS.2),
    CHUNK,
    ("mustChunk", CHUNK.1, CHUNK.2),
    SLICE,
    ("mustSlice", SLICE.1, SLICE.2),
    ("concat", Signature::variadic(&[], A, A), |_, a| {
        if a.is_empty() {
            return Ok(List::nil(ListType::ANY).into());
        }
        let mut all = Vec::new();
        for list in a.iter() {
            let complaint = format!("Cannot concat type {} as list", list.kind());
            match elements(list, "") {
                Ok(items) => all.extend_from_slice(&items),
                Err(_) if matches!(list, Value::Nil) => return fail(NIL_POINTER),
                Err(_) => return fail(complaint),
            }
        }
        Ok(if all.is_empty() { List::nil(ListType::ANY) } else { List::any(all) }.into())
    }),
];

fn some(items: Option<&[Value]>) -> Value {
    items.map_or_else(|| List::nil(ListType::ANY), |items| List::any(items.to_vec())).into()
}

fn chunk(size: i64, list: &Value) -> Answer {
    let items = elements(list, "Cannot chunk type ")?;
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    // A negative size gives no chunk where their number, rounded down, happens to be none.
    if (count == 0 && size > 0) || (size < 0 && count > 1 && count - 1 <= size.saturating_neg()) {
        return Ok(List::new(ListType::ANY_LIST, Vec::new()).into());
    }
    let Some(size) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return fail("runtime error: makeslice: len out of range");
    };
    let chunks = items.chunks(size).map(|chunk| List::any(chunk.to_vec()).into());
    Ok(List::new(ListType::ANY_LIST, chunks.collect()).into())
}

fn slice(list: &Value, indices: &[Value]) -> Answer {
    let items = elements(list, "list should be type of slice or array but ")?;
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if length == 0 {
        return Ok(Value::Nil);
    }
    let start = indices.first().map_or(0, to_int);
    let end = indices.get(1).map_or(length, to_int);
    let capacity = list.as_list().map_or(length, |list| i64::try_from(list.capacity()).unwrap_or(length));
    if start < 0 || start > end || end > capacity {
        return fail("reflect.Value.Slice: slice index out of bounds");
    }
    let (start, end) = (usize::try_from(start).unwrap_or(0), usize::try_from(end).unwrap_or(0));
    Ok(match list {
        Value::List(list) => list.slice(start, end).into(),
        Value::Bytes(bytes) => Value::Bytes(bytes.as_bytes()[start..end].into()),
        other if other.kind() == Kind::Slice => List::any(items[start..end].to_vec()).into(),
        _ => Value::Nil,
    })
}
