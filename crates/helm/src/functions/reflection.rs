use towpath_gotmpl::{Signature, Value};

use super::{A, B, Entry, S, arguments::utf8};

pub(super) const FUNCTIONS: &[Entry] = &[
    ("typeOf", Signature::new(&[A], S), |_, a| Ok(a[0].type_name().into())),
    ("typeIs", Signature::new(&[S, A], B), |_, a| Ok(Value::Bool(utf8(&a[0]) == a[1].type_name()))),
    ("typeIsLike", Signature::new(&[S, A], B), |_, a| {
        let (target, name) = (utf8(&a[0]), a[1].type_name());
        Ok(Value::Bool(target == name || name.strip_prefix('*') == Some(&target)))
    }),
    ("kindOf", Signature::new(&[A], S), |_, a| Ok(a[0].kind().as_str().into())),
    ("kindIs", Signature::new(&[S, A], B), |_, a| Ok(Value::Bool(utf8(&a[0]) == a[1].kind().as_str()))),
    ("deepEqual", Signature::new(&[A, A], B), |_, a| Ok(Value::Bool(deep_equal(&a[0], &a[1])))),
];

/// How deep two values are compared; a deeper one holds itself.
const MAX_DEPTH: usize = 2_000;

/// Tells whether both have the same types and contents: Go's `reflect.DeepEqual`.
pub(super) fn deep_equal(left: &Value, right: &Value) -> bool {
    equal(left, right, 0)
}

/// What pointers lead to is compared field by field; what has none is only the same as itself.
fn same_fields(left: &[(&str, Value)], right: &[(&str, Value)], depth: usize) -> bool {
    !left.is_empty() && left.iter().zip(right).all(|((_, a), (_, b))| equal(a, b, depth + 1))
}

fn equal(left: &Value, right: &Value, depth: usize) -> bool {
    if left.go_type() != right.go_type() || depth > MAX_DEPTH {
        return false;
    }
    match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a, _), Value::Int(b, _)) => a == b,
        (Value::Uint(a, _), Value::Uint(b, _)) => a == b,
        #[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
        (Value::Float(a), Value::Float(b)) => a == b,
        #[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
        (Value::Float32(a), Value::Float32(b)) => a == b,
        #[expect(clippy::float_cmp, reason = "Go compares complex numbers exactly")]
        (Value::Complex(a, b), Value::Complex(c, d)) => a == c && b == d,
        (Value::Str(a), Value::Str(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.is_nil() == b.is_nil()
                && a.len() == b.len()
                && (a.is_same(b) || a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| equal(a, b, depth + 1)))
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.is_nil() != b.is_nil() || a.len() != b.len() {
                return false;
            }
            let same = |((a_key, a), (b_key, b)): (&(_, Value), &(_, Value))| a_key == b_key && equal(a, b, depth + 1);
            a.is_same(b) || a.entries().iter().zip(&b.entries()).all(same)
        }
        (Value::Object(a), Value::Object(b)) => {
            a.equals(&**b)
                || std::rc::Rc::ptr_eq(a, b)
                || match (a.underlying(), b.underlying()) {
                    (Some(a), Some(b)) => equal(&a, &b, depth + 1),
                    _ => same_fields(&a.fields(), &b.fields(), depth),
                }
        }
        _ => false,
    }
}
