//! What is bound to a statement.

use std::borrow::Cow;

/// A value on its way to the database. Big texts are moved or lent, not copied.
#[derive(Clone, Debug)]
pub(crate) enum Value<'q> {
    Int(Option<i64>),
    Bool(Option<bool>),
    Text(Option<Cow<'q, str>>),
    Bytes(Option<Cow<'q, [u8]>>),
    /// JSON that the statement takes apart.
    Json(String),
    /// Numbers, for a statement that has `[numbers …]` in it.
    Ints(Vec<i64>),
    /// Texts as an array, which SQLite does not know.
    Texts(Vec<String>),
}

/// Whatever may be bound.
pub(crate) trait Bind<'q>: Sized {
    /// The value.
    fn value(self) -> Value<'q>;
    /// No value, of this type.
    fn none() -> Value<'q>;
}

macro_rules! bind {
    ($($type:ty: $none:ident, $given:ident => $value:expr;)*) => {
        $(impl<'q> Bind<'q> for $type {
            fn value(self) -> Value<'q> {
                let $given = self;
                $value
            }
            fn none() -> Value<'q> {
                Value::$none(None)
            }
        })*
    };
}

bind! {
    i64: Int, number => Value::Int(Some(number));
    &i64: Int, number => Value::Int(Some(*number));
    i32: Int, number => Value::Int(Some(number.into()));
    u32: Int, number => Value::Int(Some(number.into()));
    bool: Bool, flag => Value::Bool(Some(flag));
    String: Text, text => Value::Text(Some(Cow::Owned(text)));
    &'q String: Text, text => Value::Text(Some(Cow::Borrowed(text.as_str())));
    &'q str: Text, text => Value::Text(Some(Cow::Borrowed(text)));
    &'q [u8]: Bytes, bytes => Value::Bytes(Some(Cow::Borrowed(bytes)));
    &'q Vec<u8>: Bytes, bytes => Value::Bytes(Some(Cow::Borrowed(bytes.as_slice())));
}

impl<'q, T: Bind<'q>> Bind<'q> for Option<T> {
    fn value(self) -> Value<'q> {
        self.map_or_else(T::none, T::value)
    }
    fn none() -> Value<'q> {
        T::none()
    }
}

impl<'q, T> Bind<'q> for &'q Option<T>
where
    &'q T: Bind<'q>,
{
    fn value(self) -> Value<'q> {
        self.as_ref().value()
    }
    fn none() -> Value<'q> {
        <&'q T>::none()
    }
}

impl<'q> Bind<'q> for Value<'q> {
    fn value(self) -> Value<'q> {
        self
    }
    fn none() -> Value<'q> {
        Value::Text(None)
    }
}

/// Texts as one parameter, for a statement that has `[list …]` in it.
pub(crate) fn texts<'t>(list: impl IntoIterator<Item = &'t str>) -> Value<'static> {
    Value::Json(serde_json::Value::from_iter(list).to_string())
}

/// Rows as one parameter, for a statement that has `[rows …]` in it.
pub(crate) fn json_rows(rows: Vec<serde_json::Value>) -> Value<'static> {
    Value::Json(serde_json::Value::from(rows).to_string())
}
