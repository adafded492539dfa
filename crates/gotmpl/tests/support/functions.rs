use std::sync::Arc;

use towpath_gotmpl::{
    CallError, Error, Function, Functions, IntKind, List, ListType, Map, MapType, Signature, Str, Type, UintKind,
    Value,
    fmt::{quote, sprint},
};

use super::{
    VALUES,
    objects::{Duration, Person, Point},
};

fn text(value: &Value) -> Str {
    value.as_str().unwrap_or_default()
}

fn int(value: &Value) -> i64 {
    if let Value::Int(number, _) = value { *number } else { 0 }
}

fn count(length: usize) -> Value {
    Value::int(i64::try_from(length).unwrap_or(0))
}

/// Returns the functions that the Go program registers.
pub(crate) fn functions() -> Functions {
    let mut functions = Functions::new();
    texts(&mut functions);
    identities(&mut functions);
    collections(&mut functions);
    objects(&mut functions);
    nested(&mut functions);
    functions
}

fn texts(functions: &mut Functions) {
    let one = Signature::new(&[Type::String], Type::String);
    functions.add("add1", Signature::new(&[Type::INT], Type::INT), |_, values| Ok(Value::int(int(&values[0]) + 1)));
    functions.add("upper", one, |_, values| Ok(text(&values[0]).to_string_lossy().to_uppercase().into()));
    functions.add("join", Signature::variadic(&[Type::String], Type::String, Type::String), |_, values| {
        let parts: Vec<String> = values[1..].iter().map(|part| text(part).to_string()).collect();
        Ok(parts.join(&text(&values[0]).to_string_lossy()).into())
    });
    functions.add("sum", Signature::variadic(&[], Type::INT, Type::INT), |_, values| {
        Ok(Value::int(values.iter().map(int).sum()))
    });
    functions.add("fail", one, |_, values| Err(text(&values[0]).to_string().into()));
    functions.add("typeOf", Signature::new(&[Type::Any], Type::String), |_, values| Ok(values[0].type_name().into()));
}

fn identities(functions: &mut Functions) {
    let mut identity = |name, parameters: &'static [Type; 1]| {
        functions.add(name, Signature::new(parameters, parameters[0]), |_, values| Ok(std::mem::take(&mut values[0])));
    };
    identity("float", &[Type::Float64]);
    identity("float32", &[Type::Float32]);
    identity("uint8", &[Type::Uint(UintKind::Uint8)]);
    identity("int8", &[Type::Int(IntKind::Int8)]);
    identity("int64", &[Type::INT64]);
    identity("bool", &[Type::Bool]);
    identity("any", &[Type::Any]);
}

fn collections(functions: &mut Functions) {
    functions.add("list", Signature::variadic(&[], Type::Any, Type::ANY_LIST), |_, values| {
        Ok(List::any(values.to_vec()).into())
    });
    functions.add("strings", Signature::variadic(&[], Type::String, Type::STRING_LIST), |_, values| {
        Ok(List::new(ListType::STRING, values.to_vec()).into())
    });
    functions.add("dict", Signature::variadic(&[], Type::Any, Type::ANY_MAP), |_, values| {
        let entry = |pair: &[Value]| (Str::from(sprint(&pair[..1])), pair[1].clone());
        Ok(values.chunks_exact(2).map(entry).collect::<Map>().into())
    });
    functions.add("set", Signature::new(&[Type::ANY_MAP, Type::String, Type::Any], Type::ANY_MAP), |_, values| {
        let Some(map) = values[0].as_map().filter(|map| !map.is_nil()) else {
            return Err("assignment to entry in nil map".into());
        };
        map.insert(text(&values[1]), values[2].clone());
        Ok(values[0].clone())
    });
    functions.add("lenOf", Signature::new(&[Type::STRING_LIST], Type::INT), |_, values| {
        Ok(count(values[0].length().unwrap_or(0)))
    });
    functions.add("size", Signature::new(&[Type::ANY_MAP], Type::INT), |_, values| {
        Ok(count(values[0].length().unwrap_or(0)))
    });
    functions.add("stringMap", Signature::variadic(&[], Type::String, Type::Map(MapType::STRING)), |_, values| {
        let entries = values.chunks_exact(2).map(|pair| (text(&pair[0]), pair[1].clone()));
        Ok(Map::from_entries(MapType::STRING, entries.collect()).into())
    });
    functions.add("values", Signature::new(&[Type::ANY_MAP], Type::Map(VALUES)), |_, values| {
        Ok(values[0].as_map().map_or(Value::Nil, |map| map.with_type(VALUES).into()))
    });
    functions.add("nilList", Signature::new(&[], Type::ANY_LIST), |_, _| Ok(List::nil(ListType::ANY).into()));
    functions.add("nilMap", Signature::new(&[], Type::ANY_MAP), |_, _| Ok(Map::nil(MapType::ANY).into()));
    functions.add("bytes", Signature::new(&[Type::String], Type::List(ListType::BYTE)), |_, values| {
        Ok(Value::Bytes(text(&values[0])))
    });
}

fn objects(functions: &mut Functions) {
    let person = Type::Named(towpath_gotmpl::Kind::Pointer, "*main.Person");
    functions.add("nothing", Signature::new(&[], Type::Any), |_, _| Ok(Value::Nil));
    functions.add("person", Signature::new(&[], person), |_, _| Ok(Value::object(Person::named("Ada"))));
    functions.add("noPerson", Signature::new(&[], person), |_, _| Ok(Value::object(Person(None))));
    let point = Type::Named(towpath_gotmpl::Kind::Struct, "main.Point");
    functions.add("point", Signature::new(&[], point), |_, _| Ok(Value::object(Point)));
    let duration = Type::Named(towpath_gotmpl::Kind::Int64, "time.Duration");
    functions.add("duration", Signature::new(&[Type::INT64], duration), |_, values| {
        Ok(Value::object(Duration(int(&values[0]))))
    });
    functions.add("function", Signature::new(&[], Type::Any), |_, _| {
        let angled = Function::new(Signature::new(&[Type::String], Type::String), |_, values| {
            Ok(format!("<{}>", text(&values[0])).into())
        });
        Ok(Value::Func(Arc::new(angled)))
    });
}

fn nested(functions: &mut Functions) {
    let signature = Signature::new(&[Type::String, Type::Any], Type::String);
    functions
        .add("include", signature, |session, values| Ok(session.include(&text(&values[0]), values[1].clone())?.into()));
    functions.add("tpl", signature, |session, values| {
        let source = text(&values[0]);
        let wrap = |error: Error| {
            let quoted = quote(source.as_bytes());
            let quoted = String::from_utf8_lossy(&quoted);
            if error.kind() == towpath_gotmpl::ErrorKind::Parse && error.cause().is_none() {
                CallError::wrap(format!("cannot parse template {quoted}: "), error)
            } else {
                CallError::wrap(format!("error during tpl function execution for {quoted}: "), error)
            }
        };
        Ok(session.evaluate(&"set".into(), &source, values[1].clone()).map_err(wrap)?.into())
    });
}
